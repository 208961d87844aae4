import Core

/// The colours of an image's parts: the border, the four corners' and the centre's ninths, and the rest.
package struct ImageRegions: ~Copyable {
  /// A zone's place in the grid of three by three.
  private enum Zone: Int, CaseIterable {
    case upperLeft, upperRight, central, lowerLeft, lowerRight

    var column: Int {
      switch self {
      case .upperLeft, .lowerLeft: 0
      case .central: 1
      case .upperRight, .lowerRight: 2
      }
    }

    var row: Int {
      switch self {
      case .upperLeft, .upperRight: 0
      case .central: 1
      case .lowerLeft, .lowerRight: 2
      }
    }
  }

  private let width: Int
  private let height: Int
  private let borderThickness: Int
  private let border = ColourHistogram()
  private let upperLeft = ColourHistogram()
  private let upperRight = ColourHistogram()
  private let central = ColourHistogram()
  private let lowerLeft = ColourHistogram()
  private let lowerRight = ColourHistogram()
  private let outside = ColourHistogram()
  /// What was added to more than one zone, once for each further one.
  private let overlap = ColourHistogram()
  /// Ranges of columns in which the same zones lie, as bits of their numbers.
  private let strips: [(columns: Range<Int>, zones: Int)]
  private var cornerAlpha = [0, 0, 0, 0]
  private var edges: EdgeSamples

  package init(width: Int, height: Int) {
    self.width = width
    self.height = height
    borderThickness = max(1, min(width, height) / 32)
    strips = Self.strips(width)
    edges = EdgeSamples(width: width, height: height)
  }

  private static func third(_ index: Int, of length: Int) -> Range<Int> {
    length * index / 3..<(length * (index + 1) + 2) / 3
  }

  private static func zones(_ part: KeyPath<Zone, Int>, at place: Int, of length: Int) -> Int {
    Zone.allCases.reduce(0) { bits, zone in
      third(zone[keyPath: part], of: length).contains(place) ? bits | 1 << zone.rawValue : bits
    }
  }

  private static func strips(_ width: Int) -> [(columns: Range<Int>, zones: Int)] {
    let cuts = Set((0..<3).flatMap { [third($0, of: width).lowerBound, third($0, of: width).upperBound] })
      .sorted()
    return zip(cuts, cuts.dropFirst()).map { start, end in
      (start..<end, zones(\.column, at: start, of: width))
    }
  }

  package mutating func add(_ row: PNGRow) {
    addBorder(row)
    edges.add(row)
    let rowZones = Self.zones(\.row, at: row.y, of: height)
    for strip in strips {
      let pixels = row.pixels[row.indices(in: strip.columns)]
      var zones = strip.zones & rowZones
      if zones == 0 { outside.add(pixels) }
      var isFirst = true
      while zones != 0 {
        add(pixels, toZone: zones.trailingZeroBitCount)
        if !isFirst { overlap.add(pixels) }
        isFirst = false
        zones &= zones - 1
      }
    }
  }

  private func add(_ pixels: Slice<UnsafeBufferPointer<UInt32>>, toZone number: Int) {
    switch number {
    case 0: upperLeft.add(pixels)
    case 1: upperRight.add(pixels)
    case 2: central.add(pixels)
    case 3: lowerLeft.add(pixels)
    default: lowerRight.add(pixels)
    }
  }

  private mutating func addBorder(_ row: PNGRow) {
    let inner = borderThickness..<max(borderThickness, height - borderThickness)
    let innerColumns = borderThickness..<max(borderThickness, width - borderThickness)
    if inner.contains(row.y) && !innerColumns.isEmpty {
      border.add(row.pixels[row.indices(in: 0..<innerColumns.lowerBound)])
      border.add(row.pixels[row.indices(in: innerColumns.upperBound..<width)])
    } else {
      border.add(row.pixels[...])
    }
    if row.y < borderThickness { addCorners(row, first: 0) }
    if row.y >= height - borderThickness { addCorners(row, first: 2) }
  }

  private mutating func addCorners(_ row: PNGRow, first: Int) {
    for (offset, columns) in [0..<borderThickness, width - borderThickness..<width].enumerated() {
      cornerAlpha[first + offset] += row.pixels[row.indices(in: columns)].reduce(0) {
        $0 + Int(UInt32(littleEndian: $1) >> 24)
      }
    }
  }

  /// Whether more than a quarter of the border, more than half of each corner, or more than half of the whole
  /// image is transparent.
  private func isGroundTransparent(_ border: ColourCloud, opaque: UInt64) -> Bool {
    if opaque * 2 < UInt64(width * height) * 255 { return true }
    let inner = max(0, width - 2 * borderThickness) * max(0, height - 2 * borderThickness)
    if border.weight * 4 < UInt64(width * height - inner) * 255 * 3 { return true }
    return cornerAlpha.allSatisfy { $0 * 2 < borderThickness * borderThickness * 255 }
  }

  /// Works out what was measured; colours become sRGB by the conversion.
  package consuming func measures(_ facts: ImageFacts, by conversion: ColourConversion?) -> ImageMeasures {
    func seen(_ bins: [ColourSum]) -> [ColourSum] { conversion?.convert(bins) ?? bins }
    let size = (width: width, height: height)
    outside.add(upperLeft)
    outside.add(upperRight)
    outside.add(central)
    outside.add(lowerLeft)
    outside.add(lowerRight)
    outside.subtract(overlap)
    let bins = outside.bins
    let area = UInt64(width * height)
    let opaque = bins.reduce(UInt64(0)) { $0 + $1.weight }
    let borderCloud = ColourCloud(seen(border.bins))
    let background =
      isGroundTransparent(borderCloud, opaque: opaque)
      ? nil : borderCloud.points.first.map { borderCloud.shownColour(at: $0) }
    let ground = background.map(PerceivedColour.init)
    func zone(_ bins: [ColourSum], _ zone: Zone) -> Double {
      let area =
        Self.third(zone.column, of: size.width).count * Self.third(zone.row, of: size.height).count
      return Self.zone(seen(bins), ground: ground, area: area)
    }
    let zones = ImageMeasures.Zones(
      upperLeft: zone(upperLeft.bins, .upperLeft), upperRight: zone(upperRight.bins, .upperRight),
      central: zone(central.bins, .central), lowerLeft: zone(lowerLeft.bins, .lowerLeft),
      lowerRight: zone(lowerRight.bins, .lowerRight))
    let visible = seen(bins)
    let palette = Palette(
      solid: seen(outside.solidBins), visible: visible, background: background, area: area)
    return ImageMeasures(
      facts: facts, background: background, primary: palette.primary.map(\.colour),
      accents: palette.accents.map(\.colour), zones: zones,
      transparency: Self.share(area * 255 - opaque, of: area * 255), edges: edges.edges,
      colours: Self.covering(visible), colourSource: conversion?.source)
  }

  /// The colours of an image that cover enough of it to be named; shares to 4 decimals.
  private static func covering(_ visible: [ColourSum]) -> [ImageMeasures.Covering] {
    var colours = ColourCloud(visible).colours(
      coveringAtLeast: ImageAnalyser.leastShare, within: Oklab.nameReach)
    for index in colours.indices { colours[index].share = (colours[index].share * 10_000).rounded() / 10_000 }
    return colours
  }

  /// The share of the area that is not background.
  private static func zone(_ bins: [ColourSum], ground: PerceivedColour?, area: Int) -> Double {
    let covered = bins.reduce(UInt64(0)) { sum, bin in
      let isGround = ground.map {
        PerceivedColour(bin.mean).distance(to: $0) < ImageAnalyser.backgroundReach
      }
      return isGround == true ? sum : sum + bin.weight
    }
    return share(covered, of: UInt64(area) * 255)
  }

  /// A share to 4 decimals.
  private static func share(_ part: UInt64, of whole: UInt64) -> Double {
    Double((part * 10_000 + whole / 2) / whole) / 10_000
  }
}
