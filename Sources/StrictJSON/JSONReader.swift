/// Reads JSON as RFC 8259 has it and nothing beyond, reporting everything that is wrong with a document at once.
///
/// Refused with line and column: names that are there twice (also when only equal after unescaping, or
/// canonically equivalent), comments, trailing commas, `NaN`, leading zeros, numbers that no finite double
/// holds, lone surrogates, NUL even as an escape, raw control characters, invalid UTF-8, a byte order mark.
/// Time is linear in the text's size, and the stack is bounded by `Limits.maxDepth`, whatever the text.
package struct JSONReader {
  package struct Limits: Hashable, Sendable {
    package var maxBytes: Int
    /// Arrays and objects within each other; kept small, for reading recurses so deep.
    package var maxDepth: Int
    package var maxNumberBytes: Int
    /// Problems after which reading stops.
    package var maxProblems: Int
    /// Takes half of a surrogate pair for U+FFFD: JavaScript cuts strings so, and what outside programs say may be cut.
    package var replacesLoneSurrogates = false

    package init(
      maxBytes: Int = 1 << 20, maxDepth: Int = 32, maxNumberBytes: Int = 400, maxProblems: Int = 100
    ) {
      precondition(maxDepth <= 512, "A depth of \(maxDepth) may overflow the stack of a task.")
      self.maxBytes = maxBytes
      self.maxDepth = maxDepth
      self.maxNumberBytes = maxNumberBytes
      self.maxProblems = maxProblems
    }
  }

  /// What was read of a JSON text: a value with places, as far as it could be understood, and all problems by
  /// position.
  package struct Document: Sendable {
    package var root: LocatedJSON
    package var problems: [JSONProblem]
    /// False where reading stopped early, so that something missing may only be unread.
    package var isWhole: Bool
    package var source: SourceText
  }

  /// What is said of a document in which half characters were replaced.
  package static let surrogateNote = "half a character (an unpaired surrogate) was replaced by U+FFFD"

  private var scanner: JSONScanner

  /// Reads JSON as far as possible.
  package static func read(_ bytes: [UInt8], limits: Limits = Limits()) -> Document {
    guard bytes.count <= limits.maxBytes else {
      let source = SourceText(Array(bytes.prefix(limits.maxBytes)))
      let problem = JSONProblem(
        kind: .tooLarge(limitBytes: limits.maxBytes), offset: limits.maxBytes,
        position: source.position(ofOffset: limits.maxBytes))
      return Document(
        root: LocatedJSON(content: .broken, offset: 0), problems: [problem], isWhole: false, source: source)
    }
    var reader = JSONReader(scanner: JSONScanner(SourceText(bytes), limits: limits))
    let root = reader.readDocument()
    let problems = reader.scanner.problems.sorted { $0.offset < $1.offset }
    return Document(
      root: root, problems: problems, isWhole: !reader.scanner.hasGivenUp, source: reader.scanner.source)
  }

  /// Reads JSON that must be without a fault.
  package static func value(of bytes: [UInt8], limits: Limits = Limits()) throws(JSONProblems) -> JSONValue {
    let document = read(bytes, limits: limits)
    guard document.problems.isEmpty else { throw JSONProblems(all: document.problems) }
    return document.root.value
  }

  private mutating func readDocument() -> LocatedJSON {
    for offset in scanner.source.illFormedOffsets(limit: scanner.limits.maxProblems / 2 + 1) {
      scanner.report(.invalidUTF8, at: offset)
    }
    if scanner.source.bytes.starts(with: [0xEF, 0xBB, 0xBF]) {
      scanner.report(.byteOrderMark, at: 0)
      scanner.advance(3)
    }
    scanner.skipSpace()
    guard scanner.byte != nil else {
      if scanner.problems.isEmpty { scanner.report(.empty, at: scanner.index) }
      return broken(at: scanner.index)
    }
    let root = readValue(depth: 0)
    if !scanner.hasGivenUp {
      scanner.skipSpace()
      if scanner.byte != nil { scanner.report(.contentAfterEnd, at: scanner.index) }
    }
    return root
  }

  private func broken(at offset: Int) -> LocatedJSON { LocatedJSON(content: .broken, offset: offset) }

  private mutating func readValue(depth: Int) -> LocatedJSON {
    let start = scanner.index
    switch scanner.byte {
    case UInt8(ascii: "{"), UInt8(ascii: "["):
      guard depth < scanner.limits.maxDepth else {
        scanner.report(.tooDeep(limit: scanner.limits.maxDepth), at: start)
        scanner.skipContainer()
        return broken(at: start)
      }
      return scanner.byte == UInt8(ascii: "{") ? readObject(depth: depth + 1) : readArray(depth: depth + 1)
    case UInt8(ascii: "\""), UInt8(ascii: "'"):
      guard let quote = scanner.byte, let text = scanner.readText(quote: quote) else {
        return broken(at: start)
      }
      return LocatedJSON(content: .string(text), offset: start)
    case .some(let byte) where JSONScanner.isWordByte(byte): return scanner.readWord()
    case UInt8(ascii: "}"), UInt8(ascii: "]"), UInt8(ascii: ","), UInt8(ascii: ":"), nil:
      scanner.report(.expectedValue(found: scanner.found()), at: start)
    case .some:
      let text = scanner.skipUnexpected()
      scanner.report(.unexpectedCharacter(text), at: start)
    }
    return broken(at: start)
  }

  private mutating func readArray(depth: Int) -> LocatedJSON {
    let start = scanner.index
    var elements: [LocatedJSON] = []
    scanner.advance()
    var comma: Int?
    while isInside(closing: "]", opened: "[", at: start, comma: comma) {
      elements.append(readValue(depth: depth))
      comma = takeComma(closing: UInt8(ascii: "]"))
    }
    return LocatedJSON(content: .array(elements), offset: start)
  }

  private mutating func readObject(depth: Int) -> LocatedJSON {
    let start = scanner.index
    var members: [LocatedJSON.Member] = []
    var offsets: [String: Int] = [:]
    scanner.advance()
    var comma: Int?
    while isInside(closing: "}", opened: "{", at: start, comma: comma) {
      let nameOffset = scanner.index
      let name = readName()
      let value = readMemberValue(depth: depth, isNamed: name != nil)
      if let name {
        if let first = offsets[name] {
          let line = scanner.source.position(ofOffset: first).line
          scanner.report(.duplicateName(name, firstLine: line), at: nameOffset)
        } else {
          offsets[name] = nameOffset
          members.append(LocatedJSON.Member(name: name, nameOffset: nameOffset, value: value))
        }
      }
      comma = takeComma(closing: UInt8(ascii: "}"))
    }
    return LocatedJSON(content: .object(members), offset: start)
  }

  /// Tells whether another part of an array or object follows, and goes past its end if not.
  private mutating func isInside(closing: Character, opened: Character, at start: Int, comma: Int?) -> Bool {
    guard !scanner.hasGivenUp else { return false }
    scanner.skipSpace()
    guard let byte = scanner.byte else {
      if !scanner.hasGivenUp { scanner.report(.unclosed(opening: opened), at: start) }
      scanner.giveUp()
      return false
    }
    if byte == closing.asciiValue {
      if let comma { scanner.report(.trailingComma, at: comma) }
      scanner.advance()
      return false
    }
    if byte == UInt8(ascii: "}") || byte == UInt8(ascii: "]") {
      scanner.report(
        .mismatched(found: Character(Unicode.Scalar(byte)), expected: closing), at: scanner.index)
      scanner.giveUp()
      return false
    }
    return true
  }

  /// Reads a field's name; nil where there is none to speak of.
  private mutating func readName() -> String? {
    let start = scanner.index
    switch scanner.byte {
    case UInt8(ascii: "\""), UInt8(ascii: "'"):
      guard let quote = scanner.byte else { return nil }
      return scanner.readText(quote: quote)
    case .some(let byte) where JSONScanner.isWordByte(byte):
      let name = scanner.takeWord()
      scanner.report(.unquotedName(scanner.shown(start..<scanner.index)), at: start)
      return name
    case UInt8(ascii: ":"), UInt8(ascii: ","):
      scanner.report(.expectedName(found: scanner.found()), at: start)
    case UInt8(ascii: "{"), UInt8(ascii: "["):
      scanner.report(.expectedName(found: scanner.found()), at: start)
      scanner.skipContainer()
    default:
      let text = scanner.skipUnexpected()
      scanner.report(.expectedName(found: "\"\(text)\""), at: start)
    }
    return nil
  }

  /// Reads the colon and the value behind a name; a name that was not valid has been reported already.
  private mutating func readMemberValue(depth: Int, isNamed: Bool) -> LocatedJSON {
    guard !scanner.hasGivenUp else { return broken(at: scanner.index) }
    scanner.skipSpace()
    if scanner.byte == UInt8(ascii: ":") {
      scanner.advance()
      scanner.skipSpace()
      return readValue(depth: depth)
    }
    if isNamed, scanner.byte != nil {
      scanner.report(.expectedColon(found: scanner.found()), at: scanner.index)
    }
    switch scanner.byte {
    case UInt8(ascii: ","), UInt8(ascii: "}"), UInt8(ascii: "]"), nil: return broken(at: scanner.index)
    default: return isNamed ? readValue(depth: depth) : broken(at: scanner.index)
    }
  }

  /// Goes past the comma before the next part and returns its offset; notes where one is missing.
  private mutating func takeComma(closing: UInt8) -> Int? {
    guard !scanner.hasGivenUp else { return nil }
    scanner.skipSpace()
    switch scanner.byte {
    case UInt8(ascii: ","):
      defer { scanner.advance() }
      return scanner.index
    case UInt8(ascii: "}"), UInt8(ascii: "]"), nil: return nil
    case UInt8(ascii: ":"):
      scanner.report(.missingComma(found: scanner.found()), at: scanner.index)
      scanner.advance()
      return nil
    default:
      scanner.report(.missingComma(found: scanner.found()), at: scanner.index)
      return nil
    }
  }
}
