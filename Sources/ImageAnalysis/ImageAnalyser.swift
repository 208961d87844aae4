import Core

/// What was measured in an image's pixels. Colours are sRGB, whatever the file stores.
package struct ImageMeasures: Hashable, Sendable {
  package var facts: ImageFacts
  /// The colour of the ground; nil where it is transparent. Then everything visible counts as not background.
  package var background: RGB?
  /// Empty only where nothing can be seen.
  package var primary: [RGB]
  package var accents: [RGB]
  package var zones: Zones
  /// The share of the image that shines through, weighted by alpha, to 4 decimals.
  package var transparency: Double
  package var edges: Edges
  /// Every colour that covers at least 1 % of what can be seen, the largest first; shares to 4 decimals.
  package var colours: [Covering]
  /// What the colours were converted from, such as `profile "Display P3"`; nil for sRGB.
  package var colourSource: String?

  /// The share of each zone, weighted by alpha, whose colour differs from the background; 0 to 1, to 4 decimals.
  package struct Zones: Hashable, Sendable {
    package var upperLeft: Double
    package var upperRight: Double
    package var central: Double
    package var lowerLeft: Double
    package var lowerRight: Double
  }

  /// Whether opposite edges meet without a visible seam where the image is repeated.
  package struct Edges: Hashable, Sendable {
    package var leftRight: Bool
    package var topBottom: Bool

    package init(leftRight: Bool, topBottom: Bool) {
      self.leftRight = leftRight
      self.topBottom = topBottom
    }
  }

  /// A colour and its share of what can be seen, 0 to 1.
  package struct Covering: Hashable, Sendable {
    package var colour: RGB
    package var share: Double
  }

  /// Whether more than a quarter of the border, more than half of each corner, or more than half of the image
  /// is transparent.
  package var isBackgroundTransparent: Bool { background == nil }
}

/// Measures an image in one pass over its rows.
///
/// The background is the colour that crowds densest in the border, a frame of a 32nd of the shorter side. The
/// zones are those of a grid of three by three: the four ninths in the corners and the one in the centre
/// (rounded outwards, so that the smallest image has them too). A zone's coverage is the share of its area,
/// weighted by alpha, whose colour differs from the background; to 4 decimals. All sums are integers, so the
/// same pixels give the same measures everywhere.
package enum ImageAnalyser {
  /// Colours nearer to the background than this belong to it.
  package static let backgroundReach = 0.09
  /// What a colour must cover to be one of the image's.
  package static let leastShare = 0.01
  /// Bytes of the histograms, of the edges of the longest image and of an unpacked profile.
  package static let workingBytes = 8 * ColourHistogram.byteCount + 6 << 20

  /// Decodes and measures a PNG; cancelling the task ends it within a few rows.
  package static func analyse(path: String, named name: String? = nil) throws(Fault) -> ImageMeasures {
    var reader = try PNGReader.opened(path: path, named: name ?? path)
    var regions = ImageRegions(width: reader.header.width, height: reader.header.height)
    let notes = try reader.forEachRow { regions.add($0) }
    return regions.measures(ImageFacts(reader.header, notes: notes), by: reader.conversion)
  }
}
