import StrictJSON

extension Redactor {
  /// Returns the value with every secret in its strings and names replaced.
  package func redact(_ value: JSONValue) -> JSONValue {
    switch value {
    case .string(let text): .string(redact(text))
    case .array(let elements): .array(elements.map(redact))
    case .object(let members): .object(members.map { JSONValue.Member(redact($0.name), redact($0.value)) })
    case .null, .bool, .number: value
    }
  }
}

extension JSONValue {
  /// Every string and name in the value.
  package var allTexts: [String] {
    switch self {
    case .string(let text): [text]
    case .array(let elements): elements.flatMap(\.allTexts)
    case .object(let members): members.flatMap { [$0.name] + $0.value.allTexts }
    case .null, .bool, .number: []
    }
  }
}
