extension JSONScanner {
  /// Reads a string in quotes, whose opening quote is at the present place; nil where it does not end on its
  /// line.
  package mutating func readText(quote: UInt8 = UInt8(ascii: "\"")) -> String? {
    let start = index
    if quote == UInt8(ascii: "'") { report(.singleQuotes, at: start) }
    advance()
    var text: [UInt8] = []
    var copied = index
    while let byte {
      switch byte {
      case quote:
        text += source.bytes[copied..<index]
        advance()
        return String(decoding: text, as: UTF8.self)
      case UInt8(ascii: "\\"):
        text += source.bytes[copied..<index]
        readEscape(into: &text)
        copied = index
      case 0x0A, 0x0D:
        report(.unterminatedString, at: start)
        return nil
      case 0x00:
        report(.nulCharacter, at: index)
        advance()
      case 0x01..<0x20:
        report(.controlCharacter(byte), at: index)
        advance()
      default: advance()
      }
    }
    if !hasGivenUp { report(.unterminatedString, at: start) }
    giveUp()
    return nil
  }

  private mutating func readEscape(into text: inout [UInt8]) {
    let start = index
    advance()
    guard let letter = byte else { return }
    let meaning: UInt8? =
      switch letter {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): letter
      case UInt8(ascii: "b"): 0x08
      case UInt8(ascii: "f"): 0x0C
      case UInt8(ascii: "n"): 0x0A
      case UInt8(ascii: "r"): 0x0D
      case UInt8(ascii: "t"): 0x09
      default: nil
      }
    if let meaning {
      text.append(meaning)
      advance()
    } else if letter == UInt8(ascii: "u") {
      readUnicodeEscape(from: start, into: &text)
    } else if letter >= 0x20 {
      let end = min(start + 2, source.bytes.count)
      report(.invalidEscape(shown(start..<(letter < 0x80 ? end : start + 1))), at: start)
      if letter < 0x80 { advance() }
    }
  }

  /// Reads `\uXXXX`, and the other half where it is the first of a surrogate pair.
  private mutating func readUnicodeEscape(from start: Int, into text: inout [UInt8]) {
    advance()
    guard let first = takeHexDigits() else {
      report(.invalidEscape(shown(start..<index)), at: start)
      return
    }
    var scalar = first
    if (0xD800..<0xDC00).contains(first), let second = takeLowSurrogate() {
      scalar = 0x10000 + (first - 0xD800) << 10 + (second - 0xDC00)
    }
    guard let character = Unicode.Scalar(scalar) else {
      if limits.replacesLoneSurrogates {
        text += "\u{FFFD}".utf8
      } else {
        report(.loneSurrogate(shown(start..<index)), at: start)
      }
      return
    }
    if scalar == 0 { report(.nulCharacter, at: start) }
    text += Array(String(Character(character)).utf8)
  }

  private mutating func takeHexDigits() -> UInt32? {
    var value: UInt32 = 0
    for _ in 0..<4 {
      guard let byte, let digit = Character(Unicode.Scalar(byte)).hexDigitValue, byte < 0x80 else {
        return nil
      }
      value = value << 4 | UInt32(digit)
      advance()
    }
    return value
  }

  /// Takes a `\uDC00`…`\uDFFF` that follows at once; otherwise leaves the place as it was.
  private mutating func takeLowSurrogate() -> UInt32? {
    let bytes = source.bytes
    guard index + 6 <= bytes.count, bytes[index] == UInt8(ascii: "\\"), bytes[index + 1] == UInt8(ascii: "u")
    else {
      return nil
    }
    var ahead = self
    ahead.advance(2)
    guard let value = ahead.takeHexDigits(), (0xDC00..<0xE000).contains(value) else { return nil }
    advance(6)
    return value
  }
}
