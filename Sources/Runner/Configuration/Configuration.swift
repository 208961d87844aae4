/// What a batch goes by: from flags, environment, `ledger.yaml` and defaults, in that order of precedence.
///
/// Holds no secret: environment variables stand here by name only. It is stored whole with a batch's
/// registration.
public struct Configuration: Hashable, Sendable, Codable {
  public var extractor: ExtractorSettings
  public var limits: Limits
  public var policy: Policy
  public var layout: Layout
  /// A folder with `context.md` and `usage.md` to use instead of the built-in ones, relative to the project
  /// root.
  public var templates: String?
  public var commit: Commit

  public init(
    extractor: ExtractorSettings = .init(), limits: Limits = .init(), policy: Policy = .init(),
    layout: Layout = .init(), templates: String? = nil, commit: Commit = .init()
  ) {
    self.extractor = extractor
    self.limits = limits
    self.policy = policy
    self.layout = layout
    self.templates = templates
    self.commit = commit
  }

  /// How fast, how often and how long.
  public struct Limits: Hashable, Sendable {
    public var requestsPerMinute = 55
    public var inFlight = 5
    public var maxAttempts = 5
    /// Waiting longer than this ends the run.
    public var maxWait = Duration.seconds(60)

    public init() {}
  }

  /// What a manifest must keep to.
  public struct Policy: Hashable, Sendable, Codable {
    public var maxAssets = 5
    /// From 0 to 100.
    public var minScore = 90.0

    public init() {}

    enum CodingKeys: String, CodingKey {
      case maxAssets = "max_assets"
      case minScore = "min_score"
    }
  }

  /// Where a bundle's files go. The templates know `{{asset_id}}`, `{{slug}}`, `{{category}}` and
  /// `{{file}}`.
  public struct Layout: Hashable, Sendable, Codable {
    public var bundle = "assets/{{asset_id}}-{{slug}}"
    public var production = "frontend/public/assets/{{category}}/{{file}}"
    public var categories = ["wallpapers", "patterns", "specimens", "icons"]
    public var defaultCategory = "specimens"

    public init() {}

    enum CodingKeys: String, CodingKey {
      case bundle, production, categories
      case defaultCategory = "default_category"
    }
  }

  /// How the one commit is made.
  public struct Commit: Hashable, Sendable, Codable {
    /// Empty for the branch that is checked out.
    public var branch = ""
    /// Whether the user's `pre-commit` and `commit-msg` run.
    public var hooks = false
    /// Whether the commit is signed as the user's git is set up to.
    public var sign = false
    /// Knows `{{title}}`, `{{numbers}}` and `{{batch_id}}`.
    public var subject = CommitMessage.defaultSubject

    public init() {}
  }
}

extension Configuration.Limits: Codable {
  enum CodingKeys: String, CodingKey {
    case requestsPerMinute = "requests_per_minute"
    case inFlight = "in_flight"
    case maxAttempts = "max_attempts"
    case maxWait = "max_wait"
  }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    requestsPerMinute = try container.decode(Int.self, forKey: .requestsPerMinute)
    inFlight = try container.decode(Int.self, forKey: .inFlight)
    maxAttempts = try container.decode(Int.self, forKey: .maxAttempts)
    maxWait = try container.decodeDuration(forKey: .maxWait)
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(requestsPerMinute, forKey: .requestsPerMinute)
    try container.encode(inFlight, forKey: .inFlight)
    try container.encode(maxAttempts, forKey: .maxAttempts)
    try container.encode(DurationText.text(of: maxWait), forKey: .maxWait)
  }
}
