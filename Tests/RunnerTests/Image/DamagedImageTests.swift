import Files
import GitRepository
import ImageAnalysis
import Testing

@testable import Runner

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// An image broken in one way, and the code it must fail with.
struct BrokenImage: Sendable, CustomTestStringConvertible {
  var testDescription: String
  var code: String
  var bytes: [UInt8]

  init(_ description: String, _ code: String, _ bytes: [UInt8]) {
    testDescription = description
    self.code = code
    self.bytes = bytes
  }

  private static let whole = TestPNG(
    width: 9, height: 7, pixel: { x, y in [UInt16(x * 20), UInt16(y * 30), 7] })

  /// The whole image with its IHDR's 13 bytes changed and the checksum right.
  private static func header(_ change: (inout [UInt8]) -> Void) -> [UInt8] {
    var fields = Array(whole.header[8..<21])
    change(&fields)
    let data = TestPNG.chunk("IDAT", TestPNG.zlib(whole.scanlines))
    return TestPNG.signature + TestPNG.chunk("IHDR", fields) + data + TestPNG.chunk("IEND", [])
  }

  private static func changed(_ bytes: [UInt8], at index: Int, to value: UInt8) -> [UInt8] {
    var changed = bytes
    changed[index] = value
    return changed
  }

  private static var wrongAdler: [UInt8] {
    let data = TestPNG.zlib(whole.scanlines)
    return whole.file(imageData: changed(data, at: data.count - 1, to: ~data[data.count - 1]))
  }

  static let all: [BrokenImage] = [
    BrokenImage("an empty file", "image_empty", []),
    BrokenImage("a text file", "image_not_png", Array("hello".utf8)),
    BrokenImage("a JPEG", "image_not_png", [0xff, 0xd8, 0xff, 0xe0] + [UInt8](repeating: 0, count: 100)),
    BrokenImage("a PNG sent through text conversion", "image_not_png", changed(whole.bytes, at: 4, to: 10)),
    BrokenImage("a width of 0", "image_empty", header { $0[3] = 0 }),
    BrokenImage("a height of 0", "image_empty", header { $0[7] = 0 }),
    BrokenImage(
      "a width beyond the limit", "image_too_large",
      header {
        $0[2] = 0x80
        $0[3] = 1
      }),
    BrokenImage("a width above 2^31", "image_too_large", header { $0[0] = 0xff }),
    BrokenImage(
      "too many pixels", "image_too_large",
      header {
        $0[2] = 0x40
        $0[3] = 1
        $0[6] = 0x40
      }),
    BrokenImage("a depth of 0", "image_damaged", header { $0[8] = 0 }),
    BrokenImage("a depth of 3", "image_damaged", header { $0[8] = 3 }),
    BrokenImage(
      "16 bits with a palette", "image_damaged",
      header {
        $0[8] = 16
        $0[9] = 3
      }),
    BrokenImage("colour type 1", "image_damaged", header { $0[9] = 1 }),
    BrokenImage("colour type 9", "image_damaged", header { $0[9] = 9 }),
    BrokenImage("another compression", "image_damaged", header { $0[10] = 1 }),
    BrokenImage("another filter method", "image_damaged", header { $0[11] = 1 }),
    BrokenImage("interlacing 2", "image_damaged", header { $0[12] = 2 }),
    BrokenImage("a palette image without palette", "image_damaged", header { $0[9] = 3 }),
    BrokenImage("a wrong header checksum", "image_damaged", changed(whole.bytes, at: 30, to: 0)),
    BrokenImage(
      "no header", "image_damaged", TestPNG.signature + whole.bytes[33...]),
    BrokenImage(
      "no image data", "image_damaged",
      TestPNG.signature + whole.header + TestPNG.chunk("IEND", []) + TestPNG.chunk("IEND", [])),
    BrokenImage("no end", "image_truncated", Array(whole.bytes.dropLast(12))),
    BrokenImage("too little image data", "image_damaged", whole.file(imageData: TestPNG.zlib([0, 1, 2, 3]))),
    BrokenImage(
      "far too much image data", "image_damaged",
      whole.file(imageData: TestPNG.zlib(whole.scanlines + [UInt8](repeating: 0, count: 300_000)))),
    BrokenImage("a wrong Adler checksum", "image_damaged", wrongAdler),
    BrokenImage(
      "data that is not zlib's", "image_damaged", whole.file(imageData: [UInt8](repeating: 0x55, count: 64))),
    BrokenImage(
      "zlib data without its end", "image_damaged",
      whole.file(imageData: TestPNG.zlib(whole.scanlines).dropLast(8))),
    BrokenImage(
      "a filter that does not exist", "image_damaged",
      whole.file(imageData: TestPNG.zlib(changed(whole.scanlines, at: 0, to: 9)))),
    BrokenImage(
      "an unknown chunk that must not be skipped", "image_damaged",
      TestPNG.signature + whole.header + TestPNG.chunk("ABCD", []) + whole.bytes[33...]),
    BrokenImage(
      "a second header", "image_damaged",
      TestPNG.signature + whole.header + whole.header + whole.bytes[33...]),
    BrokenImage(
      "a chunk longer than the file", "image_truncated",
      TestPNG.signature + whole.header + [0x7f, 0xff, 0xff, 0xff] + Array("tEXt".utf8) + whole.bytes[33...]),
  ]
}

