import CCrypto

/// A SHA-256 digest: 32 bytes, written as 64 lower-case hexadecimal digits.
public struct Digest: Hashable, Sendable, Comparable, Codable, CustomStringConvertible {
  /// The 32 bytes, first byte first.
  public let bytes: [UInt8]

  /// 32 zero bytes: what precedes the first event of a ledger.
  public static let zero = Digest(bytes: [UInt8](repeating: 0, count: 32))

  /// Takes 32 bytes; any other count is a mistake of the caller's.
  public init(bytes: some Sequence<UInt8>) {
    self.bytes = Array(bytes)
    precondition(self.bytes.count == 32, "A SHA-256 digest has 32 bytes, not \(self.bytes.count).")
  }

  /// Reads 64 hexadecimal digits, or returns nil.
  public init?(hex: some StringProtocol) {
    let digits = Array(hex.utf8)
    guard digits.count == 64 else { return nil }
    var bytes = [UInt8]()
    bytes.reserveCapacity(32)
    for index in stride(from: 0, to: 64, by: 2) {
      guard let high = Self.value(ofHexDigit: digits[index]),
        let low = Self.value(ofHexDigit: digits[index + 1])
      else { return nil }
      bytes.append(high << 4 | low)
    }
    self.bytes = bytes
  }

  /// The SHA-256 of a run of bytes.
  public static func sha256(_ bytes: some Sequence<UInt8>) -> Digest {
    var hasher = SHA256()
    hasher.update(Array(bytes))
    return hasher.finish()
  }

  public var hex: String { Hexadecimal.text(of: bytes) }

  public var description: String { hex }

  public static func < (left: Digest, right: Digest) -> Bool {
    left.bytes.lexicographicallyPrecedes(right.bytes)
  }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let text = try container.decode(String.self)
    guard let digest = Digest(hex: text) else {
      throw DecodingError.dataCorruptedError(
        in: container, debugDescription: "expected 64 hexadecimal digits")
    }
    self = digest
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(hex)
  }

  private static func value(ofHexDigit digit: UInt8) -> UInt8? {
    switch digit {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
    default: nil
    }
  }
}

/// Computes a SHA-256 piece by piece, through libcrypto's EVP interface.
package struct SHA256: ~Copyable {
  private let context: OpaquePointer

  package init() {
    Libcrypto.start()
    guard let context = EVP_MD_CTX_new(), EVP_DigestInit_ex(context, EVP_sha256(), nil) == 1 else {
      preconditionFailure("libcrypto has no SHA-256: out of memory, or a build without it.")
    }
    self.context = context
  }

  deinit { EVP_MD_CTX_free(context) }

  /// Adds bytes to what is hashed.
  package mutating func update(_ bytes: [UInt8]) {
    bytes.withUnsafeBytes { update($0) }
  }

  /// Adds bytes to what is hashed, without copying them.
  package mutating func update(_ bytes: UnsafeRawBufferPointer) {
    let done = EVP_DigestUpdate(context, bytes.baseAddress, bytes.count)
    precondition(done == 1, "libcrypto refused to hash \(bytes.count) bytes.")
  }

  /// Ends the computation and returns the digest.
  package consuming func finish() -> Digest {
    let bytes = [UInt8](unsafeUninitializedCapacity: 32) { buffer, count in
      let done = EVP_DigestFinal_ex(context, buffer.baseAddress, nil)
      precondition(done == 1, "libcrypto refused to finish a digest.")
      count = 32
    }
    return Digest(bytes: bytes)
  }
}

/// The library that hashes.
package enum Libcrypto {
  /// Starts it without reading its configuration, which takes longer than hashing a thousand events and can name
  /// programs of others to load. To be called before anything is asked of it.
  package static func start() { _ = started }

  private static let started = OPENSSL_init_crypto(UInt64(OPENSSL_INIT_NO_LOAD_CONFIG), nil)
}
