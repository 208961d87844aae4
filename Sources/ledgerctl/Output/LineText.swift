import Core
import Runner

/// Measures and cuts text that has to fit a line of a terminal.
enum LineText {
  /// Columns a string takes at most: what may be wide counts as wide, so that a line never wraps.
  static func width(_ text: String) -> Int { text.unicodeScalars.reduce(0) { $0 + width($1) } }

  /// A string without what colours it.
  static func plain(_ text: String) -> String {
    text.replacing(/\u{1B}\[[0-9;]*m/, with: "")
  }

  /// Cuts a string so that it takes no more columns; what is cut off leaves three dots.
  static func cut(_ text: String, to columns: Int) -> String {
    let text = VisibleText.showing(text)
    guard width(text) > columns else { return text }
    guard columns > 3 else { return String(repeating: ".", count: max(0, columns)) }
    var cut = String.UnicodeScalarView()
    var left = columns - 3
    for scalar in text.unicodeScalars {
      left -= width(scalar)
      if left < 0 { break }
      cut.append(scalar)
    }
    return String(cut) + "..."
  }

  private static func width(_ scalar: Unicode.Scalar) -> Int {
    switch scalar.value {
    case ..<0x300, 0x25A0, 0x25A1: 1
    default: 2
    }
  }
}

extension String {
  /// The text with spaces up to a width, for columns of plain words.
  func padded(to width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
}
