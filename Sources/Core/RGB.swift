/// A colour of 8 bits a channel in sRGB.
package struct RGB: Hashable, Sendable, Comparable {
  package var red: UInt8
  package var green: UInt8
  package var blue: UInt8

  package init(_ red: UInt8, _ green: UInt8, _ blue: UInt8) {
    self.red = red
    self.green = green
    self.blue = blue
  }

  /// Takes a colour written as 0xrrggbb.
  package init(hex: UInt32) {
    self.init(UInt8(hex >> 16 & 0xff), UInt8(hex >> 8 & 0xff), UInt8(hex & 0xff))
  }

  /// Reads `#` and six hexadecimal digits.
  package init?(_ text: String) {
    let digits = Array(text.utf8)
    guard digits.count == 7, digits[0] == UInt8(ascii: "#"),
      digits.dropFirst().allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }),
      let value = UInt32(text.dropFirst(), radix: 16)
    else { return nil }
    self.init(hex: value)
  }

  package static let black = RGB(0, 0, 0)
  package static let white = RGB(255, 255, 255)

  /// `#rrggbb`, lower case.
  package var hex: String { "#" + Hexadecimal.text(of: [red, green, blue]) }

  package var number: UInt32 { UInt32(red) << 16 | UInt32(green) << 8 | UInt32(blue) }

  /// The colour at a number of eighths of the way to another, channel by channel.
  package func mixed(with other: RGB, eighths: Int) -> RGB {
    func mixed(_ from: UInt8, _ to: UInt8) -> UInt8 {
      UInt8((Int(from) * (8 - eighths) + Int(to) * eighths + 4) / 8)
    }
    return RGB(mixed(red, other.red), mixed(green, other.green), mixed(blue, other.blue))
  }

  package static func < (left: RGB, right: RGB) -> Bool { left.number < right.number }
}
