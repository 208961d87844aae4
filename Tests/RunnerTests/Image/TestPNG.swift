/// Writes PNGs of every kind byte by byte, broken ones included, without any library that the reader uses.
struct TestPNG: Sendable {
  var width: Int
  var height: Int
  var colourType: UInt8 = 2
  var bitDepth: UInt8 = 8
  var interlaced = false
  /// Chunks between IHDR and IDAT.
  var before: [[UInt8]] = []
  /// Chunks between IDAT and IEND.
  var after: [[UInt8]] = []
  /// The stored samples of a pixel, each of `bitDepth` bits.
  var pixel: @Sendable (_ x: Int, _ y: Int) -> [UInt16]

  static let signature: [UInt8] = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]

  /// The whole file.
  var bytes: [UInt8] {
    file(imageData: Self.zlib(scanlines))
  }

  /// The whole file around any bytes in its IDAT chunk.
  func file(imageData: [UInt8]) -> [UInt8] {
    Self.signature + header + before.flatMap { $0 } + Self.chunk("IDAT", imageData)
      + after.flatMap { $0 } + Self.chunk("IEND", [])
  }

  var header: [UInt8] {
    Self.chunk(
      "IHDR",
      Self.bigEndian(UInt32(width)) + Self.bigEndian(UInt32(height)) + [
        bitDepth, colourType, 0, 0, interlaced ? 1 : 0,
      ])
  }

  /// The filtered rows, pass after pass if interlaced; every row says "no filter".
  var scanlines: [UInt8] {
    let passes: [(x: Int, y: Int, xStep: Int, yStep: Int)] =
      interlaced
      ? [
        (0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2),
      ] : [(0, 0, 1, 1)]
    var bytes: [UInt8] = []
    for pass in passes where pass.x < width {
      for y in stride(from: pass.y, to: height, by: pass.yStep) {
        bytes.append(0)
        bytes += row(stride(from: pass.x, to: width, by: pass.xStep).map { pixel($0, y) })
      }
    }
    return bytes
  }

  private func row(_ pixels: [[UInt16]]) -> [UInt8] {
    var bytes: [UInt8] = []
    var bits = 0
    var filled = 0
    for sample in pixels.joined() {
      bits = bits << Int(bitDepth) | Int(sample)
      filled += Int(bitDepth)
      while filled >= 8 {
        bytes.append(UInt8(bits >> (filled - 8) & 0xff))
        filled -= 8
      }
    }
    if filled > 0 { bytes.append(UInt8(bits << (8 - filled) & 0xff)) }
    return bytes
  }

  static func bigEndian(_ number: UInt32) -> [UInt8] {
    [UInt8(number >> 24), UInt8(number >> 16 & 0xff), UInt8(number >> 8 & 0xff), UInt8(number & 0xff)]
  }

  static func chunk(_ type: String, _ data: [UInt8]) -> [UInt8] {
    let body = Array(type.utf8) + data
    return bigEndian(UInt32(data.count)) + body + bigEndian(checksum(body))
  }

  /// zlib's format with blocks that are stored, not compressed.
  static func zlib(_ data: [UInt8]) -> [UInt8] {
    var bytes: [UInt8] = [0x78, 0x01]
    var start = 0
    repeat {
      let end = min(start + 65_535, data.count)
      let count = end - start
      bytes += [end == data.count ? 1 : 0, UInt8(count & 0xff), UInt8(count >> 8)]
      bytes += [UInt8(~count & 0xff), UInt8(~count >> 8 & 0xff)]
      bytes += data[start..<end]
      start = end
    } while start < data.count
    return bytes + bigEndian(adler(data))
  }

  /// zlib's format for a run of zeros, 258 of which take 13 bits: what a bomb is made of.
  static func zlibOfZeros(count: Int) -> [UInt8] {
    // One block with fixed codes: its three bits, the literal 0, matches of length 258 at distance 1,
    // literals, the end.
    let zero: [UInt8] = [0, 0, 1, 1, 0, 0, 0, 0]
    let match: [UInt8] = [1, 1, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0, 0]
    let start: [UInt8] = [1, 1, 0] + zero
    let group = [UInt8]((0..<8).map { _ in match }.joined())
    let groups = (count - 1) / (258 * 8)
    let literals = (0..<(count - 1) % (258 * 8)).map { _ in zero }.joined()
    // Eight matches fill 13 bytes exactly, so from the third byte on the bytes repeat.
    let period = pack(Array(group[5...] + group[..<5]))
    var bytes: [UInt8] = [0x78, 0x01] + pack(start + Array(group[..<5]))
    for _ in 1..<groups { bytes += period }
    bytes += pack(Array(group[5...]) + Array(literals) + [UInt8](repeating: 0, count: 7))
    return bytes + bigEndian(UInt32(count % 65_521) << 16 | 1)
  }

  /// Bits to bytes, the lowest bit first.
  private static func pack(_ bits: [UInt8]) -> [UInt8] {
    stride(from: 0, to: bits.count, by: 8).map { start in
      bits[start..<min(start + 8, bits.count)].reversed().reduce(0) { $0 << 1 | $1 }
    }
  }

  static func adler(_ data: [UInt8]) -> UInt32 {
    var low: UInt32 = 1
    var high: UInt32 = 0
    for byte in data {
      low = (low + UInt32(byte)) % 65_521
      high = (high + low) % 65_521
    }
    return high << 16 | low
  }

  static func checksum(_ bytes: [UInt8]) -> UInt32 {
    var remainder: UInt32 = 0xffff_ffff
    for byte in bytes { remainder = table[Int((remainder ^ UInt32(byte)) & 0xff)] ^ remainder >> 8 }
    return ~remainder
  }

  private static let table: [UInt32] = (0..<256).map { index in
    (0..<8).reduce(UInt32(index)) { value, _ in value & 1 == 1 ? 0xedb8_8320 ^ value >> 1 : value >> 1 }
  }
}
