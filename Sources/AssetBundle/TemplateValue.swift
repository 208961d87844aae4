import StrictJSON

/// What a template can name: a string, a yes or no, a list that sections walk, or an object that they look into.
/// Strings are safe where they go.
package indirect enum TemplateValue: Hashable, Sendable {
  case text(String)
  case flag(Bool)
  case list([TemplateValue])
  /// `text` is what it shows where it is named as a variable.
  case object([String: TemplateValue], text: String)

  /// An object of strings.
  package static func object(_ members: [String: String], text: String = "") -> TemplateValue {
    .object(members.mapValues(TemplateValue.text), text: text)
  }

  /// Makes a part of the specs readable for templates: strings escaped, what is null or empty left out.
  package static func of(_ value: JSONValue, _ escaping: TextEscaping) -> TemplateValue? {
    switch value {
    case .null: return nil
    case .bool(let bool): return .flag(bool)
    case .number(let text): return .text(text)
    case .string(let text): return escaping.escaped(text).map(TemplateValue.text)
    case .array(let elements): return .list(elements.compactMap { of($0, escaping) })
    case .object(let members):
      var object: [String: TemplateValue] = [:]
      for member in members { object[member.name] = of(member.value, escaping) }
      return .object(object, text: escaping.of(JSONWriter.compact(value)))
    }
  }

  /// What a variable shows: a list's items are joined by commas.
  package var shown: String {
    switch self {
    case .text(let text), .object(_, let text): text
    case .flag(let flag): flag ? "true" : "false"
    case .list(let items): items.map(\.shown).joined(separator: ", ")
    }
  }

  /// Whether a section for it is left out, and an inverted one is not.
  package var isNothing: Bool {
    switch self {
    case .text: false
    case .flag(let flag): !flag
    case .list(let items): items.isEmpty
    case .object(let members, _): members.isEmpty
    }
  }

  /// An object's field.
  package subscript(name: String) -> TemplateValue? {
    if case .object(let members, _) = self { members[name] } else { nil }
  }
}