/// A file of another kind, and what it is called.
struct ForeignFile: Sendable, CustomTestStringConvertible {
  var name: String
  var bytes: [UInt8]
  /// Part of the hint.
  var wayOut: String?
  var testDescription: String { name }

  init(_ name: String, _ bytes: [UInt8], wayOut: String? = nil) {
    self.name = name
    self.bytes = bytes
    self.wayOut = wayOut
  }

  init(_ name: String, _ text: String) { self.init(name, Array(text.utf8)) }

  private static func box(_ brand: String, _ others: String = "") -> [UInt8] {
    [0, 0, 0, UInt8(16 + others.utf8.count)] + Array("ftyp\(brand)\0\0\0\0\(others)".utf8)
      + [UInt8](repeating: 1, count: 40)
  }

  private static let image = TestPNG(width: 20, height: 20, pixel: { x, y in [UInt16(x), UInt16(y), 10] })
    .bytes

  /// The image with each of some bytes replaced.
  private static func converted(_ pattern: [UInt8], _ replacement: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    var index = 0
    while index < image.count {
      if image[index...].starts(with: pattern) {
        result += replacement
        index += pattern.count
      } else {
        result.append(image[index])
        index += 1
      }
    }
    return result
  }

  static let all: [ForeignFile] = [
    ForeignFile("an HTML page", "<!DOCTYPE html><html><body>404</body></html>"),
    ForeignFile("an HTML page", "\n\u{feff} <HTML>\n<head><title>Sign in</title>"),
    ForeignFile("an HTML page", "<!-- saved -->\n<html lang=en>"),
    ForeignFile("an XML file", "<?xml version='1.0'?><Error><Code>AccessDenied</Code></Error>"),
    ForeignFile("an SVG", "<?xml version='1.0'?>\n<!-- Ink -->\n<svg xmlns='http://www.w3.org/2000/svg'>"),
    ForeignFile("a JSON file", "{\"message\": \"Not Found\"}"), ForeignFile("a JSON file", " [1, 2]"),
    ForeignFile("a text file", "Not found. Grüße"),
    ForeignFile("a git-annex pointer", "/annex/objects/SHA256E-s94--abc.png\n"),
    ForeignFile("a git-annex pointer", "../.git/annex/objects/xx/yy/SHA256E-s94--abc.png"),
    ForeignFile("a Git LFS pointer", "version https://git-lfs.github.com/spec/v1\noid sha256:4d\n"),
    ForeignFile("an AVIF", box("avif")), ForeignFile("an AVIF", box("mif1", "miafavif")),
    ForeignFile("a HEIC", box("heic")), ForeignFile("a HEIC", box("mif1", "heic")),
    ForeignFile("an MP4 video", box("isom")), ForeignFile("a JPEG XL (JXL)", [0xff, 0x0a, 0xfa, 0x7f]),
    ForeignFile("a JPEG XL (JXL)", [0, 0, 0, 12] + Array("JXL \r\n".utf8) + [0x87, 0x0a, 0]),
    ForeignFile("a gzip archive", [0x1f, 0x8b, 8, 0, 0]),
    ForeignFile("a zip archive", [0x50, 0x4b, 3, 4, 20]), ForeignFile("a WebP", "RIFF....WEBPVP8 "),
    ForeignFile("a PNG written as Base64 text", "iVBORw0KGgoAAAANSUhEUg=="),
    ForeignFile("nothing but zero bytes", [UInt8](repeating: 0, count: 100)),
    ForeignFile("a PNG that lost its first byte", Array(image.dropFirst())),
    ForeignFile("a PNG whose line ends were changed", converted([13, 10], [10]), wayOut: "*.png binary"),
    ForeignFile("a PNG whose line ends were changed", converted([10], [13, 10]), wayOut: "*.png binary"),
    ForeignFile("a PNG whose line ends were changed", converted([13], [10]), wayOut: "*.png binary"),
    ForeignFile("a PNG whose line ends were changed", converted([10], [13]), wayOut: "*.png binary"),
    ForeignFile("a PNG whose line ends were changed", converted([13], []), wayOut: "*.png binary"),
    ForeignFile(
      "a PNG whose bytes lost their highest bit", image.map { $0 & 0x7f }, wayOut: "as a binary file"),
    ForeignFile(
      "a PNG that was converted to UTF-8 as if it were text",
      Array(String(decoding: image, as: UTF8.self).utf8), wayOut: "as a binary file"),
    ForeignFile(
      "Apple's variant of it (CgBI)",
      TestPNG.signature + TestPNG.chunk("CgBI", [0x50, 0, 0x20, 6]) + image.dropFirst(8),
      wayOut: "pngcrush -revert-iphone-optimizations"),
  ]
}

