import Core
import Foundation
import StrictJSON

@testable import Runner

/// Spells a secret as programs do, one way within another.
enum SecretSpelling {
  private static let ways = 7

  static func random(of secret: String, using random: inout SplitMix64) -> String {
    var text = secret
    for _ in 0..<Int.random(in: 1...3, using: &random) {
      text = spell(text, Int.random(in: 0..<ways, using: &random), using: &random)
    }
    return text
  }

  private static func spell(_ text: String, _ way: Int, using random: inout SplitMix64) -> String {
    let bytes = Array(text.utf8)
    switch way {
    case 0:
      return String(JSONWriter.compact(.string(text)).dropFirst().dropLast()).replacing("/", with: "\\/")
    case 1:
      return text.utf16.map { unit in
        "\\u" + Hexadecimal.text(of: [UInt8(unit >> 8)]) + Hexadecimal.text(of: [UInt8(unit & 0xFF)])
      }.joined()
    case 2: return bytes.map { "%" + Hexadecimal.text(of: [$0]).uppercased() }.joined()
    case 3:
      return bytes.map {
        UInt8(ascii: "a")...UInt8(ascii: "z") ~= $0
          ? String(UnicodeScalar($0)) : "%" + Hexadecimal.text(of: [$0])
      }
      .joined()
    case 4:
      let before = Data((0..<Int.random(in: 0...2, using: &random)).map { _ in UInt8(ascii: "x") })
      return (before + Data(bytes)).base64EncodedString()
    case 5:
      return Data(bytes).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing(
        "=", with: "")
    default: return Hexadecimal.text(of: bytes)
    }
  }
}
