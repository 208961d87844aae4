import Core
import ImageAnalysis
import Testing

@testable import Runner

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// A valid image of the PngSuite in `Tests/Fixtures/pngsuite`, and what an independent decoder sees in it.
struct SuiteImage: Decodable, Sendable, CustomTestStringConvertible {
  var name: String
  var width: Int
  var height: Int
  /// The digest of its pixels as 8-bit RGBA, row by row.
  var rgba: String

  var testDescription: String { name }
  var path: String { "\(Self.folder)/valid/\(name).png" }

  static let folder =
    "/" + "\(#filePath)".split(separator: "/").dropLast(3).joined(separator: "/") + "/Fixtures/pngsuite"

  static let all: [SuiteImage] = {
    let file = URL(fileURLWithPath: folder + "/expected.json")
    guard let bytes = try? Data(contentsOf: file),
      let images = try? JSONDecoder().decode([SuiteImage].self, from: bytes)
    else { preconditionFailure("There are no expectations in \(folder).") }
    return images
  }()
}

@Suite("The PngSuite")
struct PngSuiteTests {
  @Test("A valid image has the pixels that an independent decoder sees", arguments: SuiteImage.all)
  func pixels(_ image: SuiteImage) throws {
    let found = try Self.rgba(ofImageAt: image.path)
    #expect(found.width == image.width && found.height == image.height)
    #expect(Digest.sha256(found.bytes).hex == image.rgba)
  }

  @Test(
    "The IDF of a valid image is that of its plain pixels, however it is stored", arguments: SuiteImage.all)
  func idf(_ image: SuiteImage) throws {
    let (width, height, bytes) = try Self.rgba(ofImageAt: image.path)
    // `pixels` holds that these are an independent decoder's pixels.
    let stored = try Data(contentsOf: URL(fileURLWithPath: image.path))
    let plain = TestPNG(
      width: width, height: height, colourType: 6, before: Self.colourChunks(Array(stored)),
      pixel: { x, y in bytes[(y * width + x) * 4..<(y * width + x + 1) * 4].map { UInt16($0) } })
    let expected = try measures(of: plain)
    var found = try ImageAnalyser.analyse(path: image.path)
    #expect(found.facts.width == width && found.facts.height == height)
    found.facts = expected.facts
    #expect(found == expected)
  }

  @Test("A broken image is refused, the others are in the list")
  func broken() throws {
    let broken = try FileManager.default.contentsOfDirectory(atPath: SuiteImage.folder + "/broken")
    let codes = Dictionary(
      uniqueKeysWithValues: broken.map { file in
        let found = fault { _ = try ImageAnalyser.analyse(path: "\(SuiteImage.folder)/broken/\(file)") }
        return (String(file.dropLast(4)), found?.code ?? "none")
      })
    #expect(codes == Self.brokenCodes)
    let valid = try FileManager.default.contentsOfDirectory(atPath: SuiteImage.folder + "/valid")
    #expect(Set(valid) == Set(SuiteImage.all.map { $0.name + ".png" }))
    #expect(valid.count == 160)
  }

  /// What breaks them: the signature, line ends, colour types, bit depths, checksums, no image data.
  static let brokenCodes = [
    "xs1n0g01": "image_not_png", "xs2n0g01": "image_not_png", "xs4n0g01": "image_not_png",
    "xs7n0g01": "image_not_png", "xcrn0g04": "image_not_png", "xlfn0g04": "image_not_png",
    "xc1n0g08": "image_damaged", "xc9n2c08": "image_damaged", "xd0n2c08": "image_damaged",
    "xd3n2c08": "image_damaged", "xd9n2c08": "image_damaged", "xhdn0g08": "image_damaged",
    "xcsn0g01": "image_damaged", "xdtn0g01": "image_damaged",
  ]

  /// The chunks that say what the stored colours mean.
  private static func colourChunks(_ bytes: [UInt8]) -> [[UInt8]] {
    var chunks: [[UInt8]] = []
    var start = 8
    while start + 12 <= bytes.count {
      let end = start + 12 + bytes[start..<start + 4].reduce(0) { $0 << 8 | Int($1) }
      let type = String(decoding: bytes[start + 4..<start + 8], as: UTF8.self)
      if ["gAMA", "cHRM", "sRGB", "iCCP", "cICP"].contains(type) { chunks.append(Array(bytes[start..<end])) }
      start = end
    }
    return chunks
  }

  static func rgba(ofImageAt path: String) throws -> (width: Int, height: Int, bytes: [UInt8]) {
    var reader = try PNGReader.opened(path: path, named: path)
    let (width, height) = (reader.header.width, reader.header.height)
    var bytes = [UInt8](repeating: 0, count: width * height * 4)
    _ = try reader.forEachRow { row in
      for (index, pixel) in row.pixels.enumerated() {
        let start = (row.y * width + row.x + index * row.xStep) * 4
        withUnsafeBytes(of: pixel) { bytes.replaceSubrange(start..<start + 4, with: $0) }
      }
    }
    return (width, height, bytes)
  }
}
