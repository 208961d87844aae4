/// What `validate` measured in an image's pixels: the part of an IDF that nobody else can say. Its JSON form is
/// `ledgerctl/measurement/v1`, the output `measured.json`.
package struct Measurement: Hashable, Sendable, Codable {
  package static let schema = "ledgerctl/measurement/v1"
  /// Raised whenever the same bytes would give other facts, so that stored ones are not mistaken for new ones.
  package static let version = "3"

  package var schema: String
  package var dimensions: IDF.Dimensions
  /// `#rrggbb`, lower case, or `transparent`.
  package var background: String
  package var palette: IDF.Palette
  package var densityZones: IDF.DensityZones
  /// Share of the image that shines through, weighted by alpha, 0 to 1.
  package var transparency: Double
  package var edges: IDF.Edges
  /// Every colour that covers at least 1 % of what can be seen, the largest first.
  package var colours: [Colour]
  /// What a person should know of how the image was measured, in sentences.
  package var remarks: [String]

  /// A colour of the image, `#rrggbb`, and the share of what can be seen that looks like it, 0 to 1.
  package struct Colour: Hashable, Sendable, Codable {
    package var hex: String
    package var share: Double
    package init(hex: String, share: Double) {
      self.hex = hex
      self.share = share
    }
  }

  package init(
    dimensions: IDF.Dimensions, background: String, palette: IDF.Palette, densityZones: IDF.DensityZones,
    transparency: Double, edges: IDF.Edges, colours: [Colour], remarks: [String] = []
  ) {
    schema = Self.schema
    self.dimensions = dimensions
    self.background = background
    self.palette = palette
    self.densityZones = densityZones
    self.transparency = transparency
    self.edges = edges
    self.colours = colours
    self.remarks = remarks
  }

  /// The measurement as the IDF of an image of which nobody has said anything.
  package var idf: IDF {
    IDF(
      dimensions: dimensions, background: background, palette: palette, densityZones: densityZones,
      transparency: transparency, edges: edges)
  }

  package enum CodingKeys: String, CodingKey {
    case schema, dimensions, background, palette
    case densityZones = "density_zones"
    case transparency, edges, colours, remarks
  }
}
