/// Takes secrets out of texts before anyone sees or stores them.
///
/// A secret is the exact value of an environment variable that was handed on, or anything of the shape of a
/// known key.
public struct Redactor: Sendable {
  /// What stands in a secret's place.
  public static let mark = "[redacted]"
  /// A shorter value would take innocent words apart.
  static let shortestSecret = 8
  /// A tail of fewer bytes is all that was written: see `ByteTail`.
  private static let wholeTailBytes = 64 << 10

  /// Longest first, so that a secret within another doesn't leave the rest behind.
  private let secretsByFirstByte: [UInt8: [[UInt8]]]

  /// Takes the values that must never be seen; those of fewer than 8 bytes are let through.
  public init(secrets: some Sequence<String> = []) {
    let spellings = secrets.flatMap { value -> [String] in
      let trimmed = Self.trimmingSpace(value)
      return [value, trimmed].flatMap { [$0, Self.escapedAsJSON($0), Self.escapedAsURL($0)] }
    }
    let longestFirst = Set(spellings).map { Array($0.utf8) }.filter { $0.count >= Self.shortestSecret }
      .sorted { $0.count != $1.count ? $0.count > $1.count : $0.lexicographicallyPrecedes($1) }
    secretsByFirstByte = Dictionary(grouping: longestFirst) { $0[0] }
  }

  /// Returns the text with every secret in it replaced by `[redacted]`.
  public func redact(_ text: String) -> String {
    let bytes = Array(text.utf8)
    var output: [UInt8] = []
    var copied = 0
    var index = 0
    while index < bytes.count {
      guard let secret = secret(in: bytes, at: index) else {
        index += 1
        continue
      }
      output += bytes[copied..<secret.lowerBound]
      output += Self.mark.utf8
      copied = secret.upperBound
      index = secret.upperBound
    }
    guard copied > 0 else { return text }
    return String(decoding: output + bytes[copied...], as: UTF8.self)
  }

  /// Returns the text of a stream's last bytes without secrets.
  func redact(tail: [UInt8]) -> String {
    // A tail may begin in the middle of a secret, which would then not be known as one.
    let whole = tail.count < Self.wholeTailBytes ? tail[...] : tail.drop { $0 != UInt8(ascii: "\n") }
    return redact(String(decoding: whole, as: UTF8.self))
  }

  private func secret(in bytes: [UInt8], at index: Int) -> Range<Int>? {
    for secret in secretsByFirstByte[bytes[index]] ?? [] where bytes[index...].starts(with: secret) {
      return index..<(index + secret.count)
    }
    for shape in KeyShape.byFirstByte[Int(bytes[index])] {
      if let range = shape.range(in: bytes, at: index) { return range }
    }
    return nil
  }

  private static func trimmingSpace(_ text: String) -> String {
    let isSpace: (Character) -> Bool = { $0.isWhitespace }
    guard let first = text.firstIndex(where: { !isSpace($0) }),
      let last = text.lastIndex(where: { !isSpace($0) })
    else { return "" }
    return String(text[first...last])
  }

  private static func escapedAsJSON(_ text: String) -> String {
    String(JSONWriter.compact(.string(text)).dropFirst().dropLast())
  }

  private static func escapedAsURL(_ text: String) -> String {
    let digits = Array("0123456789ABCDEF".utf8)
    let bytes = text.utf8.flatMap { byte -> [UInt8] in
      let isPlain = KeyShape.isWordByte(byte) || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "~")
      return isPlain ? [byte] : [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
