import ImageAnalysis
import Testing

@testable import Runner

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// A way to store pixels.
struct PixelFormat: Sendable, CustomTestStringConvertible {
  var colourType: UInt8
  var bitDepth: UInt8
  var interlaced: Bool
  var testDescription: String { "type \(colourType), \(bitDepth) bits\(interlaced ? ", interlaced" : "")" }

  static let all: [PixelFormat] = [
    (0, [1, 2, 4, 8, 16]), (2, [8, 16]), (3, [1, 2, 4, 8]), (4, [8, 16]), (6, [8, 16]),
  ].flatMap { (type: UInt8, depths: [UInt8]) in
    depths.flatMap { depth in
      [false, true].map { PixelFormat(colourType: type, bitDepth: depth, interlaced: $0) }
    }
  }

  var channels: Int { [0: 1, 2: 3, 3: 1, 4: 2, 6: 4][Int(colourType)] ?? 0 }

  /// A sample that differs from its neighbours', in the range of the bit depth.
  func sample(_ x: Int, _ y: Int, _ channel: Int) -> UInt16 {
    UInt16((x * 7919 + y * 104_729 + channel * 1_299_709 + x * y * 31) & ((1 << Int(bitDepth)) - 1))
  }

  static let palette: [[UInt8]] = (0..<256).map { index in
    [UInt8(index), UInt8(255 - index), UInt8(index * 37 & 0xff)]
  }

  func png(width: Int, height: Int) -> TestPNG {
    TestPNG(
      width: width, height: height, colourType: colourType, bitDepth: bitDepth, interlaced: interlaced,
      before: colourType == 3
        ? [TestPNG.chunk("PLTE", Self.palette.prefix(1 << Int(bitDepth)).flatMap { $0 })] : [],
      pixel: { x, y in (0..<channels).map { sample(x, y, $0) } })
  }

  /// What the pixel must be decoded to, computed independently: red, green, blue, alpha.
  func expected(_ x: Int, _ y: Int) -> [UInt8] {
    func scaled(_ channel: Int) -> UInt8 {
      let most = (1 << Int(bitDepth)) - 1
      return UInt8((Int(sample(x, y, channel)) * 255 * 2 + most) / (2 * most))
    }
    switch colourType {
    case 0: return [scaled(0), scaled(0), scaled(0), 255]
    case 2: return [scaled(0), scaled(1), scaled(2), 255]
    case 3: return Self.palette[Int(sample(x, y, 0))] + [255]
    case 4: return [scaled(0), scaled(0), scaled(0), scaled(1)]
    default: return [scaled(0), scaled(1), scaled(2), scaled(3)]
    }
  }
}

/// Decodes a file to its pixels, rows from the top, and checks that each comes exactly once.
func decodedPixels(_ path: String) throws -> (pixels: [[UInt8]], notes: [ImageNote]) {
  var reader = try PNGReader.opened(path: path, named: path)
  let width = reader.header.width
  var pixels = [[UInt8]](repeating: [], count: width * reader.header.height)
  var repeated = 0
  let notes = try reader.forEachRow { row in
    for index in row.pixels.indices {
      let place = row.y * width + row.x + index * row.xStep
      let pixel = UInt32(littleEndian: row.pixels[index])
      if !pixels[place].isEmpty { repeated += 1 }
      pixels[place] = [
        UInt8(pixel & 0xff), UInt8(pixel >> 8 & 0xff), UInt8(pixel >> 16 & 0xff), UInt8(pixel >> 24),
      ]
    }
  }
  #expect(repeated == 0)
  #expect(!pixels.contains([]))
  return (pixels, notes)
}

@Suite("Reading PNGs")
struct PNGReaderTests {
  @Test(
    "Every colour type, depth and interlacing decodes to the pixels that were stored",
    arguments: PixelFormat.all)
  func everyFormatDecodes(_ format: PixelFormat) throws {
    let scratch = try ScratchImages()
    for (width, height) in [(1, 1), (1, 9), (2, 1), (3, 2), (5, 5), (8, 8), (33, 17)] {
      let path = try scratch.write(format.png(width: width, height: height).bytes)
      let found = try decodedPixels(path).pixels
      let expected = (0..<height).flatMap { y in (0..<width).map { format.expected($0, y) } }
      #expect(found == expected, "\(width) × \(height)")

      let facts = try ImageValidator.validate(path: path)
      #expect(facts.width == width && facts.height == height)
      #expect(facts.bitDepth == Int(format.bitDepth) && facts.interlaced == format.interlaced)
      #expect(facts.notes == [])
    }
  }

