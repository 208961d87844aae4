#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// What there is to know of the terminal on stderr, and how lines on it are written over.
struct Terminal: Sendable {
  /// Whether it shows block characters.
  let hasBlocks: Bool
  private let environment: [String: String]

  init(environment: [String: String]) {
    self.environment = environment
    let locale =
      ["LC_ALL", "LC_CTYPE", "LANG"].lazy.compactMap { environment[$0] }.first { !$0.isEmpty } ?? ""
    let folded = locale.lowercased()
    hasBlocks = folded.hasSuffix("utf-8") || folded.hasSuffix("utf8")
  }

  /// Its size now; it may change at any time.
  func size() -> (columns: Int, rows: Int) {
    var window = winsize()
    let isKnown = ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &window) == 0
    let columns =
      isKnown && window.ws_col > 0 ? Int(window.ws_col) : environment["COLUMNS"].flatMap { Int($0) } ?? 80
    let rows = isKnown && window.ws_row > 0 ? Int(window.ws_row) : 24
    return (max(columns, 2), max(rows, 2))
  }

  /// Writes lines over as many as were drawn before, each to its end, and clears what is left of them.
  static func rewrite(_ lines: [String], over drawn: Int) -> String {
    up(drawn) + lines.map { $0 + "\u{1B}[K\n" }.joined() + (drawn > lines.count ? "\u{1B}[J" : "")
  }

  /// Clears lines that were drawn.
  static func erase(lines drawn: Int) -> String { drawn > 0 ? up(drawn) + "\u{1B}[J" : "" }

  private static func up(_ lines: Int) -> String { lines > 0 ? "\r\u{1B}[\(lines)A" : "" }
}
