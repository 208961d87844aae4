import Core

/// What a PNG's first 33 bytes say of it: enough to measure memory before anything is decoded.
package struct PNGHeader: Hashable, Sendable {
  package var width: Int
  package var height: Int
  /// Bits a channel or palette index: 1, 2, 4, 8 or 16.
  package var bitDepth: Int
  package var colourType: ColourType
  /// Whether the pixels come in Adam7's seven passes.
  package var interlaced: Bool

  /// How pixels are stored. Raw values are stored in facts: never rename one.
  package enum ColourType: String, Hashable, Sendable, Codable, CaseIterable {
    case grey, rgb, palette
    case greyAlpha = "grey_alpha"
    case rgba

    package var channels: Int {
      switch self {
      case .grey, .palette: 1
      case .greyAlpha: 2
      case .rgb: 3
      case .rgba: 4
      }
    }
  }

  /// Signature, and the IHDR chunk with its length, name, data and checksum.
  package static let byteCount = 33
  /// The longest side that is read: a row of it takes 256 KiB at most.
  package static let maxSide: UInt32 = 32_768
  /// The most pixels that are read, 16384 × 16384: bounds the time that a small file can cost.
  package static let maxPixels: UInt64 = 1 << 28

  /// Reads a header from the first bytes of a file, of which 33 are looked at, or more to name what is not a
  /// PNG; `name` is used in messages.
  package init(_ bytes: [UInt8], named name: String) throws(Fault) {
    guard !bytes.isEmpty else { throw .imageEmpty(name) }
    guard bytes.starts(with: Self.signature.prefix(bytes.count)) else {
      throw .imageForeign(name, found: ForeignFormat.name(of: bytes))
    }
    guard bytes.count >= Self.byteCount else { throw .imageTruncated(name) }
    if ForeignFormat.isAppleVariant(bytes) { throw .imageOfApple(name) }
    guard bytes[8..<16].elementsEqual([0, 0, 0, 13] + Array("IHDR".utf8)) else {
      throw .imageDamaged(name, found: "no IHDR chunk at its start")
    }
    try self.init(fields: Array(bytes[16..<29]), named: name)
  }

  /// Reads the 13 bytes of an IHDR chunk's data.
  private init(fields: [UInt8], named name: String) throws(Fault) {
    let width = Self.integer(fields[0..<4])
    let height = Self.integer(fields[4..<8])
    guard width > 0, height > 0 else {
      throw .imageWithoutPixels(name, width: width, height: height)
    }
    guard width <= Self.maxSide, height <= Self.maxSide,
      UInt64(width) * UInt64(height) <= Self.maxPixels
    else { throw .imageTooLarge(name, width: width, height: height) }
    guard let colourType = Self.colourType(fields[9], bitDepth: fields[8]) else {
      throw .imageDamaged(name, found: "colour type \(fields[9]) with a bit depth of \(fields[8])")
    }
    guard fields[10] == 0, fields[11] == 0, fields[12] <= 1 else {
      throw .imageDamaged(
        name, found: "compression \(fields[10]), filter \(fields[11]), interlacing \(fields[12])")
    }
    self.width = Int(width)
    self.height = Int(height)
    self.bitDepth = Int(fields[8])
    self.colourType = colourType
    self.interlaced = fields[12] == 1
  }

  /// Reads the header of an open file without moving its offset.
  package init(descriptor: Int32, named name: String) throws(Fault) {
    self = try PNGHeader(
      ImageFile.firstBytes(ForeignFormat.byteCount, of: descriptor, named: name), named: name)
  }

  /// Reads the header of a file; a link as its last component is refused.
  package init(path: String, named name: String? = nil) throws(Fault) {
    let file = try ImageFile.opened(path: path, named: name ?? path)
    self = try PNGHeader(descriptor: file.descriptor, named: name ?? path)
  }

  /// Bytes that reading and measuring this image takes at most: a few rows, the histograms, zlib's window.
  package var workingBytes: Int {
    let storedRow = (width * colourType.channels * bitDepth + 7) / 8 + 64
    let decodedRow = width * 4 * (bitDepth == 16 ? 2 : 1) + 64
    return 2 * storedRow + 2 * decodedRow + ImageAnalyser.workingBytes + 512 * 1024
  }

  package static let signature: [UInt8] = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]

  private static func integer(_ bytes: ArraySlice<UInt8>) -> UInt32 {
    bytes.reduce(0) { $0 << 8 | UInt32($1) }
  }

  private static func colourType(_ type: UInt8, bitDepth: UInt8) -> ColourType? {
    switch (type, bitDepth) {
    case (0, 1), (0, 2), (0, 4), (0, 8), (0, 16): .grey
    case (2, 8), (2, 16): .rgb
    case (3, 1), (3, 2), (3, 4), (3, 8): .palette
    case (4, 8), (4, 16): .greyAlpha
    case (6, 8), (6, 16): .rgba
    default: nil
    }
  }
}
