/// The design facts of an image: what was measured, given or described. Its JSON form is `idf/v1`.
public struct IDF: Hashable, Sendable, Codable {
  public static let schema = "idf/v1"
  /// What `background` says of a ground that has no colour.
  public static let transparent = "transparent"

  public var schema: String
  public var dimensions: Dimensions
  /// `#rrggbb`, lower case, like every colour here; or `transparent`.
  public var background: String
  public var palette: Palette
  public var densityZones: DensityZones
  /// Share of the image that shines through, weighted by alpha, 0 to 1; nil where it was not measured.
  public var transparency: Double?
  /// Nil where they were not measured.
  public var edges: Edges?
  public var specimens: [String]
  public var mode: String?
  public var purpose: String?
  /// What the image shows and feels like, in sentences.
  public var narrative: String?
  public var motifs: [Motif]?
  public var tags: [String]?
  /// Where the image belongs, in words.
  public var placement: String?
  /// What a reader who can't see the image is told.
  public var alt: String?
  /// Where each field came from; nil in an IDF of 0.1, which didn't say.
  public var sources: [String: Source]?

  /// Where a field came from. Raw values are written into files.
  public enum Source: String, Hashable, Sendable, Codable, CaseIterable {
    /// The pixels.
    case measured
    /// The manifest: a person.
    case given
    /// An extractor's reply.
    case described
  }

  /// A recurring element of the image, and why it is there.
  public struct Motif: Hashable, Sendable, Codable {
    public var name: String
    public var rationale: String?
    public init(name: String, rationale: String? = nil) {
      self.name = name
      self.rationale = rationale
    }
  }

  public struct Dimensions: Hashable, Sendable, Codable {
    /// Pixels.
    public var width: Int
    public var height: Int
    /// Always `PNG` today.
    public var format: String
    public init(width: Int, height: Int, format: String = "PNG") {
      self.width = width
      self.height = height
      self.format = format
    }
  }

  public struct Palette: Hashable, Sendable, Codable {
    public var primary: [String]
    public var accents: [String]
    public init(primary: [String], accents: [String]) {
      self.primary = primary
      self.accents = accents
    }
  }

  public struct DensityZones: Hashable, Sendable, Codable {
    public var upperLeft: Zone
    /// Nil where it was not measured, like `lowerLeft`.
    public var upperRight: Zone?
    public var central: Zone
    public var lowerLeft: Zone?
    public var lowerRight: Zone
    public init(
      upperLeft: Zone, upperRight: Zone? = nil, central: Zone, lowerLeft: Zone? = nil, lowerRight: Zone
    ) {
      self.upperLeft = upperLeft
      self.upperRight = upperRight
      self.central = central
      self.lowerLeft = lowerLeft
      self.lowerRight = lowerRight
    }
    package enum CodingKeys: String, CodingKey {
      case upperLeft = "upper_left"
      case upperRight = "upper_right"
      case central
      case lowerLeft = "lower_left"
      case lowerRight = "lower_right"
    }
  }

  /// Whether opposite edges meet without a visible seam where the image is repeated.
  public struct Edges: Hashable, Sendable, Codable {
    public var leftRight: Bool
    public var topBottom: Bool
    public init(leftRight: Bool, topBottom: Bool) {
      self.leftRight = leftRight
      self.topBottom = topBottom
    }
    package enum CodingKeys: String, CodingKey {
      case leftRight = "left_right"
      case topBottom = "top_bottom"
    }
  }

  public struct Zone: Hashable, Sendable, Codable {
    /// Share of the zone's pixels that are not background, 0 to 1.
    public var coverage: Double
    public init(coverage: Double) { self.coverage = coverage }
  }

  public init(
    dimensions: Dimensions, background: String, palette: Palette, densityZones: DensityZones,
    transparency: Double? = nil, edges: Edges? = nil, specimens: [String] = [], mode: String? = nil,
    purpose: String? = nil, narrative: String? = nil, motifs: [Motif]? = nil, tags: [String]? = nil,
    placement: String? = nil, alt: String? = nil, sources: [String: Source]? = nil
  ) {
    self.schema = Self.schema
    self.dimensions = dimensions
    self.background = background
    self.palette = palette
    self.densityZones = densityZones
    self.transparency = transparency
    self.edges = edges
    self.specimens = specimens
    self.mode = mode
    self.purpose = purpose
    self.narrative = narrative
    self.motifs = motifs
    self.tags = tags
    self.placement = placement
    self.alt = alt
    self.sources = sources
  }

  package enum CodingKeys: String, CodingKey {
    case schema, dimensions, background, palette, transparency, edges
    case densityZones = "density_zones"
    case specimens, mode, purpose, narrative, motifs, tags, placement, alt, sources
  }
}
