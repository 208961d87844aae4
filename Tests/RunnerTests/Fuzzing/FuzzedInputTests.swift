import FuzzedReaders
import Testing

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

@Suite("What fuzzers found")
struct FuzzedInputTests {
  static let root =
    "/" + "\(#filePath)".split(separator: "/").dropLast(3).joined(separator: "/") + "/Fuzzing"

  /// The inputs of a reader in a folder: those that once upset it, or those that reach all its code.
  static func inputs(_ folder: String, of reader: FuzzedReader) throws -> [(name: String, bytes: [UInt8])] {
    let path = "\(root)/\(folder)/\(reader.rawValue)"
    // Git keeps no empty folder: there is none for a reader that nothing upset.
    guard FileManager.default.fileExists(atPath: path) else { return [] }
    return try FileManager.default.contentsOfDirectory(atPath: path).sorted().map { name in
      (name, Array(try Data(contentsOf: URL(fileURLWithPath: path + "/" + name))))
    }
  }

  @Test("A reader keeps its promises for all that a fuzzer found", arguments: FuzzedReader.allCases)
  func keepsPromises(_ reader: FuzzedReader) throws {
    let corpus = try Self.inputs("corpus", of: reader)
    #expect(corpus.count >= 20)
    for (name, bytes) in try corpus + Self.inputs("crashes", of: reader) {
      #expect(throws: Never.self, "\(name)") { try reader.read(bytes) }
    }
  }

  @Test("The corpus stays small enough for a repository", arguments: FuzzedReader.allCases)
  func isSmall(_ reader: FuzzedReader) throws {
    let corpus = try Self.inputs("corpus", of: reader)
    #expect(corpus.count <= 80)
    #expect(corpus.reduce(0) { $0 + $1.bytes.count } <= 80_000)
  }

  @Test("A promise that is broken is noticed")
  func noticesBrokenPromise() throws {
    // Repairing its checksums leaves this as it was: an image that can be measured.
    let image = TestPNG(width: 3, height: 2, pixel: { x, y in [UInt16(x), UInt16(y), 7] }).bytes
    var damaged = image
    damaged[damaged.count - 20] ^= 1
    #expect(PNGChecksums.mending(image) == image)
    #expect(PNGChecksums.mending(damaged) != damaged)
    #expect(throws: BrokenPromise.self) { try promise(false, "never") }
  }
}
