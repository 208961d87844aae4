import Core

/// Turns a value into Markdown that shows it as it is: one line, no markup, no HTML, nothing hidden.
package enum MarkdownText {
  /// Returns what a document may hold at any place in its text: in a heading, a table cell, a link's text or
  /// a quoted HTML attribute. Works by scalar: to a browser a `<` with a combining mark behind it is still a
  /// `<`.
  package static func of(_ value: String) -> String {
    let line = Array(VisibleText.line(value).unicodeScalars)
    var result = String.UnicodeScalarView()
    var afterLink = false
    var index = 0
    while index < line.count {
      if let end = WebAddress.end(in: line, from: index) {
        result += WebAddress.text(line[index..<end])
        index = end
        afterLink = true
        continue
      }
      let scalar = line[index]
      switch scalar {
      // What follows an address must end it: a numeric reference would not.
      case "'" where afterLink: result += "&apos;".unicodeScalars
      case "&": result += "&amp;".unicodeScalars
      case "<": result += "&lt;".unicodeScalars
      case ">": result += "&gt;".unicodeScalars
      case "\"": result += "&quot;".unicodeScalars
      case "'": result += "&#39;".unicodeScalars
      case "_" where isWithinWord(index, line): result.append(scalar)
      case "\\", "`", "*", "_", "[", "]", "|", "~", "#", "$": result += ["\\", scalar]
      default: result.append(scalar)
      }
      afterLink = false
      index += 1
    }
    return protectingStart(String(result))
  }

  /// Tells whether a letter or digit is on both sides: there an underscore starts no emphasis.
  private static func isWithinWord(_ index: Int, _ line: [Unicode.Scalar]) -> Bool {
    guard index > 0, index + 1 < line.count else { return false }
    return [line[index - 1], line[index + 1]].allSatisfy { ASCIIFolding.letters(for: $0)?.isEmpty == false }
  }

  /// Escapes what would start a list, a rule or a heading's underline where the value opens a line.
  private static func protectingStart(_ text: String) -> String {
    guard let first = text.unicodeScalars.first else { return text }
    if first == "-" || first == "+" || first == "=" { return "\\" + text }
    let rest = text.unicodeScalars.drop { ("0"..."9").contains($0) }
    guard rest.startIndex > text.startIndex, let mark = rest.first, mark == "." || mark == ")" else {
      return text
    }
    return String(text.unicodeScalars[..<rest.startIndex]) + "\\" + String(rest)
  }
}
