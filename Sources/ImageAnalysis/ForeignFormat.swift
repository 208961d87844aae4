/// Names what a file is that is not a PNG, by its first bytes, for a message.
package enum ForeignFormat {
  /// How many bytes are looked at.
  package static let byteCount = 512

  /// The format that a file's first bytes suggest, with its article.
  package static func name(of bytes: [UInt8]) -> String {
    container(bytes) ?? signature(bytes) ?? damagedPNG(bytes) ?? text(bytes) ?? zeros(bytes)
      ?? "bytes of another kind"
  }

  /// Names of PNGs that something on their way took for text.
  package static let conversions: Set = [asUTF8, sevenBits, otherSignature, otherLineEnds]

  private static let asUTF8 = "a PNG that was converted to UTF-8 as if it were text"
  private static let sevenBits = "a PNG whose bytes lost their highest bit"
  private static let otherSignature = "a PNG with a damaged signature"
  private static let otherLineEnds = "a PNG whose line ends were changed"

  /// Whether this is the variant of PNG that Xcode makes for iPhones, which only Apple's programs read.
  package static func isAppleVariant(_ bytes: [UInt8]) -> Bool {
    bytes.starts(with: PNGHeader.signature) && has(bytes, "CgBI", at: 12)
  }

  private static func has(_ bytes: [UInt8], _ text: String, at start: Int) -> Bool {
    bytes.count >= start + text.utf8.count && bytes[start...].starts(with: text.utf8)
  }

  /// Formats that tell their kind some bytes after their beginning.
  private static func container(_ bytes: [UInt8]) -> String? {
    if has(bytes, "RIFF", at: 0) {
      if has(bytes, "WEBP", at: 8) { return "a WebP" }
      return has(bytes, "AVI ", at: 8) ? "an AVI video" : "a RIFF file"
    }
    if has(bytes, "ustar", at: 257) { return "a tar archive" }
    guard has(bytes, "ftyp", at: 4), bytes.count >= 12 else { return nil }
    let length = bytes[0..<4].reduce(0) { $0 << 8 | Int($1) }
    let end = max(12, min(length, bytes.count))
    let brands = stride(from: 8, to: end - 3, by: 4).filter { $0 != 12 }.map {
      String(decoding: bytes[$0..<$0 + 4], as: UTF8.self)
    }
    if brands.contains(where: ["avif", "avis"].contains) { return "an AVIF" }
    let heic = ["heic", "heix", "heim", "heis", "hevc", "hevx", "mif1", "msf1"]
    if brands.contains(where: heic.contains) { return "a HEIC" }
    return brands.first == "qt  " ? "a QuickTime video" : "an MP4 video"
  }

  private static let signatures: [(start: [UInt8], name: String)] = [
    ([0xff, 0xd8, 0xff], "a JPEG"), (Array("GIF8".utf8), "a GIF"), (Array("BM".utf8), "a BMP"),
    (Array("II*\0".utf8), "a TIFF"), (Array("MM\0*".utf8), "a TIFF"), (Array("II+\0".utf8), "a TIFF"),
    (Array("%PDF".utf8), "a PDF"), (Array("%!PS".utf8), "a PostScript file"),
    ([0xff, 0x0a], "a JPEG XL (JXL)"), ([0, 0, 0, 12] + Array("JXL ".utf8), "a JPEG XL (JXL)"),
    ([0, 0, 0, 12] + Array("jP  ".utf8), "a JPEG 2000"), ([0xff, 0x4f, 0xff, 0x51], "a JPEG 2000"),
    ([0, 0, 1, 0], "an ICO"), (Array("icns".utf8), "an ICNS"), (Array("8BPS".utf8), "a Photoshop file"),
    (Array("gimp xcf".utf8), "a GIMP file"), (Array("qoif".utf8), "a QOI"),
    ([0x76, 0x2f, 0x31, 0x01], "an OpenEXR"), (Array("#?RADIANCE".utf8), "a Radiance HDR"),
    (Array("DDS ".utf8), "a DDS"), ([0x8a] + Array("MNG".utf8), "an MNG"),
    ([0x8b] + Array("JNG".utf8), "a JNG"), ([0x1f, 0x8b], "a gzip archive"),
    (Array("PK\u{3}\u{4}".utf8), "a zip archive"), (Array("PK\u{5}\u{6}".utf8), "an empty zip archive"),
    (Array("BZh".utf8), "a bzip2 archive"), ([0xfd] + Array("7zXZ\0".utf8), "an xz archive"),
    ([0x28, 0xb5, 0x2f, 0xfd], "a Zstandard archive"), ([0x37, 0x7a, 0xbc, 0xaf], "a 7z archive"),
    (Array("Rar!".utf8), "a RAR archive"), (Array("fig-kiwi".utf8), "a Figma file"),
    (Array("SQLite format 3".utf8), "an SQLite database"), ([0x7f] + Array("ELF".utf8), "a program"),
    ([0x1a, 0x45, 0xdf, 0xa3], "a WebM video"), (Array("OggS".utf8), "an Ogg file"),
    (Array("ID3".utf8), "an MP3"), (Array("iVBORw0KGgo".utf8), "a PNG written as Base64 text"),
    (Array("data:image/".utf8), "a data URL"), (Array("version https://git-lfs".utf8), "a Git LFS pointer"),
    (Array("/annex/objects/".utf8), "a git-annex pointer"), ([0xff, 0xfe], "a UTF-16 text file"),
    ([0xfe, 0xff], "a UTF-16 text file"),
  ]

  private static func signature(_ bytes: [UInt8]) -> String? {
    signatures.first { bytes.starts(with: $0.start) }?.name
  }

  /// A PNG that went through something that takes files for text: its signature is made to show that.
  private static func damagedPNG(_ bytes: [UInt8]) -> String? {
    if bytes.starts(with: PNGHeader.signature[1...]) { return "a PNG that lost its first byte" }
    // Bytes above 127 as UTF-8 writes them: the sign for what can't be read, or the character of Latin-1.
    for start: [UInt8] in [[0xef, 0xbf, 0xbd], [0xc2, 0x89]]
    where bytes.starts(with: start + Array("PNG".utf8)) {
      return asUTF8
    }
    guard has(bytes, "PNG", at: 1), bytes[0] == 0x89 || bytes[0] == 0x09 else { return nil }
    if bytes[0] == 0x09 { return sevenBits }
    if bytes.starts(with: PNGHeader.signature) { return nil }
    guard bytes.count > 4, [0x0a, 0x0d, 0x1a].contains(bytes[4]) else { return otherSignature }
    return otherLineEnds
  }

  private static func text(_ bytes: [UInt8]) -> String? {
    let controls: Set<UInt8> = [0x09, 0x0a, 0x0c, 0x0d, 0x1b]
    guard !bytes.isEmpty, bytes.allSatisfy({ $0 >= 0x20 || controls.contains($0) }) else { return nil }
    // The last character may be cut.
    let isUTF8 = (0..<4).contains { String(validating: bytes.dropLast($0), as: UTF8.self) != nil }
    guard isUTF8 else { return nil }
    let text = String(decoding: bytes, as: UTF8.self)
      .drop { $0.isWhitespace || $0 == "\u{feff}" }.lowercased()
    if text.contains("annex/objects/") && !text.contains("<") { return "a git-annex pointer" }
    if text.contains("<svg") { return "an SVG" }
    let pages = [
      "<!doctype html", "<html", "<head", "<body", "<script", "<title", "<meta", "<div", "<p>", "<h1",
      "<center",
    ]
    if pages.contains(where: text.hasPrefix) || text.hasPrefix("<") && text.contains("<html") {
      return "an HTML page"
    }
    if text.hasPrefix("<") { return "an XML file" }
    if text.hasPrefix("{") || text.hasPrefix("[") { return "a JSON file" }
    return "a text file"
  }

  private static func zeros(_ bytes: [UInt8]) -> String? {
    bytes.allSatisfy { $0 == 0 } ? "nothing but zero bytes" : nil
  }
}
