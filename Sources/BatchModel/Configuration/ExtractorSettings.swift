import StrictJSON

/// Which extractor answers and how it is asked.
public struct ExtractorSettings: Hashable, Sendable {
  public enum Kind: String, Hashable, Sendable, Codable, CaseIterable {
    case local, mcp, exec
  }

  /// The Model Context Protocol to speak; `auto` finds it out by asking.
  public enum ProtocolVersion: String, Hashable, Sendable, Codable, CaseIterable {
    case auto
    case handshake2024 = "2024-11-05"
    case handshakeMarch2025 = "2025-03-26"
    case handshakeJune2025 = "2025-06-18"
    case handshake = "2025-11-25"
    case stateless = "2026-07-28"
  }

  public var kind = Kind.local
  /// A program and its arguments; empty for `local`. Its first word is looked up in PATH or in the project
  /// root.
  public var command: [String] = []
  /// Names of environment variables that the program gets, beside PATH, HOME, LANG and TMPDIR.
  public var env: [String] = []
  /// The tool of an MCP server that is called.
  public var tool = "generate_idf"
  /// The tool's arguments, an object whose values `@prompt`, `@brief`, `@measured`, `@path`, `@base64`, `@specs`,
  /// `@asset_id`, `@briefs` and `@paths` stand for something of the asset; every other value is handed on as it is.
  public var arguments: JSONValue = ["code": "@prompt"]
  /// Whether one call asks for all pending assets.
  public var batch = false
  /// How long one call may take.
  public var timeout = Duration.seconds(60)
  public var protocolVersion = ProtocolVersion.auto
  /// The model behind the extractor where the user names it; part of the extractor's identity.
  public var model: String?
  /// The quota that its calls use up, where several extractors share one or one has several.
  public var quota: String?
  /// What one call costs, such as `0.002 USD`; only for sums in plans and reports.
  public var pricePerCall: String?
  /// Fields in which a reply wins over what was measured, for extractors that look at the pixels.
  package var trust: [FactsMerge.Trusted] = []

  public init() {}

  /// The settings without those that say nothing of the answer, so that changing them costs no call.
  package var asking: ExtractorSettings {
    var asking = self
    asking.timeout = ExtractorSettings().timeout
    asking.quota = nil
    asking.pricePerCall = nil
    asking.trust = []
    return asking
  }

  /// The arguments that flash-sidekick's tools take, for a tool that was given none.
  package static func defaultArguments(batch: Bool) -> JSONValue {
    batch ? ["analysis_type": "quality", "file_paths": "@briefs"] : ["code": "@prompt"]
  }

  package static func defaultTool(batch: Bool) -> String { batch ? "batch_file_analysis" : "generate_idf" }
}

extension ExtractorSettings: Codable {
  package enum CodingKeys: String, CodingKey {
    case kind, command, env, tool, arguments, batch, timeout
    case protocolVersion = "protocol"
    case model, quota, trust
    case pricePerCall = "price_per_call"
  }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    kind = try container.decode(Kind.self, forKey: .kind)
    command = try container.decode([String].self, forKey: .command)
    env = try container.decode([String].self, forKey: .env)
    tool = try container.decode(String.self, forKey: .tool)
    arguments = try container.decode(JSONValue.self, forKey: .arguments)
    batch = try container.decode(Bool.self, forKey: .batch)
    timeout = try container.decodeDuration(forKey: .timeout)
    protocolVersion = try container.decode(ProtocolVersion.self, forKey: .protocolVersion)
    model = try container.decodeIfPresent(String.self, forKey: .model)
    quota = try container.decodeIfPresent(String.self, forKey: .quota)
    pricePerCall = try container.decodeIfPresent(String.self, forKey: .pricePerCall)
    trust = try container.decodeIfPresent([FactsMerge.Trusted].self, forKey: .trust) ?? []
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(kind, forKey: .kind)
    try container.encode(command, forKey: .command)
    try container.encode(env, forKey: .env)
    try container.encode(tool, forKey: .tool)
    try container.encode(arguments, forKey: .arguments)
    try container.encode(batch, forKey: .batch)
    try container.encode(DurationText.text(of: timeout), forKey: .timeout)
    try container.encode(protocolVersion, forKey: .protocolVersion)
    try container.encodeIfPresent(model, forKey: .model)
    try container.encodeIfPresent(quota, forKey: .quota)
    try container.encodeIfPresent(pricePerCall, forKey: .pricePerCall)
    if !trust.isEmpty { try container.encode(trust, forKey: .trust) }
  }
}
