import Core

/// The few colours a person would name in an image, chosen from its cloud of colours.
package struct Palette: Hashable, Sendable {
  /// A colour and its share of what is not background, 0 to 1.
  package struct Swatch: Hashable, Sendable {
    package var colour: RGB
    package var share: Double
  }

  /// The colours that cover most, most first: 1 to 4, or none where nothing can be seen.
  package var primary: [Swatch]
  /// Smaller colours that catch the eye, the strongest first: 0 to 3.
  package var accents: [Swatch]

  private static let maxPrimary = 4
  private static let maxAccents = 3
  /// Colours nearer than this are one.
  private static let sameColour = 0.09
  /// Colours nearer than this are one unless fewer pixels lie between them than at either.
  private static let sameShade = 0.22
  private static let minPrimaryShare = 0.05
  private static let minAccentShare = 0.0015

  /// A crowd of colours: its densest point, and everything that is nearer to it than to another crowd.
  private struct Crowd {
    var colour: RGB
    var perceived: PerceivedColour
    var weight: UInt64
    var share: Double
  }

  /// Chooses from the solid colours of an image of `area` pixels, leaving out those that look like
  /// `background`; where there are no others, the background is the only colour.
  ///
  /// What shines through is chosen from only where nothing else can be seen.
  package init(solid: [ColourSum], visible: [ColourSum], background: RGB?, area: UInt64) {
    var crowds = Self.visibleCrowds(solid, background, area)
    if crowds.isEmpty && background == nil { crowds = Self.visibleCrowds(visible, background, area) }
    guard !crowds.isEmpty else {
      primary = background.map { [Swatch(colour: $0, share: 1)] } ?? []
      accents = []
      return
    }
    let ground = background.map { [$0] } ?? []
    let chosen = Self.choosePrimary(crowds, on: ground)
    primary = chosen.map { Swatch(colour: $0.colour, share: $0.share) }
    accents = Self.chooseAccents(crowds, beside: chosen, on: ground)
      .map { Swatch(colour: $0.colour, share: $0.share) }
  }

  /// The crowds off the background that somebody could see: a full pixel's weight, and 0.05 % of the image.
  private static func visibleCrowds(_ bins: [ColourSum], _ background: RGB?, _ area: UInt64) -> [Crowd] {
    let excluded = background.map(PerceivedColour.init)
    let cloud = ColourCloud(
      bins.filter { bin in
        excluded.map { PerceivedColour(bin.mean).distance(to: $0) >= ImageAnalyser.backgroundReach } ?? true
      })
    // An image that is nothing but a glimmer has no full pixel at all.
    let pixel = min(255, bins.reduce(0) { $0 + $1.weight })
    return crowds(in: cloud).filter { $0.weight >= pixel && $0.weight * 2000 >= area * 255 }
  }

  /// Finds the peaks of density, from the highest down, and shares all colours out among them.
  private static func crowds(in cloud: ColourCloud) -> [Crowd] {
    var peaks: [ColourCloud.Point] = []
    for point in cloud.points where peaks.count < 32 {
      let isNew = peaks.allSatisfy { peak in
        let distance = point.colour.distance(to: peak.colour)
        if distance < sameColour { return false }
        if distance >= sameShade { return true }
        return (1...3).contains { step in
          let between = cloud.density(at: point.colour.mixed(with: peak.colour, Double(step) / 4))
          return between < point.density / 2
        }
      }
      if isNew { peaks.append(point) }
    }
    var sums = [ColourSum](repeating: ColourSum(), count: peaks.count)
    for point in cloud.points {
      guard let nearest = nearestIndex(to: point.colour, among: peaks) else { continue }
      sums[nearest] += point.sum
    }
    return zip(peaks, sums).map { peak, sum in
      // A peak that only lies on another's slope, as in a gradient, stands for the middle of its part of the
      // slope.
      let isSummit = !cloud.points.contains {
        $0.density > peak.density && $0.colour.distance(to: peak.colour) < sameColour
      }
      let colour = isSummit ? cloud.shownColour(at: peak) : sum.mean
      return Crowd(
        colour: colour, perceived: PerceivedColour(colour), weight: sum.weight,
        share: Double(sum.weight) / Double(cloud.weight))
    }
  }

  private static func nearestIndex(
    to colour: PerceivedColour, among peaks: [ColourCloud.Point]
  ) -> Int? {
    // The first of two equally near peaks is the denser one.
    peaks.indices.min { left, right in
      (peaks[left].colour.squaredDistance(to: colour), left)
        < (peaks[right].colour.squaredDistance(to: colour), right)
    }
  }

  private static func choosePrimary(_ crowds: [Crowd], on ground: [RGB]) -> [Crowd] {
    var chosen: [Crowd] = []
    // What hardly differs from the background is hardly seen, however much of it there is.
    func prominence(_ crowd: Crowd) -> Double {
      let contrasts = ground.map { PerceivedColour($0).distance(to: crowd.perceived) / 0.25 }
      return crowd.share * (0.4 + crowd.perceived.chroma) * min(contrasts.min() ?? 1, 1)
    }
    for crowd in sorted(crowds, by: prominence) {
      let taken = ground + chosen.map(\.colour)
      let isTaken = taken.contains { PerceivedColour($0).distance(to: crowd.perceived) < sameColour }
      let isEdge = crowd.share < 0.12 && isBlend(crowd.perceived, of: taken)
      if chosen.isEmpty || !isTaken && !isEdge && crowd.share >= minPrimaryShare { chosen.append(crowd) }
      if chosen.count == maxPrimary { break }
    }
    return sorted(chosen) { $0.share }
  }

  private static func chooseAccents(
    _ crowds: [Crowd], beside primary: [Crowd], on ground: [RGB]
  ) -> [Crowd] {
    var taken = ground + primary.map(\.colour)
    var rest = crowds.filter { crowd in
      crowd.share >= minAccentShare && !primary.contains { $0.colour == crowd.colour }
    }
    var accents: [Crowd] = []
    while accents.count < maxAccents {
      rest.removeAll { crowd in
        taken.contains { PerceivedColour($0).distance(to: crowd.perceived) < sameColour }
          || crowd.share < 0.04 && isBlend(crowd.perceived, of: taken)
      }
      func appeal(_ crowd: Crowd) -> Double {
        let distances = taken.map { PerceivedColour($0).distance(to: crowd.perceived) }
        let contrast = min(distances.min() ?? 1, 0.5)
        return crowd.share.squareRoot() * contrast * (0.1 + crowd.perceived.chroma)
      }
      guard let best = sorted(rest, by: appeal).first, appeal(best) >= 0.003 else { break }
      accents.append(best)
      taken.append(best.colour)
      rest.removeAll { $0.colour == best.colour }
    }
    return accents
  }

  /// Tells whether a colour is what smooth edges between two others are made of, which programs mix in sRGB.
  private static func isBlend(_ colour: PerceivedColour, of others: [RGB]) -> Bool {
    others.indices.contains { left in
      others.indices.dropFirst(left + 1).contains { right in
        (1...7).contains { eighths in
          let mixed = others[left].mixed(with: others[right], eighths: eighths)
          return PerceivedColour(mixed).distance(to: colour) < 0.07
        }
      }
    }
  }

  private static func sorted(_ crowds: [Crowd], by score: (Crowd) -> Double) -> [Crowd] {
    crowds.map { (score: score($0), crowd: $0) }
      .sorted { ($1.score, $0.crowd.colour) < ($0.score, $1.crowd.colour) }
      .map(\.crowd)
  }
}
