/// Reads values of ours from their JSON: several times as fast as Foundation's decoder, for a screen replays a
/// thousand events.
package struct JSONTapeDecoder {
  fileprivate let tape: JSONTape
  /// The entry that is read.
  fileprivate let index: Int

  /// Whole numbers that are read: any time and any size, and far enough from where sums end.
  package static let numbers: ClosedRange<Int64> = -(1 << 48)...(1 << 48)

  package static func decode<Value: Decodable>(_ type: Value.Type, from bytes: [UInt8]) throws -> Value {
    guard let tape = JSONTape(bytes) else {
      throw DecodingError.dataCorrupted(.init(codingPath: [], debugDescription: "expected JSON"))
    }
    return try Value(from: JSONTapeDecoder(tape: tape, index: 0))
  }

  /// The value as it is, in its canonical form.
  package var value: JSONValue {
    get throws {
      switch kind {
      case .null: return .null
      case .yes, .no: return .bool(kind == .yes)
      case .number:
        let text = try number(for: JSONValue.self)
        guard let number = JSONNumber(text) else { throw mismatch(JSONValue.self) }
        return .number(number.text)
      case .text: return .string(try decode(String.self))
      case .array:
        return .array(
          try tape.children(of: index).map { try JSONTapeDecoder(tape: tape, index: $0).value })
      case .object:
        let members = try tape.children(of: index).map { name in
          guard let text = tape.text(at: name) else { throw mismatch(JSONValue.self) }
          return JSONValue.Member(text, try JSONTapeDecoder(tape: tape, index: name + 1).value)
        }
        return JSONValue.object(members).canonical
      }
    }
  }

  /// The strings that each object of a field's array has under two names; nil where it is anything else.
  package func pairs(in member: String, of names: (String, String)) -> [(String, String)]? {
    guard kind == .object, let array = tape.member(member, of: index), tape.entries[array].kind == .array
    else { return nil }
    var pairs: [(String, String)] = []
    var object = array + 1
    while object < tape.entries[array].next {
      guard tape.entries[object].kind == .object, let first = text(names.0, of: object),
        let second = text(names.1, of: object)
      else { return nil }
      pairs.append((first, second))
      object = tape.entries[object].next
    }
    return pairs
  }

  private func text(_ name: String, of object: Int) -> String? {
    guard let member = tape.member(name, of: object), tape.entries[member].kind == .text else { return nil }
    return tape.text(at: member)
  }

  fileprivate var kind: JSONTape.Kind { tape.entries[index].kind }

  fileprivate func mismatch(_ type: Any.Type) -> DecodingError {
    .typeMismatch(type, .init(codingPath: codingPath, debugDescription: "found \(kind)"))
  }

  /// The number's text.
  fileprivate func number(for type: Any.Type) throws -> String {
    guard kind == .number else { throw mismatch(type) }
    return String(decoding: tape.bytes[tape.entries[index].start..<tape.entries[index].end], as: UTF8.self)
  }

  fileprivate func integer<Number: FixedWidthInteger>(_ type: Number.Type) throws -> Number {
    let text = try number(for: type)
    // `1.0` and `1e3` are integers too.
    guard let number = Number(text) ?? wholeNumber(text), let wide = Int64(exactly: number),
      JSONTapeDecoder.numbers.contains(wide)
    else { throw mismatch(type) }
    return number
  }

  private func wholeNumber<Number: FixedWidthInteger>(_ text: String) -> Number? {
    guard case .integer(let integer)? = JSONNumber(text) else { return nil }
    return Number(exactly: integer)
  }
}

extension JSONTapeDecoder: Decoder {
  /// Found only when it is asked for, which is when something is wrong.
  package var codingPath: [any CodingKey] {
    var path: [any CodingKey] = []
    var parent = 0
    while parent < index {
      let children = tape.children(of: parent)
      guard let place = children.lastIndex(where: { $0 <= index }) else { return path }
      let isObject = tape.entries[parent].kind == .object
      parent = children[place] + (isObject ? 1 : 0)
      path.append(isObject ? TapeKey(tape.text(at: children[place]) ?? "") : TapeKey("\(place)"))
    }
    return path
  }

  package var userInfo: [CodingUserInfoKey: Any] { [:] }

  package func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
    guard kind == .object else { throw mismatch([String: Any].self) }
    return KeyedDecodingContainer(TapeMembers<Key>(decoder: self))
  }

  package func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
    guard kind == .array else { throw mismatch([Any].self) }
    return TapeElements(decoder: self)
  }

  package func singleValueContainer() -> any SingleValueDecodingContainer { self }
}

extension JSONTapeDecoder: SingleValueDecodingContainer {
  package func decodeNil() -> Bool { kind == .null }

  package func decode(_ type: Bool.Type) throws -> Bool {
    guard kind == .yes || kind == .no else { throw mismatch(type) }
    return kind == .yes
  }

  package func decode(_ type: String.Type) throws -> String {
    guard kind == .text, let text = tape.text(at: index) else { throw mismatch(type) }
    return text
  }