@Suite("Broken images")
struct DamagedImageTests {
  @Test("A broken image fails with a code that says how", arguments: BrokenImage.all)
  func brokenImageFails(_ image: BrokenImage) throws {
    let scratch = try ScratchImages()
    let path = try scratch.write(image.bytes)
    let found = try #require(fault { _ = try ImageValidator.validate(path: path, named: "downloads/a.png") })
    #expect(found.code == image.code, "\(found.message)")
    #expect(found.exit == .someFailed)
    #expect(found.message.contains("\"downloads/a.png\""))
    #expect(found.message.contains("expected") && found.message.contains("found"))
    #expect(found.hint != nil)
    #expect(fault { _ = try ImageAnalyser.analyse(path: path) }?.code == image.code)
  }

  @Test("An image cut at any byte is refused", arguments: [false, true])
  func truncationIsRefused(interlaced: Bool) throws {
    let scratch = try ScratchImages()
    let image = TestPNG(
      width: 9, height: 5, colourType: 6, interlaced: interlaced,
      pixel: { x, y in [UInt16(x * 9), UInt16(y), 5, 200] })
    let bytes = image.bytes
    for count in 0..<bytes.count {
      let path = try scratch.write(Array(bytes[..<count]))
      let found = fault { _ = try ImageValidator.validate(path: path) }
      #expect(found?.code == (count == 0 ? "image_empty" : "image_truncated"), "\(count) bytes")
    }
    #expect(fault { _ = try ImageValidator.validate(path: scratch.write(bytes)) } == nil)
  }

  @Test("An image with any one bit flipped is refused, or noted where the pixels do not depend on it")
  func flippedBitsAreFound() throws {
    let scratch = try ScratchImages()
    let image = TestPNG(
      width: 4, height: 3, colourType: 3, bitDepth: 4, interlaced: true,
      before: [TestPNG.chunk("PLTE", [UInt8](1...48)), TestPNG.chunk("tEXt", [65, 0, 66])],
      pixel: { x, y in [UInt16(x + y)] })
    let bytes = image.bytes
    // The text chunk, without its length: 4 bytes of name, 3 of data, 4 of checksum.
    let text = 33 + 60 + 4..<33 + 60 + 15
    var noted = 0
    for index in bytes.indices {
      for bit in 0..<8 {
        var flipped = bytes
        flipped[index] ^= 1 << UInt8(bit)
        let path = try scratch.write(flipped)
        let found = fault { _ = try ImageValidator.validate(path: path) }
        guard text.contains(index), found == nil else {
          #expect(found != nil, "byte \(index), bit \(bit)")
          continue
        }
        #expect(try ImageValidator.validate(path: path).notes.contains(.damagedChunk))
        noted += 1
      }
    }
    // All in its data and checksum, and those in its name that leave the name of a chunk to be skipped.
    #expect(noted >= 8 * 7)
  }

