#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Colours text for a terminal, or leaves it as it is.
struct Style: Sendable {
  let isColoured: Bool

  init(_ choice: GlobalOptions.ColorChoice, descriptor: Int32, environment: [String: String]) {
    isColoured =
      switch choice {
      case .always: true
      case .never: false
      case .auto:
        environment["NO_COLOR", default: ""].isEmpty && environment["TERM"] != "dumb"
          && isatty(descriptor) == 1
      }
  }

  enum Tone: String {
    case bad = "31"
    case good = "32"
    case waiting = "33"
    case quiet = "2"
    case strong = "1"
  }

  func callAsFunction(_ text: String, _ tone: Tone) -> String {
    isColoured ? "\u{1B}[\(tone.rawValue)m\(text)\u{1B}[0m" : text
  }
}
