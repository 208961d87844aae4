#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The contrast of two colours as WCAG 2.2 defines it (https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio).
enum Contrast {
  /// What text of normal size needs.
  static let leastForText = 4.5

  /// Returns the ratio, from 1 to 21.
  static func ratio(_ one: SRGBColour, _ other: SRGBColour) -> Double {
    let lighter = max(luminance(of: one), luminance(of: other))
    let darker = min(luminance(of: one), luminance(of: other))
    return (lighter + 0.05) / (darker + 0.05)
  }

  /// Returns black or white, whichever contrasts more with a colour; one of them always reaches 4.5.
  static func text(on colour: SRGBColour) -> SRGBColour {
    ratio(.black, colour) >= ratio(.white, colour) ? .black : .white
  }

  /// Writes a ratio as people do, cut to one decimal so that it never claims too much: `12.6:1`.
  static func words(_ ratio: Double) -> String {
    Decimals.text(Int(ratio * 10), places: 1) + ":1"
  }

  /// Relative luminance, 0 to 1.
  private static func luminance(of colour: SRGBColour) -> Double {
    0.2126 * linear(colour.red) + 0.7152 * linear(colour.green) + 0.0722 * linear(colour.blue)
  }

  private static func linear(_ channel: UInt8) -> Double {
    let value = Double(channel) / 255
    return value <= 0.04045 ? value / 12.92 : pow((value + 0.055) / 1.055, 2.4)
  }
}

extension SRGBColour {
  static let black = SRGBColour(red: 0, green: 0, blue: 0)
  static let white = SRGBColour(red: 255, green: 255, blue: 255)
}