  private static let fine = TestPNG(
    width: 9, height: 7, pixel: { x, y in [UInt16(x * 20), UInt16(y * 30), 7] })

  private func notes(_ bytes: [UInt8]) throws -> [ImageNote] {
    let scratch = try ScratchImages()
    let path = try scratch.write(bytes)
    let plain = try ImageAnalyser.analyse(path: scratch.write(Self.fine.bytes, "plain.png"))
    var found = try ImageAnalyser.analyse(path: path)
    let notes = found.facts.notes
    #expect(try ImageValidator.validate(path: path).notes == notes)
    found.facts.notes = []
    #expect(found == plain)
    return notes
  }

  @Test(
    "A wrong checksum of a chunk that the pixels do not depend on is a note",
    arguments: ["iCCP", "iTXt", "pHYs", "cICP", "gAMA", "eXIf", "tIME", "abCd"])
  func damagedChunkIsNoted(_ name: String) throws {
    var chunk = TestPNG.chunk(name, [0, 0, 177, 143])
    chunk[chunk.count - 1] ^= 1
    var image = Self.fine
    image.before = [chunk]
    #expect(try notes(image.bytes).contains(.damagedChunk))
    image.before = []
    image.after = [chunk]
    #expect(try notes(image.bytes).contains(.damagedChunk))
  }

  @Test("Spare bytes after the complete pixels are a note, in every interlacing")
  func spareBytesAreNoted() throws {
    let data = TestPNG.zlib(Self.fine.scanlines)
    #expect(try notes(Self.fine.file(imageData: data + [0, 0])) == [.extraData])
    #expect(try notes(Self.fine.file(imageData: data + [UInt8](repeating: 7, count: 9_000))) == [.extraData])
    let longer = TestPNG.zlib(Self.fine.scanlines + [UInt8](repeating: 0, count: 100))
    #expect(try notes(Self.fine.file(imageData: longer)) == [.extraData])
    var interlaced = Self.fine
    interlaced.interlaced = true
    let passes = TestPNG.zlib(interlaced.scanlines)
    let scratch = try ScratchImages()
    let path = try scratch.write(interlaced.file(imageData: passes + [1, 2, 3]))
    #expect(try ImageValidator.validate(path: path).notes == [.extraData])
  }

  @Test("Text is a note")
  func textIsNoted() throws {
    for name in ["tEXt", "iTXt", "zTXt"] {
      var image = Self.fine
      image.after = [TestPNG.chunk(name, Array("Author".utf8) + [0, 65])]
      #expect(try notes(image.bytes) == [.text])
    }
  }

  @Test("What follows the image is a note, but a file that is mostly something else is refused")
  func trailingBytes() throws {
    let image = Self.fine.bytes
    #expect(try notes(image + Array("PK\u{3}\u{4}".utf8)) == [.trailingBytes])
    #expect(try notes(image + image) == [.trailingBytes])
    #expect(try notes(image + [UInt8](repeating: 0, count: 65_536)) == [.trailingBytes])
    let scratch = try ScratchImages()
    let long = try scratch.write(image + [UInt8](repeating: 0, count: 65_537))
    let found = fault { _ = try ImageValidator.validate(path: long) }
    #expect(found?.code == "image_trailing_data" && found?.exit == .someFailed)
    #expect(found?.message.contains("65537 bytes after an image of \(image.count) bytes") == true)
  }

