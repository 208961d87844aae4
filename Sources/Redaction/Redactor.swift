/// Takes secrets out of strings before anyone sees or stores them.
///
/// A secret is the exact value of an environment variable that was handed on, or anything of the shape of a
/// known key.
package struct Redactor: Sendable {
  /// What replaces a secret.
  package static let mark = "[redacted]"
  /// A shorter value would take innocent words apart.
  package static let shortestSecret = 8
  /// A longer text is cut: no reply may be as long, and looking through it would cost much memory.
  private static let longestText = 2 << 20
  /// A tail of fewer bytes is all that was written: see `ByteTail`.
  private static let wholeTailBytes = 64 << 10

  /// A shorter line of a secret of several might be anybody's.
  private static let shortestLine = 16
  /// By so much a secret may grow where it is spelt, and be parted by lines.
  private static let longestSpelling = 6

  private let search: SecretSearch
  private let longestSecret: Int
  private var looksForShapes = true

  /// Takes the values that must never be seen; those of fewer than 8 bytes are let through. The lines of one that has
  /// several are looked for, too: a program may print them one by one.
  package init(secrets: some Sequence<String> = []) {
    let values = secrets.flatMap { [$0, Self.trimmingSpace($0)] }.map { Array($0.utf8) }
    let lines = values.flatMap { value in
      value.split { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") }.map(Array.init)
    }
    search = SecretSearch(
      values.filter { $0.count >= Self.shortestSecret } + lines.filter { $0.count >= Self.shortestLine })
    longestSecret = values.map(\.count).max() ?? 0
  }

  /// Looks for values alone, not for the shapes of keys.
  package init(valuesOnly secrets: [String]) {
    self.init(secrets: secrets)
    looksForShapes = false
  }

  /// Returns the text with every secret in it replaced by `[redacted]`.
  package func redact(_ text: String) -> String {
    let bytes = Array(text.utf8.prefix(Self.longestText))
    guard bytes.count >= Self.shortestSecret else { return text }
    let isCut = bytes.count < text.utf8.count
    let found = ranges(in: bytes)
    guard !found.isEmpty || isCut else { return text }
    return Self.marking(found, in: bytes[...]) + (isCut ? "…" : "")
  }

  /// Returns lines without secrets, also without the parts of one that continues on the next line.
  package func redact(lines: [[UInt8]]) -> [String] {
    let text = Array(lines.joined(separator: [UInt8(ascii: "\n")]))
    let found = ranges(in: text)
    var start = 0
    return lines.map { line in
      defer { start += line.count + 1 }
      return Self.marking(found, in: text[start..<start + line.count])
    }
  }

  /// A part of a string with marks in the place of secrets, which may begin before it and end behind it.
  private static func marking(_ secrets: [Range<Int>], in part: ArraySlice<UInt8>) -> String {
    var output: [UInt8] = []
    var copied = part.startIndex
    for secret in secrets where secret.overlaps(part.indices) && secret.upperBound > copied {
      let start = max(secret.lowerBound, part.startIndex)
      if start >= copied { output += part[copied..<start] + Array(mark.utf8) }
      copied = min(secret.upperBound, part.endIndex)
    }
    return String(decoding: output + part[copied...], as: UTF8.self)
  }

  /// Tells whether a string holds a secret.
  package func finds(in text: String) -> Bool { !ranges(in: Array(text.utf8)).isEmpty }

  /// The places of secrets in order; overlapping ones begin with the one that begins first.
  private func ranges(in bytes: [UInt8]) -> [Range<Int>] {
    var found = search.ranges(in: bytes)
    var index = 0
    while looksForShapes, index < bytes.count {
      let shape = KeyShape.byFirstByte[Int(bytes[index])].lazy.compactMap { $0.range(in: bytes, at: index) }
        .first
      if let shape { found.append(shape) }
      index = shape.map { max($0.upperBound, index + 1) } ?? index + 1
    }
    return found.sorted { ($0.lowerBound, $1.upperBound) < ($1.lowerBound, $0.upperBound) }
  }

  /// Returns the text of a stream's last bytes without secrets.
  package func redact(tail: [UInt8]) -> String {
    // A tail may begin in the middle of a secret, even of its spelling in lines, which would then not be known as one.
    let within = tail.dropFirst(longestSecret * Self.longestSpelling)
    let whole = tail.count < Self.wholeTailBytes ? tail[...] : within.drop { $0 != UInt8(ascii: "\n") }
    return redact(String(decoding: whole, as: UTF8.self))
  }

  private static func trimmingSpace(_ text: String) -> String {
    let isSpace: (Character) -> Bool = { $0.isWhitespace }
    guard let first = text.firstIndex(where: { !isSpace($0) }),
      let last = text.lastIndex(where: { !isSpace($0) })
    else { return "" }
    return String(text[first...last])
  }
}
