/// Finds JSON objects in what a model wrote: the whole text, in a Markdown fence, or in the middle of prose.
package enum JSONInText {
  /// A part of a string that may be JSON.
  package struct Piece: Hashable {
    package var bytes: [UInt8]
    /// There are words around it.
    package var isInProse: Bool
  }

  /// More pieces than this are not looked at.
  private static let mostPieces = 32

  /// The pieces of a string that may be JSON objects, likeliest first.
  package static func pieces(of text: String) -> [Piece] {
    let bytes = trimmed(Array(text.utf8))
    guard let first = bytes.first else { return [] }
    var pieces: [[UInt8]] = []
    if opensValue(first) || first == UInt8(ascii: "\"") { pieces.append(bytes) }
    pieces += fenced(bytes)
    let whole = pieces.count
    pieces += braced(bytes)
    var seen: Set<[UInt8]> = []
    return pieces.indices.filter { seen.insert(pieces[$0]).inserted }.prefix(mostPieces)
      .map { Piece(bytes: pieces[$0], isInProse: $0 >= whole) }
  }

  private static func isOpening(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "{") }

  private static func opensValue(_ byte: UInt8) -> Bool { isOpening(byte) || byte == UInt8(ascii: "[") }

  private static func trimmed(_ bytes: [UInt8]) -> [UInt8] {
    var rest = bytes[...]
    if rest.starts(with: [0xEF, 0xBB, 0xBF]) { rest = rest.dropFirst(3) }
    rest = rest.drop { $0 <= 0x20 }
    while let last = rest.last, last <= 0x20 { rest = rest.dropLast() }
    return Array(rest)
  }

  /// What is between lines of three or more backticks or tildes; a fence never closed runs to the end.
  private static func fenced(_ bytes: [UInt8]) -> [[UInt8]] {
    var pieces: [[UInt8]] = []
    var fence: (mark: UInt8, length: Int)?
    var content: [UInt8] = []
    for line in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
      let start = line.drop { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
      let mark = start.first ?? 0
      let length = start.prefix { $0 == mark }.count
      let isFence = (mark == UInt8(ascii: "`") || mark == UInt8(ascii: "~")) && length >= 3
      if let open = fence {
        let rest = start.dropFirst(length).allSatisfy { $0 <= 0x20 }
        if isFence, mark == open.mark, length >= open.length, rest {
          pieces.append(trimmed(content))
          fence = nil
        } else {
          content += line + [UInt8(ascii: "\n")]
        }
      } else if isFence {
        fence = (mark, length)
        content = []
      }
    }
    if fence != nil { pieces.append(trimmed(content)) }
    return pieces.filter { $0.first.map(opensValue) ?? false }
  }

  /// Every outermost `{…}` whose braces balance, those in JSON strings not counted.
  private static func braced(_ bytes: [UInt8]) -> [[UInt8]] {
    var pieces: [[UInt8]] = []
    var index = 0
    var attempts = 0
    while index < bytes.count, pieces.count < mostPieces, attempts < mostPieces {
      guard isOpening(bytes[index]) else {
        index += 1
        continue
      }
      attempts += 1
      if let end = end(ofObjectAt: index, in: bytes) {
        pieces.append(Array(bytes[index..<end]))
        index = end
      } else if bytes[(index + 1)...].first(where: { $0 > 0x20 }) == UInt8(ascii: "\"") {
        // An object that was cut off: what is within it is only a part of the answer.
        break
      } else {
        index += 1
      }
    }
    return pieces
  }

  package static func end(ofObjectAt start: Int, in bytes: [UInt8]) -> Int? {
    var depth = 0
    var isInText = false
    var index = start
    while index < bytes.count {
      switch bytes[index] {
      case UInt8(ascii: "\\") where isInText: index += 1
      case UInt8(ascii: "\""): isInText.toggle()
      case UInt8(ascii: "{") where !isInText: depth += 1
      case UInt8(ascii: "}") where !isInText:
        depth -= 1
        if depth == 0 { return index + 1 }
      default: break
      }
      index += 1
    }
    return nil
  }
}
