/// Cuts strings from outside to a length that a message or an event can carry.
package enum Excerpt {
  /// A raw reply longer than this is cut before it is recorded.
  package static let rawLimitBytes = 64 << 10

  /// The beginning of a string on one line, for a message.
  package static func line(_ text: String, limit: Int = 200) -> String {
    let words = text.prefix(limit * 4).split(whereSeparator: \.isWhitespace).joined(separator: " ")
    let beginning = words.prefix(limit)
    return beginning.endIndex == words.endIndex && text.utf8.count <= limit * 16 ? words : beginning + "…"
  }

  /// The end of a string on one line, for what a program said last.
  package static func lastLine(_ text: String, limit: Int = 200) -> String {
    let line = text.split(whereSeparator: \.isNewline).last { !$0.allSatisfy(\.isWhitespace) }
    return Self.line(String(line ?? ""), limit: limit)
  }

  /// A reply as it is recorded: whole, or its beginning and how much is left out.
  package static func raw(_ text: String) -> String {
    let size = text.utf8.count
    guard size > rawLimitBytes else { return text }
    let beginning = String(decoding: text.utf8.prefix(rawLimitBytes), as: UTF8.self)
    return beginning + "… (\(size - rawLimitBytes) more bytes)"
  }
}
