extension JSONValue {
  /// The value in few words for "found …" in a message: a number or text itself, cut short, of anything else the kind.
  var shown: String {
    switch self {
    case .null: "null"
    case .bool(let bool): bool ? "true" : "false"
    case .number(let text): Self.cut(text)
    case .string(let text): "\"\(Self.cut(text))\""
    case .array(let elements): elements.isEmpty ? "an empty list" : "a list of \(elements.count)"
    case .object: "an object"
    }
  }

  private static func cut(_ text: String) -> String {
    let beginning = text.prefix(60)
    return beginning.endIndex == text.endIndex ? text : beginning + "…"
  }
}