  @Test("A transparency chunk becomes alpha")
  func transparencyBecomesAlpha() throws {
    let scratch = try ScratchImages()
    let grey = TestPNG(
      width: 2, height: 1, colourType: 0, bitDepth: 16, before: [TestPNG.chunk("tRNS", [0x12, 0x34])],
      pixel: { x, _ in [x == 0 ? 0x1234 : 0x1235] })
    let first = try decodedPixels(scratch.write(grey.bytes))
    #expect(first.pixels == [[18, 18, 18, 0], [18, 18, 18, 255]])
    #expect(first.notes == [.transparency])

    let rgb = TestPNG(
      width: 2, height: 1, before: [TestPNG.chunk("tRNS", [0, 1, 0, 2, 0, 3])],
      pixel: { x, _ in [1, 2, x == 0 ? 3 : 4] })
    #expect(try decodedPixels(scratch.write(rgb.bytes)).pixels == [[1, 2, 3, 0], [1, 2, 4, 255]])

    let palette = TestPNG(
      width: 3, height: 1, colourType: 3, bitDepth: 2,
      before: [TestPNG.chunk("PLTE", [9, 8, 7, 6, 5, 4, 3, 2, 1]), TestPNG.chunk("tRNS", [0, 128])],
      pixel: { x, _ in [UInt16(x)] })
    #expect(
      try decodedPixels(scratch.write(palette.bytes)).pixels == [
        [9, 8, 7, 0], [6, 5, 4, 128], [3, 2, 1, 255],
      ])
  }

  @Test("A colour profile, a gamma and bytes after the end are noted and change no pixel")
  func profilesAreNotedNotApplied() throws {
    let scratch = try ScratchImages()
    var png = TestPNG(width: 1, height: 1, pixel: { _, _ in [10, 100, 200] })
    png.before = [
      TestPNG.chunk("gAMA", TestPNG.bigEndian(100_000)),
      TestPNG.chunk("iCCP", Array("broken\0\0garbage".utf8)),
      TestPNG.chunk("acTL", TestPNG.bigEndian(1) + TestPNG.bigEndian(0)),
    ]
    let found = try decodedPixels(scratch.write(png.bytes + [0]))
    #expect(found.pixels == [[10, 100, 200, 255]])
    #expect(found.notes == [.gamma, .colourProfile, .animation, .profileIgnored, .trailingBytes])
  }

  @Test("A text chunk of 50 MB is read past")
  func hugeTextIsReadPast() throws {
    let scratch = try ScratchImages()
    let textBytes = 50_000_000
    // The checksum of "tEXt" and 50,000,000 zeros, computed once with another program.
    let checksum: UInt32 = 0x4ad9_904c
    let png = TestPNG(width: 1, height: 1, pixel: { _, _ in [1, 2, 3] })
    let start = TestPNG.signature + png.header + TestPNG.bigEndian(UInt32(textBytes)) + Array("tEXt".utf8)
    let end =
      TestPNG.bigEndian(checksum) + TestPNG.chunk("IDAT", TestPNG.zlib(png.scanlines))
      + TestPNG.chunk("IEND", [])
    let path = try scratch.write(start)
    let file = open(path, O_WRONLY | O_CLOEXEC)
    defer { close(file) }
    #expect(pwrite(file, end, end.count, off_t(start.count + textBytes)) == end.count)
    #expect(try decodedPixels(path).pixels == [[1, 2, 3, 255]])
  }

  @Test("A cancelled task stops reading within a few rows")
  func cancellationEndsReading() async throws {
    let scratch = try ScratchImages()
    let path = try scratch.write(
      TestPNG(width: 1, height: 500, pixel: { _, y in [UInt16(y & 255), 0, 0] }).bytes)
    let reading = Task { () -> (Int, String?) in
      withUnsafeCurrentTask { $0?.cancel() }
      var rows = 0
      let found = fault {
        var reader = try PNGReader.opened(path: path, named: "x")
        _ = try reader.forEachRow { _ in rows += 1 }
      }
      return (rows, found?.code)
    }
    let (rows, code) = await reading.value
    #expect(rows < 100)
    #expect(code == "image_reading_cancelled")
  }

  @Test("What the writer writes, the reader reads", arguments: [3, 4])
  func writerAndReaderAgree(channels: Int) throws {
    let scratch = try ScratchImages()
    let pixels = (0..<(7 * 5 * channels)).map { UInt8($0 * 11 & 0xff) }
    let bytes = PNGWriter.encode(width: 7, height: 5, channels: channels, pixels: pixels)
    #expect(bytes == PNGWriter.encode(width: 7, height: 5, channels: channels, pixels: pixels))
    let found = try decodedPixels(scratch.write(bytes)).pixels
    let expected = stride(from: 0, to: pixels.count, by: channels).map { start in
      Array(pixels[start..<start + channels]) + (channels == 3 ? [255] : [])
    }
    #expect(found == expected)
  }
}
