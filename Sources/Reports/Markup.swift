import AssetBundle
import Core

/// HTML that is known to be markup: text gets into it only escaped.
struct Markup: ExpressibleByStringInterpolation, Sendable {
  let html: String

  init(stringLiteral value: String) { html = value }
  init(stringInterpolation: Interpolation) { html = stringInterpolation.html }
  init(joining parts: [Markup], separator: Markup = "") {
    html = parts.map(\.html).joined(separator: separator.html)
  }

  static let empty: Markup = ""

  static func + (left: Markup, right: Markup) -> Markup { "\(left)\(right)" }

  /// Text on one line in which what is hidden is spelt out, in a direction of its own: nothing around it moves.
  static func outside(_ text: String) -> Markup { "<bdi>\(text)</bdi>" }

  /// Puts strings in as text that is neither markup nor the end of an attribute, and markup and numbers as they are.
  struct Interpolation: StringInterpolationProtocol {
    fileprivate var html = ""

    init(literalCapacity: Int, interpolationCount: Int) { html.reserveCapacity(literalCapacity * 2) }

    mutating func appendLiteral(_ literal: String) { html += literal }
    mutating func appendInterpolation(_ markup: Markup) { html += markup.html }
    mutating func appendInterpolation(_ text: String) { html += TextEscaping.html.of(text) }
    mutating func appendInterpolation(_ number: Int) { html += String(number) }
    mutating func appendInterpolation(_ number: Int64) { html += String(number) }
    /// With three decimals at most.
    mutating func appendInterpolation(_ number: Double) {
      let scaled = Int((number * 1_000).rounded())
      html += (scaled < 0 ? "-" : "") + Decimals.text(abs(scaled), places: 3)
    }
  }
}
