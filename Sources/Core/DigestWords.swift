/// The 32 bytes of a digest as four words: hashed, compared and summed without memory of its own.
public struct DigestWords: Hashable, Sendable {
  private var words: (UInt64, UInt64, UInt64, UInt64)

  /// Takes 32 bytes from a place in memory.
  package init(_ bytes: UnsafeRawBufferPointer) {
    func word(_ index: Int) -> UInt64 { bytes.loadUnaligned(fromByteOffset: index * 8, as: UInt64.self) }
    words = (word(0), word(1), word(2), word(3))
  }

  public init(_ digest: Digest) { self = digest.bytes.withUnsafeBytes { DigestWords($0) } }

  /// Reads the 64 hexadecimal digits, in lower case, that bytes begin with; nil where they don't.
  public init?(hexDigits bytes: UnsafeRawBufferPointer) {
    guard bytes.count >= 64 else { return nil }
    func word(_ index: Int) -> UInt64? {
      func digits(_ half: Int) -> UInt64 {
        UInt64(
          littleEndian: bytes.loadUnaligned(fromByteOffset: index * 16 + half * 8, as: UInt64.self))
      }
      guard let low = Self.bytes(ofDigits: digits(0)), let high = Self.bytes(ofDigits: digits(1)) else {
        return nil
      }
      return UInt64(littleEndian: high << 32 | low)
    }
    guard let first = word(0), let second = word(1), let third = word(2), let fourth = word(3) else {
      return nil
    }
    words = (first, second, third, fourth)
  }

  public var digest: Digest { Digest(bytes: withUnsafeBytes(of: words) { Array($0) }) }

  public static func == (left: DigestWords, right: DigestWords) -> Bool { left.words == right.words }

  public func hash(into hasher: inout Hasher) { hasher.combine(words.0) }

  /// One number made of the digest and a position, well mixed.
  package func mixed(with position: Int64) -> UInt64 {
    var mixed = UInt64(bitPattern: position) &* 0x9E37_79B9_7F4A_7C15
    for word in [words.0, words.1, words.2, words.3] {
      mixed = (mixed ^ word) &* 0xBF58_476D_1CE4_E5B9
      mixed ^= mixed >> 29
    }
    return mixed
  }

  /// The 4 bytes that 8 digits stand for, all at once: the first of each in the lowest byte.
  private static func bytes(ofDigits digits: UInt64) -> UInt64? {
    let ones: UInt64 = 0x0101_0101_0101_0101
    // A letter has bit 6 set, and "a" the low bits of 1.
    let values = (digits & (ones &* 0x0F)) &+ (digits >> 6 & ones) &* 9
    let areLetters = (values &+ ones &* 6) >> 4 & ones
    guard values & (ones &* 0xF0) == 0, values &+ ones &* 0x30 &+ areLetters &* 39 == digits else {
      return nil
    }
    var bytes = (values << 4 | values >> 8) & 0x00FF_00FF_00FF_00FF
    bytes = (bytes | bytes >> 8) & 0x0000_FFFF_0000_FFFF
    return (bytes | bytes >> 16) & 0xFFFF_FFFF
  }
}

/// A sum over keys and positions that does not depend on their order: equal for equal sets.
///
/// A million keys cost no memory; which of them differ, a rebuild tells.
package struct KeySum: Equatable {
  package init() {}

  private var count: Int64 = 0
  private var sum: UInt64 = 0

  package mutating func add(_ key: DigestWords, _ position: Int64) {
    count += 1
    sum &+= key.mixed(with: position)
  }
}
