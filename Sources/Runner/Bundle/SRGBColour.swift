import Core

/// A colour of 8 bits a channel, as an IDF spells it.
struct SRGBColour: Hashable, Sendable {
  let red: UInt8
  let green: UInt8
  let blue: UInt8

  /// Reads `#` and six hexadecimal digits.
  init?(_ text: String) {
    let digits = Array(text.utf8)
    guard digits.count == 7, digits[0] == UInt8(ascii: "#"),
      digits.dropFirst().allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }),
      let value = UInt32(text.dropFirst(), radix: 16)
    else { return nil }
    red = UInt8(value >> 16 & 0xFF)
    green = UInt8(value >> 8 & 0xFF)
    blue = UInt8(value & 0xFF)
  }

  /// `#rrggbb`, lower case.
  var hex: String {
    "#" + [red, green, blue].map(VisibleText.hexDigits(of:)).joined()
  }

  /// The channels from 0 to 1 with four decimals, which is enough to get each of the 256 steps back. Made of
  /// integers, so that the digits are the same everywhere.
  var components: [String] {
    [red, green, blue].map { channel in
      Decimals.text((Int(channel) * 10_000 * 2 + 255) / (255 * 2), places: 4)
    }
  }

  init(red: UInt8, green: UInt8, blue: UInt8) {
    self.red = red
    self.green = green
    self.blue = blue
  }

  /// The colour in words, such as `dark olive`.
  var words: String { ColourNames.nearest(to: rgb) }

  /// The same colour as images have it.
  var rgb: RGB { RGB(red, green, blue) }
}

/// Writes decimal fractions from integers: no rounding but the caller's, the same digits everywhere.
enum Decimals {
  /// Returns `scaled / 10^places` without trailing zeros, such as `0.25` for 2500 and 4 places. Not negative.
  static func text(_ scaled: Int, places: Int) -> String {
    precondition(scaled >= 0 && places > 0, "A decimal here is not negative and has places.")
    let digits = String(scaled)
    let padded = String(repeating: "0", count: max(0, places + 1 - digits.count)) + digits
    var fraction = padded.suffix(places)
    while fraction.last == "0" { fraction.removeLast() }
    let whole = padded.dropLast(places)
    return fraction.isEmpty ? String(whole) : "\(whole).\(fraction)"
  }
}