  @Test("What is not a PNG is named", arguments: ForeignFile.all)
  func foreignFilesAreNamed(_ file: ForeignFile) throws {
    let scratch = try ScratchImages()
    let path = try scratch.write(file.bytes)
    let found = try #require(fault { _ = try ImageValidator.validate(path: path, named: "a.png") })
    #expect(found.code == "image_not_png")
    #expect(found.message == "The image \"a.png\" can't be read: expected a PNG, found \(file.name).")
    if let wayOut = file.wayOut { #expect(found.hint?.contains(wayOut) == true) }
  }

  @Test("Random damage under right checksums is decoded or refused, never more", arguments: PixelFormat.all)
  func randomDamageIsContained(_ format: PixelFormat) throws {
    let scratch = try ScratchImages()
    let seed = UInt64.random(in: 0...UInt64.max)
    var random = ImageDamageGenerator(state: seed)
    let image = format.png(width: 17, height: 11)
    let data = TestPNG.zlib(image.scanlines)
    for _ in 0..<60 {
      var damaged = data
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        damaged[Int.random(in: damaged.indices, using: &random)] = UInt8.random(in: 0...255, using: &random)
      }
      if Bool.random(using: &random) { damaged.removeLast(Int.random(in: 0..<damaged.count, using: &random)) }
      let path = try scratch.write(image.file(imageData: damaged))
      if let found = fault(of: { _ = try ImageValidator.validate(path: path) }) {
        #expect(["image_damaged", "image_truncated"].contains(found.code), "seed \(seed)")
      }
    }
  }

  @Test("A small file that claims 16384 × 16384 pixels is refused at once")
  func emptyBombIsRefused() throws {
    let scratch = try ScratchImages()
    var image = TestPNG(width: 16_384, height: 16_384, colourType: 6, bitDepth: 16, pixel: { _, _ in [] })
    for interlaced in [false, true] {
      image.interlaced = interlaced
      let path = try scratch.write(image.file(imageData: TestPNG.zlib([UInt8](repeating: 0, count: 60_000))))
      #expect(fault { _ = try ImageValidator.validate(path: path) }?.code == "image_damaged")
    }
  }

  @Test("A 1.7 MB file that unpacks to 16384 × 16384 grey pixels is decoded row by row")
  func fullBombIsDecoded() throws {
    let scratch = try ScratchImages()
    let image = TestPNG(width: 16_384, height: 16_384, colourType: 0, pixel: { _, _ in [] })
    let data = TestPNG.zlibOfZeros(count: 16_384 * 16_385)
    let path = try scratch.write(image.file(imageData: data))
    let facts = try ImageValidator.validate(path: path)
    #expect(facts.width == 16_384 && facts.height == 16_384)
  }

  @Test("A bomb behind a small header is refused when the image is full")
  func bombBehindSmallHeaderIsRefused() throws {
    let scratch = try ScratchImages()
    let image = TestPNG(width: 8, height: 8, colourType: 0, pixel: { _, _ in [] })
    let path = try scratch.write(image.file(imageData: TestPNG.zlibOfZeros(count: 258 * 8 * 200_000 + 1)))
    #expect(fault { _ = try ImageValidator.validate(path: path) }?.code == "image_damaged")
  }

  @Test("A folder, a FIFO, a link, a missing file: unreadable, at once")
  func otherFilesAreUnreadable() throws {
    let scratch = try ScratchImages()
    let image = try scratch.write(TestPNG(width: 1, height: 1, pixel: { _, _ in [1, 2, 3] }).bytes)
    let link = scratch.path("link.png")
    let fifo = scratch.path("fifo.png")
    #expect(symlink(image, link) == 0)
    #expect(mkfifo(fifo, 0o600) == 0)
    for path in [scratch.folder, link, fifo, scratch.folder + "/missing.png"] {
      let found = fault { _ = try ImageValidator.validate(path: path) }
      #expect(found?.code == "image_unreadable" && found?.exit == .disk, "\(path)")
    }
  }

  @Test("A failed read leaves no descriptor open")
  func descriptorsAreClosed() throws {
    let scratch = try ScratchImages()
    let path = try scratch.write(PixelFormat.all[0].png(width: 9, height: 9).bytes.dropLast(20).map { $0 })
    for _ in 0..<3000 { #expect(fault { _ = try ImageValidator.validate(path: path) } != nil) }
    var file = stat()
    #expect(stat(path, &file) == 0)
    let open = (0..<Int32(20_000)).filter { descriptor in
      var status = stat()
      return fstat(descriptor, &status) == 0 && status.st_ino == file.st_ino
        && status.st_dev == file.st_dev
    }
    #expect(open == [])
  }
}

/// A small random generator that starts from a printed seed.
struct ImageDamageGenerator: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
    return mixed ^ mixed >> 31
  }
}
