/// Codes a value as the JSON it is. Swift's coders hand over neither a number's text nor the order of
/// fields, so what comes back is the value's `canonical` form: coding that again changes nothing.
extension JSONValue: Codable {
  public init(from decoder: any Decoder) throws {
    if let ours = decoder as? JSONTapeDecoder {
      self = try ours.value
      return
    }
    if let container = try? decoder.container(keyedBy: Name.self) {
      self =
        JSONValue.object(
          try container.allKeys.map {
            Member($0.stringValue, try container.decode(JSONValue.self, forKey: $0))
          }
        ).canonical
      return
    }
    if var container = try? decoder.unkeyedContainer() {
      var elements: [JSONValue] = []
      while !container.isAtEnd { elements.append(try container.decode(JSONValue.self)) }
      self = .array(elements)
      return
    }
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      self = .null
    } else if let bool = try? container.decode(Bool.self) {
      self = .bool(bool)
    } else if let string = try? container.decode(String.self) {
      self = .string(string)
    } else {
      self = .number(try Self.decodeNumber(from: container).text)
    }
  }

  /// Asks for an integer only where a double has no fraction and may be inexact: asked first, Swift's
  /// decoder would cut some fractions off.
  private static func decodeNumber(from container: any SingleValueDecodingContainer) throws -> JSONNumber {
    let double = try container.decode(Double.self)
    guard double.rounded() == double, abs(double) > 0x1p53 else { return JSONNumber(double) }
    if let integer = try? container.decode(Int64.self) { return .integer(integer) }
    if let natural = try? container.decode(UInt64.self) { return .natural(natural) }
    return JSONNumber(double)
  }

  public func encode(to encoder: any Encoder) throws {
    switch self {
    case .object(let members):
      var container = encoder.container(keyedBy: Name.self)
      for member in members { try container.encode(member.value, forKey: Name(member.name)) }
    case .array(let elements):
      var container = encoder.unkeyedContainer()
      for element in elements { try container.encode(element) }
    case .null:
      var container = encoder.singleValueContainer()
      try container.encodeNil()
    case .bool(let bool): try bool.encode(to: encoder)
    case .string(let string): try string.encode(to: encoder)
    case .number(let text):
      switch JSONNumber(text) {
      case .integer(let integer): try integer.encode(to: encoder)
      case .natural(let natural): try natural.encode(to: encoder)
      case .double(let double): try double.encode(to: encoder)
      case nil:
        throw EncodingError.invalidValue(
          self,
          .init(codingPath: encoder.codingPath, debugDescription: "expected a number, found \"\(text)\""))
      }
    }
  }

  private struct Name: CodingKey {
    var stringValue: String
    var intValue: Int? { nil }
    init(_ text: String) { stringValue = text }
    init?(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }
}
