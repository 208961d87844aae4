/// A JSON value as written: numbers keep their digits, objects the order of their fields.
public enum JSONValue: Hashable, Sendable {
  case null
  case bool(Bool)
  /// The number's text exactly as it was written, such as `1.50` or `1e3`.
  case number(String)
  case string(String)
  case array([JSONValue])
  case object([Member])

  /// A name and its value in an object.
  public struct Member: Hashable, Sendable {
    public var name: String
    public var value: JSONValue
    public init(_ name: String, _ value: JSONValue) {
      self.name = name
      self.value = value
    }
  }

  /// The value under a name of an object; nil where there is none or this is not an object.
  public subscript(name: String) -> JSONValue? {
    guard case .object(let members) = self else { return nil }
    return members.first { $0.name == name }?.value
  }

  public var string: String? {
    guard case .string(let text) = self else { return nil }
    return text
  }

  public var array: [JSONValue]? {
    guard case .array(let values) = self else { return nil }
    return values
  }

  public var members: [Member]? {
    guard case .object(let members) = self else { return nil }
    return members
  }

  public var double: Double? {
    guard case .number(let text) = self else { return nil }
    return Double(text)
  }

  /// Nil for anything but true and false.
  public var bool: Bool? {
    if case .bool(let bool) = self { bool } else { nil }
  }
}

extension JSONValue {
  /// The field of that name, where there is one that isn't null.
  package func given(_ name: String) -> JSONValue? {
    guard let member = self[name], member != .null else { return Optional.none }
    return member
  }
}
