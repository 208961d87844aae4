/// Puts the right checksum behind every chunk of what may be a PNG.
package enum PNGChecksums {
  private static let signatureBytes = 8

  package static func mending(_ bytes: [UInt8]) -> [UInt8] {
    var mended = bytes
    var start = signatureBytes
    // Length and name, then the data, then the checksum over name and data.
    while start + 12 <= mended.count {
      let length = mended[start..<start + 4].reduce(0) { $0 << 8 | Int($1) }
      let end = start + 8 + length
      guard length < mended.count, end + 4 <= mended.count else { break }
      let sum = checksum(mended[(start + 4)..<end])
      for place in 0..<4 { mended[end + place] = UInt8(truncatingIfNeeded: sum >> UInt32(24 - 8 * place)) }
      start = end + 4
    }
    return mended
  }

  private static func checksum(_ bytes: ArraySlice<UInt8>) -> UInt32 {
    ~bytes.reduce(UInt32.max) { table[Int(($0 ^ UInt32($1)) & 0xFF)] ^ $0 >> 8 }
  }

  private static let table: [UInt32] = (0..<256).map { index in
    (0..<8).reduce(UInt32(index)) { value, _ in value & 1 == 1 ? 0xEDB8_8320 ^ value >> 1 : value >> 1 }
  }
}
