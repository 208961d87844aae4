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

  package static let white = RGB(255, 255, 255)

  /// `#rrggbb`, lower case.
  package var hex: String {
    let digits = Array("0123456789abcdef".utf8)
    let bytes = [red, green, blue].flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
    return "#" + String(decoding: bytes, as: UTF8.self)
  }

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
