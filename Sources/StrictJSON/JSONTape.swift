/// JSON as the flat list of its values, made in one pass over the bytes: what reading stored facts starts from.
///
/// Takes what RFC 8259 takes, and stops at the first fault without saying what it is. What a user hands in is read by
/// `JSONReader`, which can say what is wrong.
package struct JSONTape: Sendable {
  package enum Kind: UInt8, Sendable {
    case null, yes, no, number, text, array, object
  }

  /// A value, or the name before a field's value. Those within an array or object follow it.
  package struct Entry: Sendable {
    package var kind: Kind
    /// A string with a backslash in it.
    package var hasEscapes = false
    /// Where its bytes are, without the quotes of a string.
    package var start: Int
    package var end: Int
    /// The entry behind this one and all within it.
    package var next = 0
  }

  package let bytes: [UInt8]
  package private(set) var entries: [Entry] = []

  /// Arrays and objects within each other at most: reading recurses so deep.
  private static let maxDepth = 128

  /// Reads bytes; nil if they are not JSON.
  package init?(_ bytes: [UInt8]) {
    self.bytes = bytes
    var entries: [Entry] = []
    // Of our own payloads, a value takes some 20 bytes.
    entries.reserveCapacity(bytes.count / 16 + 4)
    let isWhole = bytes.withUnsafeBufferPointer { buffer in
      var pass = Pass(bytes: buffer)
      let isValue = pass.takeValue(depth: 0, &entries)
      pass.skipSpace()
      return isValue && pass.index == buffer.count
    }
    guard isWhole else { return nil }
    self.entries = entries
  }

  /// The characters of a string; nil where the bytes are not UTF-8, or an escape is not valid.
  package func text(at index: Int) -> String? {
    let entry = entries[index]
    let written = bytes.withUnsafeBufferPointer { buffer in
      String(validating: UnsafeBufferPointer(rebasing: buffer[entry.start..<entry.end]), as: UTF8.self)
    }
    guard entry.hasEscapes, written != nil else { return written }
    var scanner = JSONScanner(
      SourceText(Array(bytes[(entry.start - 1)...entry.end])), limits: .init(maxProblems: .max))
    let text = scanner.readText()
    // NUL is told only because a user's files must hold none.
    return scanner.problems.allSatisfy { $0.kind == .nulCharacter } ? text : nil
  }

  /// The value of the field of that name in an object; nil where there is none.
  package func member(_ name: String, of object: Int) -> Int? {
    var name = name
    return name.withUTF8 { wanted in
      var index = object + 1
      while index < entries[object].next {
        if isText(at: index, wanted) { return index + 1 }
        index = entries[index + 1].next
      }
      return nil
    }
  }

  private func isText(at index: Int, _ wanted: UnsafeBufferPointer<UInt8>) -> Bool {
    let entry = entries[index]
    if entry.hasEscapes { return text(at: index).map { $0.utf8.elementsEqual(wanted) } ?? false }
    guard entry.end - entry.start == wanted.count else { return false }
    return bytes.withUnsafeBufferPointer { buffer in
      var offset = 0
      while offset < wanted.count, buffer[entry.start + offset] == wanted[offset] { offset += 1 }
      return offset == wanted.count
    }
  }

  /// The parts of an array, or the names of an object's fields.
  package func children(of parent: Int) -> [Int] {
    var found: [Int] = []
    var index = parent + 1
    while index < entries[parent].next {
      found.append(index)
      index = entries[parent].kind == .object ? entries[index + 1].next : entries[index].next
    }
    return found
  }

  /// One pass over the bytes.
  private struct Pass {
    let bytes: UnsafeBufferPointer<UInt8>
    var index = 0

    mutating func skipSpace() {
      while index < bytes.count, bytes[index] <= 0x20, [0x20, 0x0A, 0x0D, 0x09].contains(bytes[index]) {
        index += 1
      }
    }

    /// The next byte behind white space, gone past if it is the one that is looked for.
    private mutating func take(_ byte: Unicode.Scalar) -> Bool {
      skipSpace()
      guard index < bytes.count, bytes[index] == UInt8(ascii: byte) else { return false }
      index += 1
      return true
    }

    mutating func takeValue(depth: Int, _ entries: inout [Entry]) -> Bool {
      skipSpace()
      guard index < bytes.count else { return false }
      switch bytes[index] {
      case UInt8(ascii: "\""): return takeText(&entries)
      case UInt8(ascii: "{"), UInt8(ascii: "["): return takeContainer(depth: depth + 1, &entries)
      default: return takeWord(&entries)
      }
    }

    private mutating func takeText(_ entries: inout [Entry]) -> Bool {
      guard take("\"") else { return false }
      var entry = Entry(kind: .text, start: index, end: index, next: entries.count + 1)
      while index < bytes.count {
        switch bytes[index] {
        case UInt8(ascii: "\""):
          entry.end = index
          index += 1
          entries.append(entry)
          return true
        case UInt8(ascii: "\\"):
          entry.hasEscapes = true
          index += 2
        case ..<0x20: return false
        default: index += 1
        }
      }
      return false
    }

    private mutating func takeContainer(depth: Int, _ entries: inout [Entry]) -> Bool {
      guard depth <= maxDepth else { return false }
      let isObject = bytes[index] == UInt8(ascii: "{")
      let end: Unicode.Scalar = isObject ? "}" : "]"
      let place = entries.count
      entries.append(Entry(kind: isObject ? .object : .array, start: index, end: index))
      index += 1
      var isFirst = true
      while !take(end) {
        guard isFirst || take(",") else { return false }
        isFirst = false
        if isObject { guard takeName(&entries) else { return false } }
        guard takeValue(depth: depth, &entries) else { return false }
      }
      entries[place].end = index
      entries[place].next = entries.count
      return true
    }

    private mutating func takeName(_ entries: inout [Entry]) -> Bool {
      skipSpace()
      return takeText(&entries) && take(":")
    }

    /// Takes a number, `true`, `false` or `null`.
    private mutating func takeWord(_ entries: inout [Entry]) -> Bool {
      let start = index
      while index < bytes.count, JSONScanner.isWordByte(bytes[index]) { index += 1 }
      let word = UnsafeBufferPointer(rebasing: bytes[start..<index])
      let kind: Kind
      switch word.first {
      case UInt8(ascii: "t") where word.elementsEqual("true".utf8): kind = .yes
      case UInt8(ascii: "f") where word.elementsEqual("false".utf8): kind = .no
      case UInt8(ascii: "n") where word.elementsEqual("null".utf8): kind = .null
      default:
        guard JSONScanner.isNumber(word) else { return false }
        kind = .number
      }
      entries.append(Entry(kind: kind, start: start, end: index, next: entries.count + 1))
      return true
    }
  }
}
