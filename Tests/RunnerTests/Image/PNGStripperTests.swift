import Core
import GitRepository
import ImageAnalysis
import Testing

@testable import Runner

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

@Suite("Leaving out of images what is not the picture")
struct PNGStripperTests {
  /// Strips bytes that come in pieces; nil where the image is not intact.
  private func strip(_ bytes: [UInt8], inPiecesOf count: Int = 1 << 18) -> [UInt8]? {
    var stripper = PNGStripper()
    var kept: [UInt8] = []
    for start in stride(from: 0, to: bytes.count, by: count) {
      kept += bytes[start..<min(start + count, bytes.count)].withUnsafeBytes { stripper.kept(of: $0) }
    }
    return stripper.isWhole ? kept : nil
  }

  private static func bytes(at path: String) throws -> [UInt8] {
    Array(try Data(contentsOf: URL(fileURLWithPath: path)))
  }

  private func chunkNames(_ bytes: [UInt8]) -> [String] {
    var names: [String] = []
    var start = 8
    while start + 12 <= bytes.count {
      names.append(String(decoding: bytes[start + 4..<start + 8], as: UTF8.self))
      start += 12 + bytes[start..<start + 4].reduce(0) { $0 << 8 | Int($1) }
    }
    return names
  }

  @Test(
    "An image of the PngSuite keeps the pixels that an independent decoder sees, and its colours",
    arguments: SuiteImage.all)
  func suite(_ image: SuiteImage) throws {
    let scratch = try ScratchImages()
    let stripped = try #require(strip(try Self.bytes(at: image.path)))
    let path = try scratch.write(stripped)
    let found = try PngSuiteTests.rgba(ofImageAt: path)
    #expect(found.width == image.width && found.height == image.height)
    #expect(Digest.sha256(found.bytes).hex == image.rgba)
    var (before, after) = (
      try ImageAnalyser.analyse(path: image.path), try ImageAnalyser.analyse(path: path)
    )
    before.facts.notes.removeAll { [.text, .exif].contains($0) }
    after.facts.notes.removeAll { [.text, .exif].contains($0) }
    #expect(after == before)
  }

  @Test("Images with profiles and other colour chunks mean the same colours afterwards")
  func colours() throws {
    let scratch = try ScratchImages()
    let folder = SuiteImage.folder + "/../colours"
    let names = try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".png") }
    #expect(names.count > 10)
    for name in names.sorted() {
      let stripped = try #require(strip(try Self.bytes(at: "\(folder)/\(name)")))
      var before = try ImageAnalyser.analyse(path: "\(folder)/\(name)")
      var after = try ImageAnalyser.analyse(path: try scratch.write(stripped, name))
      before.facts.notes.removeAll { $0 == .text || $0 == .exif }
      after.facts.notes.removeAll { $0 == .text || $0 == .exif }
      #expect(after == before, "\(name)")
    }
  }

  private static let kept = [
    "cICP", "iCCP", "gAMA", "cHRM", "sRGB", "mDCV", "cLLI", "sBIT", "bKGD", "pHYs", "acTL",
  ]
  private static let left = ["tEXt", "zTXt", "iTXt", "eXIf", "tIME", "sPLT", "prVt", "dSIG", "zzzz"]

  private static let laden: [UInt8] = {
    var image = TestPNG(width: 5, height: 4, pixel: { x, y in [UInt16(x * 40), UInt16(y * 50), 7] })
    image.before = zip(kept, left + left).flatMap { [$0, $1] }.map {
      TestPNG.chunk($0, Array("of \($0)".utf8))
    }
    image.after = left.map { TestPNG.chunk($0, Array("again".utf8)) }
    return image.bytes
  }()

  @Test("What is kept and what goes", arguments: [1, 2, 3, 7, 8, 13, 64, 1 << 18])
  func chunks(pieces: Int) throws {
    let stripped = try #require(strip(Self.laden + Array("and <script>".utf8), inPiecesOf: pieces))
    let before = chunkNames(Self.laden)
    #expect(chunkNames(stripped) == before.filter { !Self.left.contains($0) })
    #expect(strip(stripped) == stripped)
    #expect(stripped.suffix(12) == TestPNG.chunk("IEND", [])[...])
    for name in Self.kept {
      #expect(String(decoding: stripped, as: UTF8.self).contains("\(name)of \(name)"))
    }
  }

  @Test("A file that is cut, is not a PNG, or continues long after its image is not touched")
  func notWhole() {
    for count in 0..<Self.laden.count { #expect(strip(Array(Self.laden.prefix(count))) == nil, "\(count)") }
    #expect(strip(Self.laden + [UInt8](repeating: 0, count: 65 << 10)) == nil)
    #expect(strip(Array("hello, world, hello".utf8)) == nil)
  }
}
