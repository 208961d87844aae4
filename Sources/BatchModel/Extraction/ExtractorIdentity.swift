/// Who answers: everything that may change the answer, as names and values; a key part each.
public struct ExtractorIdentity: Hashable, Sendable, Codable {
  public var kind: String
  public var parts: [String: String]

  public init(kind: String, parts: [String: String]) {
    self.kind = kind
    self.parts = parts
  }
}
