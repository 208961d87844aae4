import Core

/// The ways in which people and models write a colour.
package enum ColourText {
  /// Returns a colour as `#rrggbb`, lower case; nil for anything that isn't one.
  ///
  /// Understood are `#rgb` and `#rrggbb` in any case, with or without `#`, an opaque `#rrggbbaa`, and `rgb(26, 23, 20)`
  /// with commas or spaces, in numbers or percent; CSS Color 4 is where the forms come from.
  package static func hex(_ text: String) -> String? {
    let written = text.lowercased().filter { !$0.isWhitespace || $0 == " " }
      .split(separator: " ").joined(separator: " ")
    if written.hasPrefix("rgb") { return function(written) }
    return digits(written)
  }

  private static func digits(_ text: String) -> String? {
    let digits = Array(text.hasPrefix("#") ? text.dropFirst() : text[...])
    guard digits.allSatisfy({ $0.isASCII && $0.isHexDigit }) else { return nil }
    switch digits.count {
    // Three digits without a mark are more likely a number than a colour.
    case 3 where text.hasPrefix("#"): return "#" + digits.map { "\($0)\($0)" }.joined()
    case 6: return "#" + String(digits)
    case 8 where digits.suffix(2) == ["f", "f"]: return "#" + String(digits.prefix(6))
    default: return nil
    }
  }

  /// Reads `rgb(…)`, and `rgba(…)` where it is opaque.
  private static func function(_ text: String) -> String? {
    guard let open = text.firstIndex(of: "("), text.hasSuffix(")"),
      ["rgb", "rgba"].contains(text[..<open].filter { $0 != " " })
    else { return nil }
    let inner = text[text.index(after: open)...].dropLast()
    let parts = inner.split { ", /".contains($0) }
    guard parts.count == 3 || parts.count == 4 && ["1", "1.0", "100%"].contains(parts[3]) else { return nil }
    var bytes: [UInt8] = []
    for part in parts.prefix(3) {
      guard let byte = channel(part) else { return nil }
      bytes.append(byte)
    }
    return RGB(bytes[0], bytes[1], bytes[2]).hex
  }

  private static func channel(_ text: Substring) -> UInt8? {
    let isPercent = text.hasSuffix("%")
    guard let number = Double(isPercent ? text.dropLast() : text), number.isFinite else { return nil }
    let value = isPercent ? number * 255 / 100 : number
    guard (0...255).contains(value) else { return nil }
    return UInt8(value.rounded())
  }
}
