import Core

extension JSONValue {
  /// The value in few words for "found …" in a message: a number or text itself, cut short, of anything
  /// else the kind.
  package var shown: String {
    switch self {
    case .null: "null"
    case .bool(let bool): bool ? "true" : "false"
    case .number(let text): text.cut
    case .string(let text): "\"\(text.cut)\""
    case .array(let elements): elements.isEmpty ? "an empty list" : "a list of \(elements.count)"
    case .object: "an object"
    }
  }
}
