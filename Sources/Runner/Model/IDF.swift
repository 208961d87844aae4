/// The design facts of an image: what `extract` returns. Its JSON form is `idf/v1`.
public struct IDF: Hashable, Sendable, Codable {
  public static let schema = "idf/v1"

  public var schema: String
  public var dimensions: Dimensions
  /// `#rrggbb`, lower case, like every colour here.
  public var background: String
  public var palette: Palette
  public var densityZones: DensityZones
  public var specimens: [String]
  public var mode: String?
  public var purpose: String?

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
    public var central: Zone
    public var lowerRight: Zone
    public init(upperLeft: Zone, central: Zone, lowerRight: Zone) {
      self.upperLeft = upperLeft
      self.central = central
      self.lowerRight = lowerRight
    }
    enum CodingKeys: String, CodingKey {
      case upperLeft = "upper_left"
      case central
      case lowerRight = "lower_right"
    }
  }

  public struct Zone: Hashable, Sendable, Codable {
    /// Share of the zone's pixels that are not background, 0 to 1.
    public var coverage: Double
    public init(coverage: Double) { self.coverage = coverage }
  }

  public init(
    dimensions: Dimensions, background: String, palette: Palette, densityZones: DensityZones,
    specimens: [String] = [], mode: String? = nil, purpose: String? = nil
  ) {
    self.schema = Self.schema
    self.dimensions = dimensions
    self.background = background
    self.palette = palette
    self.densityZones = densityZones
    self.specimens = specimens
    self.mode = mode
    self.purpose = purpose
  }

  enum CodingKeys: String, CodingKey {
    case schema, dimensions, background, palette
    case densityZones = "density_zones"
    case specimens, mode, purpose
  }
}
