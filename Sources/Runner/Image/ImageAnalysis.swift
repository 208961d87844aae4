/// What was measured in an image's pixels.
package struct ImageMeasures: Hashable, Sendable {
  package var facts: ImageFacts
  package var background: RGB
  /// Whether more than a quarter of the border is transparent; then everything visible counts as not
  /// background.
  package var isBackgroundTransparent: Bool
  package var primary: [RGB]
  package var accents: [RGB]
  package var densityZones: IDF.DensityZones
}

/// Measures an image in one pass over its rows.
///
/// The background is the colour that crowds densest in the border, a frame of a 32nd of the shorter side. The
/// zones are those of a grid of three by three: the upper-left, the central and the lower-right ninth
/// (rounded outwards, so that the smallest image has them too). A zone's coverage is the share of its area,
/// weighted by alpha, whose colour differs from the background; to 4 decimals. All sums are integers, so the
/// same pixels give the same measures everywhere.
package enum ImageAnalysis {
  /// Colours nearer to the background than this belong to it.
  static let backgroundReach = 0.09
  /// Bytes of the five histograms.
  static let workingBytes = 5 * ColourHistogram.byteCount

  /// Decodes and measures a PNG; cancelling the task ends it within a few rows.
  package static func analyse(path: String, named name: String? = nil) throws(Fault) -> ImageMeasures {
    var reader = try PNGReader.opened(path: path, named: name ?? path)
    let regions = Regions(width: reader.header.width, height: reader.header.height)
    let notes = try reader.forEachRow { regions.add($0) }
    return regions.measures(ImageFacts(reader.header, notes: notes))
  }
}

/// The histograms of an image's parts.
private struct Regions: ~Copyable {
  private let width: Int
  private let height: Int
  private let borderThickness: Int
  private let whole = ColourHistogram()
  private let border = ColourHistogram()
  private let upperLeft: ZoneHistogram
  private let central: ZoneHistogram
  private let lowerRight: ZoneHistogram

  init(width: Int, height: Int) {
    self.width = width
    self.height = height
    borderThickness = max(1, min(width, height) / 32)
    func third(_ index: Int, of length: Int) -> Range<Int> {
      length * index / 3..<(length * (index + 1) + 2) / 3
    }
    upperLeft = ZoneHistogram(columns: third(0, of: width), rows: third(0, of: height))
    central = ZoneHistogram(columns: third(1, of: width), rows: third(1, of: height))
    lowerRight = ZoneHistogram(columns: third(2, of: width), rows: third(2, of: height))
  }

  func add(_ row: PNGRow) {
    whole.add(row.pixels[...])
    let inner = borderThickness..<max(borderThickness, height - borderThickness)
    let innerColumns = borderThickness..<max(borderThickness, width - borderThickness)
    if inner.contains(row.y) && !innerColumns.isEmpty {
      border.add(row.pixels[row.indices(in: 0..<innerColumns.lowerBound)])
      border.add(row.pixels[row.indices(in: innerColumns.upperBound..<width)])
    } else {
      border.add(row.pixels[...])
    }
    upperLeft.add(row)
    central.add(row)
    lowerRight.add(row)
  }

  private var borderArea: UInt64 {
    let inner = max(0, width - 2 * borderThickness) * max(0, height - 2 * borderThickness)
    return UInt64(width * height - inner)
  }

  consuming func measures(_ facts: ImageFacts) -> ImageMeasures {
    let borderCloud = ColourCloud(border.bins)
    let isTransparent = borderCloud.weight * 4 < borderArea * 255 * 3
    let densest = isTransparent ? nil : borderCloud.points.first
    let background = densest.map { borderCloud.shownColour(at: $0) }
    let palette = Palette(of: whole.bins, background: background)
    return ImageMeasures(
      facts: facts, background: background ?? .white, isBackgroundTransparent: isTransparent,
      primary: palette.primary.map(\.colour), accents: palette.accents.map(\.colour),
      densityZones: IDF.DensityZones(
        upperLeft: upperLeft.zone(background: background), central: central.zone(background: background),
        lowerRight: lowerRight.zone(background: background)))
  }
}

/// The colours within a rectangle of an image.
private struct ZoneHistogram: ~Copyable {
  let columns: Range<Int>
  let rows: Range<Int>
  private let histogram = ColourHistogram()

  init(columns: Range<Int>, rows: Range<Int>) {
    self.columns = columns
    self.rows = rows
  }

  func add(_ row: PNGRow) {
    guard rows.contains(row.y) else { return }
    histogram.add(row.pixels[row.indices(in: columns)])
  }

  /// The share of the area that is not background, to 4 decimals.
  func zone(background: RGB?) -> IDF.Zone {
    let ground = background.map(PerceivedColour.init)
    let covered = histogram.bins.reduce(UInt64(0)) { sum, bin in
      let isGround = ground.map {
        PerceivedColour(bin.mean).distance(to: $0) < ImageAnalysis.backgroundReach
      }
      return isGround == true ? sum : sum + bin.weight
    }
    let area = UInt64(columns.count * rows.count) * 255
    return IDF.Zone(coverage: Double((covered * 10_000 + area / 2) / area) / 10_000)
  }
}
