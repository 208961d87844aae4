import Core
import Testing

@testable import ImageAnalysis

@Suite("Images scaled down")
struct PNGThumbnailTests {
  private func pixels(_ bytes: [UInt8], in images: ScratchImages) throws -> [[UInt32]] {
    var reader = try PNGReader.opened(path: try images.write(bytes, "small.png"), named: "small.png")
    var rows: [[UInt32]] = []
    _ = try reader.forEachRow { row in rows.append(row.pixels.map { UInt32(littleEndian: $0) }) }
    return rows
  }

  @Test("Each pixel is the mean of those it stands for, weighted by alpha")
  func means() throws {
    let images = try ScratchImages()
    // Above, black and white; below, red beside what can't be seen.
    let source: [UInt8] = [
      0, 0, 0, 255, 255, 255, 255, 255, 200, 0, 0, 255, 0, 255, 0, 0,
      0, 0, 0, 255, 255, 255, 255, 255, 200, 0, 0, 255, 0, 255, 0, 0,
    ]
    let bytes = PNGWriter.encode(width: 4, height: 2, channels: 4, pixels: source)
    let small = try PNGThumbnail(path: try images.write(bytes), named: "image.png", longestSide: 2)
    #expect(small.width == 2 && small.height == 1)
    #expect(try pixels(small.bytes, in: images) == [[0xff80_8080, 0x8000_00c8]])
  }

  @Test("A small image keeps its size and its pixels; a long one keeps at least a pixel a side")
  func sizes() throws {
    let images = try ScratchImages()
    let source: [UInt8] = (0..<30).map { UInt8($0 * 8) }
    let bytes = PNGWriter.encode(width: 10, height: 1, channels: 3, pixels: source)
    let path = try images.write(bytes)
    let same = try PNGThumbnail(path: path, named: "image.png", longestSide: 320)
    #expect(same.width == 10 && same.height == 1)
    #expect(try pixels(same.bytes, in: images) == pixels(bytes, in: images))
    let narrow = try PNGThumbnail(path: path, named: "image.png", longestSide: 3)
    #expect(narrow.width == 3 && narrow.height == 1)
  }
}
