/// Reads the words of a JSON text one after another, notes what is wrong with them and continues after them.
package struct JSONScanner {
  package let source: SourceText
  package let limits: JSONReader.Limits
  package private(set) var problems: [JSONProblem] = []
  package private(set) var index = 0
  /// True once continuing makes no sense: the structure is lost, or there are too many problems.
  package private(set) var hasGivenUp = false

  package init(_ source: SourceText, limits: JSONReader.Limits) {
    self.source = source
    self.limits = limits
  }

  package var byte: UInt8? { index < source.bytes.count ? source.bytes[index] : nil }

  package mutating func report(_ kind: JSONProblem.Kind, at offset: Int) {
    guard problems.count < limits.maxProblems else { return giveUp() }
    problems.append(JSONProblem(kind: kind, offset: offset, position: source.position(ofOffset: offset)))
    if problems.count == limits.maxProblems {
      problems.append(
        JSONProblem(
          kind: .tooManyProblems(limit: limits.maxProblems), offset: offset,
          position: source.position(ofOffset: offset)))
      giveUp()
    }
  }

  package mutating func giveUp() {
    hasGivenUp = true
    index = source.bytes.count
  }

  package mutating func advance(_ count: Int = 1) { index = min(index + count, source.bytes.count) }

  /// Goes past white space, and past comments, which are noted.
  package mutating func skipSpace() {
    while let byte {
      switch byte {
      case 0x20, 0x09, 0x0A, 0x0D: index += 1
      case UInt8(ascii: "/"), UInt8(ascii: "#"):
        guard skipComment() else { return }
      default: return
      }
    }
  }

  private mutating func skipComment() -> Bool {
    let start = index
    let bytes = source.bytes
    let next = index + 1 < bytes.count ? bytes[index + 1] : 0
    if bytes[index] == UInt8(ascii: "#") || next == UInt8(ascii: "/") {
      while let byte, byte != 0x0A { index += 1 }
    } else if next == UInt8(ascii: "*") {
      index += 2
      while index < bytes.count,
        !(bytes[index] == UInt8(ascii: "/") && bytes[index - 1] == UInt8(ascii: "*") && index > start + 2)
      {
        index += 1
      }
      advance()
    } else {
      return false
    }
    report(.comment, at: start)
    return true
  }

  /// Says in words what is at the present place.
  package func found() -> String {
    guard let byte else { return "the end" }
    if byte == UInt8(ascii: "\"") { return "a string" }
    return "\"\(shown(index..<characterEnd(after: index)))\""
  }

  /// Goes past bytes that begin no word, to the next that may, and tells which they were.
  package mutating func skipUnexpected() -> String {
    let start = index
    advance()
    while let byte, byte > 0x20, !Self.delimiters.contains(byte) { index += 1 }
    return shown(start..<index)
  }

  /// Goes past an array or object with all that is in it, without looking at it closely or recursing.
  package mutating func skipContainer() {
    var depth = 0
    while let byte {
      switch byte {
      case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
      case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
      case UInt8(ascii: "\""):
        index += 1
        while let byte = self.byte, byte != UInt8(ascii: "\""), byte != 0x0A {
          advance(byte == UInt8(ascii: "\\") ? 2 : 1)
        }
      default: break
      }
      advance()
      if depth == 0 { return }
    }
  }

  /// Reads a run of letters, digits and signs: a literal, a number, or something that is neither.
  package mutating func readWord() -> LocatedJSON {
    let start = index
    let text = takeWord()
    switch text {
    case "true": return LocatedJSON(content: .bool(true), offset: start)
    case "false": return LocatedJSON(content: .bool(false), offset: start)
    case "null": return LocatedJSON(content: .null, offset: start)
    default: break
    }
    let word = source.bytes[start..<index]
    if Self.isNumber(word) {
      if word.count <= limits.maxNumberBytes, JSONNumber(text) != nil {
        return LocatedJSON(content: .number(text), offset: start)
      }
      report(.numberOutOfRange(shown(start..<index)), at: start)
    } else if word.contains(where: { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) {
      report(.invalidNumber(shown(start..<index)), at: start)
    } else {
      report(.unknownWord(shown(start..<index)), at: start)
    }
    return LocatedJSON(content: .broken, offset: start)
  }

  package mutating func takeWord() -> String {
    let start = index
    while let byte, Self.isWordByte(byte) { index += 1 }
    return String(decoding: source.bytes[start..<index], as: UTF8.self)
  }

  package static func isWordByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."),
      UInt8(ascii: "_"), UInt8(ascii: "$"):
      true
    default: false
    }
  }

  /// Tells whether bytes are spelt `-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?`.
  package static func isNumber(_ bytes: some RandomAccessCollection<UInt8>) -> Bool {
    var rest = bytes[...]
    func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
    if rest.first == UInt8(ascii: "-") { rest = rest.dropFirst() }
    let whole = rest.prefix(while: isDigit)
    guard let first = whole.first, first != UInt8(ascii: "0") || whole.count == 1 else { return false }
    rest = rest.dropFirst(whole.count)
    if rest.first == UInt8(ascii: ".") {
      let fraction = rest.dropFirst().prefix(while: isDigit)
      guard !fraction.isEmpty else { return false }
      rest = rest.dropFirst(fraction.count + 1)
    }
    if rest.first == UInt8(ascii: "e") || rest.first == UInt8(ascii: "E") {
      rest = rest.dropFirst()
      if rest.first == UInt8(ascii: "+") || rest.first == UInt8(ascii: "-") { rest = rest.dropFirst() }
      let digits = rest.prefix(while: isDigit)
      guard !digits.isEmpty else { return false }
      rest = rest.dropFirst(digits.count)
    }
    return rest.isEmpty
  }

  /// The bytes as text for a message, at most some 60 of them.
  package func shown(_ range: Range<Int>) -> String {
    guard range.count > 60 else { return String(decoding: source.bytes[range], as: UTF8.self) }
    var end = range.lowerBound + 60
    while end > range.lowerBound, source.bytes[end] & 0xC0 == 0x80 { end -= 1 }
    return String(decoding: source.bytes[range.lowerBound..<end], as: UTF8.self) + "…"
  }

  private func characterEnd(after start: Int) -> Int {
    var end = start + 1
    while end < source.bytes.count, end < start + 4, source.bytes[end] & 0xC0 == 0x80 { end += 1 }
    return end
  }

  private static let delimiters = Set(Array("{}[],:\"".utf8))
}