  package func decode(_ type: Double.Type) throws -> Double {
    guard let number = JSONNumber(try number(for: type)) else { throw mismatch(type) }
    return number.double
  }

  package func decode(_ type: Float.Type) throws -> Float { Float(try decode(Double.self)) }
  package func decode(_ type: Int.Type) throws -> Int { try integer(type) }
  package func decode(_ type: Int8.Type) throws -> Int8 { try integer(type) }
  package func decode(_ type: Int16.Type) throws -> Int16 { try integer(type) }
  package func decode(_ type: Int32.Type) throws -> Int32 { try integer(type) }
  package func decode(_ type: Int64.Type) throws -> Int64 { try integer(type) }
  package func decode(_ type: UInt.Type) throws -> UInt { try integer(type) }
  package func decode(_ type: UInt8.Type) throws -> UInt8 { try integer(type) }
  package func decode(_ type: UInt16.Type) throws -> UInt16 { try integer(type) }
  package func decode(_ type: UInt32.Type) throws -> UInt32 { try integer(type) }
  package func decode(_ type: UInt64.Type) throws -> UInt64 { try integer(type) }
  package func decode<Value: Decodable>(_ type: Value.Type) throws -> Value { try Value(from: self) }
}

/// The fields of an object. The one generic `decode` stands for those of all types.
private struct TapeMembers<Key: CodingKey>: KeyedDecodingContainerProtocol {
  let decoder: JSONTapeDecoder

  var codingPath: [any CodingKey] { decoder.codingPath }

  var allKeys: [Key] {
    decoder.tape.children(of: decoder.index).compactMap { index in
      decoder.tape.text(at: index).flatMap { Key(stringValue: $0) }
    }
  }

  func contains(_ key: Key) -> Bool { decoder.tape.member(key.stringValue, of: decoder.index) != nil }

  func decodeNil(forKey key: Key) throws -> Bool { try value(key).kind == .null }

  func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value {
    try Value(from: try value(key))
  }

  func decodeIfPresent<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value? {
    guard let index = decoder.tape.member(key.stringValue, of: decoder.index),
      decoder.tape.entries[index].kind != .null
    else { return nil }
    return try Value(from: JSONTapeDecoder(tape: decoder.tape, index: index))
  }

  func nestedContainer<Nested: CodingKey>(
    keyedBy type: Nested.Type, forKey key: Key
  ) throws -> KeyedDecodingContainer<Nested> {
    try value(key).container(keyedBy: type)
  }

  func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
    try value(key).unkeyedContainer()
  }

  func superDecoder() throws -> any Decoder { decoder }
  func superDecoder(forKey key: Key) throws -> any Decoder { try value(key) }

  private func value(_ key: Key) throws -> JSONTapeDecoder {
    guard let index = decoder.tape.member(key.stringValue, of: decoder.index) else {
      throw DecodingError.keyNotFound(key, .init(codingPath: codingPath, debugDescription: "not there"))
    }
    return JSONTapeDecoder(tape: decoder.tape, index: index)
  }
}

/// The elements of an array, one after another.
private struct TapeElements: UnkeyedDecodingContainer {
  let decoder: JSONTapeDecoder
  private(set) var currentIndex = 0
  private let children: [Int]

  init(decoder: JSONTapeDecoder) {
    self.decoder = decoder
    children = decoder.tape.children(of: decoder.index)
  }

  var codingPath: [any CodingKey] { decoder.codingPath }
  var count: Int? { children.count }
  var isAtEnd: Bool { currentIndex == children.count }

  mutating func decodeNil() throws -> Bool {
    guard !isAtEnd, decoder.tape.entries[children[currentIndex]].kind == .null else { return false }
    currentIndex += 1
    return true
  }

  mutating func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
    let value = try Value(from: try element(type))
    currentIndex += 1
    return value
  }

  mutating func nestedContainer<Nested: CodingKey>(
    keyedBy type: Nested.Type
  ) throws -> KeyedDecodingContainer<Nested> {
    let container = try element([String: Any].self).container(keyedBy: type)
    currentIndex += 1
    return container
  }

  mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
    let container = try element([Any].self).unkeyedContainer()
    currentIndex += 1
    return container
  }

  mutating func superDecoder() throws -> any Decoder {
    let decoder = try element(Any.self)
    currentIndex += 1
    return decoder
  }

  private func element(_ type: Any.Type) throws -> JSONTapeDecoder {
    guard !isAtEnd else {
      throw DecodingError.valueNotFound(
        type, .init(codingPath: codingPath, debugDescription: "no element \(currentIndex)"))
    }
    return JSONTapeDecoder(tape: decoder.tape, index: children[currentIndex])
  }
}

/// A step on the way to a value: a field's name, or an element's number.
private struct TapeKey: CodingKey {
  let stringValue: String
  var intValue: Int? { Int(stringValue) }
  init(_ text: String) { stringValue = text }
  init?(stringValue: String) { self.init(stringValue) }
  init?(intValue: Int) { self.init("\(intValue)") }
}
