import Core

/// The contrast of two colours as WCAG 2.2 defines it (https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio).
package enum Contrast {
  /// Returns the ratio, from 1 to 21.
  package static func ratio(_ one: RGB, _ other: RGB) -> Double {
    let lighter = max(luminance(of: one), luminance(of: other))
    let darker = min(luminance(of: one), luminance(of: other))
    return (lighter + 0.05) / (darker + 0.05)
  }

  /// Returns black or white, whichever contrasts more with a colour; one of them always reaches 4.5.
  package static func text(on colour: RGB) -> RGB {
    ratio(.black, colour) >= ratio(.white, colour) ? .black : .white
  }

  /// Writes a ratio as people do, cut to one decimal so that it never claims too much: `12.6:1`.
  package static func words(_ ratio: Double) -> String {
    Decimals.text(Int(ratio * 10), places: 1) + ":1"
  }

  /// Relative luminance, 0 to 1.
  private static func luminance(of colour: RGB) -> Double {
    let linear = Oklab.linear
    return 0.2126 * linear[Int(colour.red)] + 0.7152 * linear[Int(colour.green)]
      + 0.0722 * linear[Int(colour.blue)]
  }
}
