/// What a batch goes by: from flags, environment, `ledger.yaml` and defaults, in that order of precedence.
///
/// Holds no secret: environment variables are in it by name only. It is stored whole with a batch's
/// registration.
public struct Configuration: Hashable, Sendable {
  public var extractor: ExtractorSettings
  public var limits: Limits
  public var policy: Policy
  public var layout: Layout
  /// A folder with `context.md` and `usage.md` to use instead of the built-in ones, relative to the project
  /// root.
  public var templates: String?
  public var commit: Commit
  public var drafts: Drafts

  public init(
    extractor: ExtractorSettings = .init(), limits: Limits = .init(), policy: Policy = .init(),
    layout: Layout = .init(), templates: String? = nil, commit: Commit = .init(), drafts: Drafts = .init()
  ) {
    self.extractor = extractor
    self.limits = limits
    self.policy = policy
    self.layout = layout
    self.templates = templates
    self.commit = commit
    self.drafts = drafts
  }

  /// What drafts of manifests begin with.
  public struct Drafts: Hashable, Sendable, Codable {
    /// What ids begin with where the file's name gives none.
    public var prefix = "ASSET"

    public init() {}
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
    /// The most bytes of an image's file.
    public var maxBytes = 32 << 20
    /// Whether text, EXIF and what else says nothing of a picture are left out of it.
    public var stripMetadata = false

    public init() {}

    package enum CodingKeys: String, CodingKey {
      case maxAssets = "max_assets"
      case minScore = "min_score"
      case maxBytes = "max_bytes"
      case stripMetadata = "strip_metadata"
    }

    /// Reads a stored policy; what earlier versions don't have is at its default.
    public init(from decoder: any Decoder) throws {
      self.init()
      let container = try decoder.container(keyedBy: CodingKeys.self)
      maxAssets = try container.decode(Int.self, forKey: .maxAssets)
      minScore = try container.decode(Double.self, forKey: .minScore)
      maxBytes = try container.decodeIfPresent(Int.self, forKey: .maxBytes) ?? maxBytes
      stripMetadata = try container.decodeIfPresent(Bool.self, forKey: .stripMetadata) ?? stripMetadata
    }
  }

  /// Where a bundle's files go, and what an asset is called in style sheets. The paths know `{{asset_id}}`,
  /// `{{slug}}`, `{{category}}` and `{{file}}`.
  public struct Layout: Hashable, Sendable {
    public var bundle = "assets/{{asset_id}}-{{slug}}"
    public var production = "frontend/public/assets/{{category}}/{{file}}"
    /// Address of the production image on the site; empty for the path below `public/` or `static/`.
    public var url = ""
    /// Names the CSS class, custom properties, token group and file of an asset.
    public var handle = "{{asset_id}}"
    public var categories = ["wallpapers", "patterns", "specimens", "icons"]
    /// Which of the four built-in categories a category of the project's own is treated as.
    public var kinds: [String: String] = [:]
    public var defaultCategory = "specimens"

    public init() {}
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

extension Configuration: Codable {
  package enum CodingKeys: String, CodingKey {
    case extractor, limits, policy, layout, templates, commit, drafts
  }

  /// Settings that came later are absent in what earlier versions stored.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    extractor = try container.decode(ExtractorSettings.self, forKey: .extractor)
    limits = try container.decode(Limits.self, forKey: .limits)
    policy = try container.decode(Policy.self, forKey: .policy)
    layout = try container.decode(Layout.self, forKey: .layout)
    templates = try container.decodeIfPresent(String.self, forKey: .templates)
    commit = try container.decode(Commit.self, forKey: .commit)
    drafts = try container.decodeIfPresent(Drafts.self, forKey: .drafts) ?? Drafts()
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(extractor, forKey: .extractor)
    try container.encode(limits, forKey: .limits)
    try container.encode(policy, forKey: .policy)
    try container.encode(layout, forKey: .layout)
    try container.encodeIfPresent(templates, forKey: .templates)
    try container.encode(commit, forKey: .commit)
    if drafts != Drafts() { try container.encode(drafts, forKey: .drafts) }
  }
}

extension Configuration.Limits: Codable {
  package enum CodingKeys: String, CodingKey {
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

extension Configuration.Layout: Codable {
  package enum CodingKeys: String, CodingKey {
    case bundle, production, url, handle, categories, kinds
    case defaultCategory = "default_category"
  }

  /// Reads a stored layout; what ledgers of 0.1 don't have is at its default.
  public init(from decoder: any Decoder) throws {
    self.init()
    let container = try decoder.container(keyedBy: CodingKeys.self)
    bundle = try container.decode(String.self, forKey: .bundle)
    production = try container.decode(String.self, forKey: .production)
    url = try container.decodeIfPresent(String.self, forKey: .url) ?? url
    handle = try container.decodeIfPresent(String.self, forKey: .handle) ?? handle
    categories = try container.decode([String].self, forKey: .categories)
    kinds = try container.decodeIfPresent([String: String].self, forKey: .kinds) ?? kinds
    defaultCategory = try container.decode(String.self, forKey: .defaultCategory)
  }
}
