import Core

/// Writes JSON values as text. `/` is never escaped, control characters always are; a number keeps its
/// text, except in the canonical form.
package enum JSONWriter {
  /// Writes on one line, fields in their order.
  package static func compact(_ value: JSONValue) -> String {
    var text: [UInt8] = []
    write(value, indent: nil, into: &text)
    return String(decoding: text, as: UTF8.self)
  }

  /// Writes the bytes that digests are made of: one line, fields by the bytes of their names, numbers by
  /// value.
  ///
  /// Two values that say the same are written the same, whatever their white space, order and spelling.
  package static func canonical(_ value: JSONValue) -> [UInt8] {
    var text: [UInt8] = []
    write(value.canonical, indent: nil, into: &text)
    return text
  }

  /// Writes for people: two spaces a level, a line feed at the end; fields by the bytes of their names, or
  /// in their order.
  package static func pretty(_ value: JSONValue, sortingNames: Bool = true) -> String {
    var text: [UInt8] = []
    write(sortingNames ? value.sortingNames : value, indent: 0, into: &text)
    text.append(UInt8(ascii: "\n"))
    return String(decoding: text, as: UTF8.self)
  }

  private static func write(_ value: JSONValue, indent: Int?, into text: inout [UInt8]) {
    switch value {
    case .null: text += "null".utf8
    case .bool(let bool): text += (bool ? "true" : "false").utf8
    case .number(let number): text += number.utf8
    case .string(let string): write(string, into: &text)
    case .array(let elements):
      writeList(elements, "[", "]", indent: indent, into: &text) { element, deeper, text in
        write(element, indent: deeper, into: &text)
      }
    case .object(let members):
      writeList(members, "{", "}", indent: indent, into: &text) { member, deeper, text in
        write(member.name, into: &text)
        text += (indent == nil ? ":" : ": ").utf8
        write(member.value, indent: deeper, into: &text)
      }
    }
  }

  private static func writeList<Part>(
    _ parts: [Part], _ opening: String, _ closing: String, indent: Int?, into text: inout [UInt8],
    each: (Part, Int?, inout [UInt8]) -> Void
  ) {
    text += opening.utf8
    let deeper = indent.map { $0 + 1 }
    for (index, part) in parts.enumerated() {
      if index > 0 { text.append(UInt8(ascii: ",")) }
      breakLine(deeper, into: &text)
      each(part, deeper, &text)
    }
    if !parts.isEmpty { breakLine(indent, into: &text) }
    text += closing.utf8
  }

  private static func breakLine(_ indent: Int?, into text: inout [UInt8]) {
    guard let indent else { return }
    text.append(UInt8(ascii: "\n"))
    text += [UInt8](repeating: UInt8(ascii: " "), count: indent * 2)
  }

  private static func write(_ string: String, into text: inout [UInt8]) {
    text.append(UInt8(ascii: "\""))
    for byte in string.utf8 {
      switch byte {
      case UInt8(ascii: "\""): text += "\\\"".utf8
      case UInt8(ascii: "\\"): text += "\\\\".utf8
      case 0x08: text += "\\b".utf8
      case 0x09: text += "\\t".utf8
      case 0x0A: text += "\\n".utf8
      case 0x0C: text += "\\f".utf8
      case 0x0D: text += "\\r".utf8
      case 0x00..<0x20: text += "\\u00\(Hexadecimal.text(of: [byte]))".utf8
      default: text.append(byte)
      }
    }
    text.append(UInt8(ascii: "\""))
  }
}

extension JSONValue {
  /// The value in the one form that survives storing: fields by the bytes of their names, numbers by value.
  ///
  /// An integer of 64 bits stays exact, any other number is the nearest double; text that is not a number
  /// stays.
  public var canonical: JSONValue {
    switch self {
    case .null, .bool, .string: self
    case .number(let text): .number(JSONNumber(text)?.text ?? text)
    case .array(let elements): .array(elements.map(\.canonical))
    case .object(let members): .object(Self.sorted(members.map { Member($0.name, $0.value.canonical) }))
    }
  }

  /// The value with fields by the bytes of their names, numbers as they are spelt.
  package var sortingNames: JSONValue {
    switch self {
    case .null, .bool, .string, .number: self
    case .array(let elements): .array(elements.map(\.sortingNames))
    case .object(let members): .object(Self.sorted(members.map { Member($0.name, $0.value.sortingNames) }))
    }
  }

  private static func sorted(_ members: [Member]) -> [Member] {
    members.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
  }
}
