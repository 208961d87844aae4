/// Makes what a reader could not see, or what would act on a terminal or a page, visible as `\u{…}`.
///
/// The ranges are written down rather than asked of the Unicode tables, so that the same text gives the same
/// bytes with every compiler.
package enum VisibleText {
  /// Tells whether a scalar is a control, a bidi mark or another invisible one. White space that parts lines
  /// or columns counts; joiners, which scripts and emoji need, do not.
  package static func isHidden(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x00...0x1F, 0x7F...0x9F: true
    case 0xAD, 0x34F, 0x61C, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x180B...0x180F: true
    case 0x200B, 0x200E, 0x200F, 0x2028...0x202E, 0x2060...0x206F: true
    case 0x2800, 0xFE00...0xFE0D, 0x1D173...0x1D17A: true
    case 0x3164, 0xFEFF, 0xFFA0, 0xFFF0...0xFFFB, 0xFFFE, 0xFFFF: true
    case 0xE0000...0xE0FFF: true
    default: false
    }
  }

  /// Returns the text with every hidden scalar spelt out.
  package static func showing(_ text: String) -> String {
    var result = String.UnicodeScalarView()
    for scalar in text.unicodeScalars { append(scalar, to: &result) }
    return String(result)
  }

  /// Returns the text as one line: line breaks and tabs, with the spaces around them, become a single space,
  /// and the ends are trimmed. What is hidden is spelt out.
  package static func line(_ text: String) -> String {
    var result = String.UnicodeScalarView()
    var space = false
    for scalar in text.unicodeScalars {
      if isSpace(scalar) {
        space = !result.isEmpty
        continue
      }
      if space { result.append(" ") }
      space = false
      append(scalar, to: &result)
    }
    return String(result)
  }

  /// Returns a JSON text that says the same with every hidden scalar, and others that are named, as JSON escapes.
  /// They occur within strings only, but for the line feeds of the layout.
  package static func escapedInJSON(_ text: String, also others: [Unicode.Scalar] = []) -> String {
    var result = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      if scalar == "\n" || !(isHidden(scalar) || others.contains(scalar)) {
        result.append(scalar)
        continue
      }
      for unit in UTF16.encode(scalar) ?? UTF16.encodedReplacementCharacter {
        result.append(contentsOf: "\\u".unicodeScalars)
        let digits = Hexadecimal.text(of: [UInt8(unit >> 8), UInt8(unit & 0xFF)])
        result.append(contentsOf: digits.unicodeScalars)
      }
    }
    return String(result)
  }

  private static func append(_ scalar: Unicode.Scalar, to result: inout String.UnicodeScalarView) {
    if isHidden(scalar) || isStrayVariation(scalar, after: result.last) {
      result.append(contentsOf: "\\u{\(String(scalar.value, radix: 16))}".unicodeScalars)
    } else {
      result.append(scalar)
    }
  }

  /// Tells whether a scalar picks the look of an emoji where there is none before it: then it shows nothing.
  private static func isStrayVariation(_ scalar: Unicode.Scalar, after last: Unicode.Scalar?) -> Bool {
    guard scalar.value == 0xFE0E || scalar.value == 0xFE0F else { return false }
    switch last?.value ?? 0 {
    case 0x23, 0x2A, 0x30...0x39, 0xA9, 0xAE, 0x203C...0x3299, 0x1F000...0x1FAFF: return false
    default: return true
    }
  }

  private static func isSpace(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar {
    case " ", "\n", "\r", "\t": true
    default: false
    }
  }
}

extension String {
  /// The beginning of a string from outside, as much of it as belongs in a message.
  package var cut: String {
    let beginning = prefix(60)
    return beginning.endIndex == endIndex ? self : beginning + "…"
  }
}
