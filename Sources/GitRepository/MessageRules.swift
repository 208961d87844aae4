/// Guards what goes into a commit's message.
package enum MessageRules {
  /// What keeps a string from being a commit message whose trailers can be read back.
  package enum Defect: Error, Hashable, Sendable {
    case empty
    /// NUL or another control character than line feed and tab.
    case control
    /// A line `---` ends the message for those who read trailers.
    case separator(line: Int)
    /// The subject isn't followed by an empty line.
    case crowdedSubject
    /// The last paragraph isn't only lines of `Key: value`, each key letters, digits and hyphens.
    case trailers(line: Int)
    /// A required trailer is missing, or there more than once.
    case missing(String)
  }

  /// Checks a whole message; `required` are the lines that must be among its trailers exactly once, as
  /// they are.
  package static func check(_ message: String, required: [String]) throws(Defect) {
    let isForbidden = { (scalar: Unicode.Scalar) in
      scalar.properties.generalCategory == .control && scalar != "\n" && scalar != "\t"
    }
    if message.unicodeScalars.contains(where: isForbidden) { throw .control }
    var lines = message.split(separator: "\n", omittingEmptySubsequences: false)
    while lines.last?.isEmpty == true { lines.removeLast() }
    guard let subject = lines.first, subject.contains(where: { !$0.isWhitespace }) else { throw .empty }
    if lines.count > 1 && !lines[1].isEmpty { throw .crowdedSubject }
    // git takes a line that starts with `---` and continues with white space or not at all.
    if let line = lines.firstIndex(where: {
      $0.hasPrefix("---") && $0.dropFirst(3).allSatisfy(\.isWhitespace)
    }) {
      throw .separator(line: line + 1)
    }
    let first = (lines.lastIndex(where: \.isEmpty) ?? 0) + 1
    for line in first..<max(first, lines.count) where !isTrailer(lines[line]) {
      throw .trailers(line: line + 1)
    }
    for trailer in required where lines[min(first, lines.count)...].filter({ $0 == trailer }).count != 1 {
      throw .missing(trailer)
    }
  }

  private static func isTrailer(_ line: Substring) -> Bool {
    guard let colon = line.firstIndex(of: ":"), colon > line.startIndex else { return false }
    let isKey = line[..<colon].utf8.allSatisfy {
      switch $0 {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"):
        true
      default: false
      }
    }
    return isKey && line[line.index(after: colon)...].hasPrefix(" ") && line.last != " "
  }
}
