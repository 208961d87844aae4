import Foundation
import StrictJSON
import Subprocesses
import Testing

@testable import Runner

@Suite("Every kind of image, through the command")
struct ImageRefusalTests {
  static let fixtures =
    "/" + "\(#filePath)".split(separator: "/").dropLast(2).joined(separator: "/") + "/Fixtures"

  /// A repository whose batch holds the images of that many paths, an asset each, named by the file's stem.
  static func folder(_ paths: [String], idf: [String: JSONValue] = [:]) throws -> SampleFolder {
    let folder = try SampleFolder()
    try folder.write("policy: { max_assets: 200, max_bytes: 104857600 }\n", to: "ledger.yaml")
    try folder.writeManifest(batch: "images") { draft in
      draft.assets = paths.map { path in
        let stem = String(path.split(separator: "/").last?.prefix { $0 != "." } ?? "")
        return ManifestDraft.Asset(id: stem, path: path, score: 95, specs: [:], idf: idf[stem])
      }
    }
    return folder
  }

  /// What became of each asset: its state, or the code it failed with.
  static func outcomes(_ result: JSONValue) throws -> [String: String] {
    let assets = try #require(result["batches"]?.array?.first?["assets"]?.array)
    return Dictionary(
      uniqueKeysWithValues: assets.map {
        ($0["asset"]?.string ?? "", $0["error"]?["code"]?.string ?? $0["state"]?.string ?? "")
      })
  }

  @Test("What is not a file is refused with 66 at once, all of it, and nothing is registered")
  func noFiles() async throws {
    let folder = try Self.folder(["downloads/gone.png", "downloads/folder.png", "fifo.png", "/dev/zero"])
    try folder.makeFolder("downloads/folder.png")
    try #require(mkfifo(folder.root + "/fifo.png", 0o600) == 0)
    let refused = try await folder.ledgerctl("run", "batch.json", "--format", "json")
    #expect(refused.exit == 66)
    let errors = try #require(try refused.json()["errors"]?.array)
    #expect(
      errors.map { "\($0["asset"]?.string ?? "") \($0["code"]?.string ?? "") \($0["exit"]?.double ?? 0)" }
        == [
          "gone input_missing 66.0", "folder input_not_a_file 66.0", "fifo input_not_a_file 66.0",
          "zero input_not_a_file 66.0",
        ])
    #expect(try await folder.events().isEmpty)
    #expect(try folder.commits() == 1)
  }

  @Test("A line break in a name is spelt out where the name is printed")
  func nameWithLineBreak() async throws {
    let folder = try SampleFolder()
    let refused = try await folder.ledgerctl("manifest", "two\nlines.png")
    #expect(refused.exit == 66)
    #expect(refused.errors.contains("two\\u{a}lines.png\""))
    let document = try await folder.ledgerctl("manifest", "two\nlines.png", "--format", "json").json()
    let message = document["errors"]?.array?.first?["message"]?.string ?? ""
    #expect(message.contains("two\\u{a}lines.png\""), "\(message)")
  }

  @Test(
    "The PngSuite in one batch: what is intact is packaged, what is broken fails alone, nothing is placed")
  func pngSuite() async throws {
    let suite = Self.fixtures + "/pngsuite"
    let names = try ["valid", "broken"].map { kind in
      try FileManager.default.contentsOfDirectory(atPath: "\(suite)/\(kind)").sorted().map {
        "\(suite)/\(kind)/\($0)"
      }
    }
    let folder = try Self.folder(names.flatMap { $0 })
    let done = try await folder.ledgerctl("run", "batch.json", "--allow-outside", "--format", "json")
    #expect(done.exit == 1)
    let outcomes = try Self.outcomes(done.json())
    #expect(outcomes.count == 174)
    #expect(outcomes.values.count { $0 == "packaged" } == 160)
    for path in names[1] {
      let stem = String(path.split(separator: "/").last?.dropLast(4) ?? "")
      #expect(["image_not_png", "image_damaged"].contains(outcomes[stem]), "\(stem)")
    }
    #expect(try folder.git("status", "--porcelain", "--untracked-files=all") == "?? ledger.yaml\n")
    #expect(try folder.commits() == 1)
  }

  /// What must become of the images that `hostile-images.py` writes.
  static let hostile = [
    "fine": "packaged", "bomb": "packaged", "text": "packaged", "packed-text": "packaged",
    "chunks": "packaged",
    "empty": "image_empty", "no-pixels": "image_empty", "prose": "image_not_png", "jpeg": "image_not_png",
    "cut": "image_truncated", "checksum": "image_damaged", "zlib": "image_damaged", "claims": "image_damaged",
    "claims-interlaced": "image_damaged", "giant": "image_too_large", "too-long": "image_damaged",
    "endless-chunk": "image_truncated",
  ]

  @Test(
    "Bombs in pixels, chunks and text neither crash nor hang nor fill the memory; each broken image fails alone"
  )
  func bombs() async throws {
    // A debug build measures the bomb's 2^28 pixels for minutes: what is said of it already needs no measuring.
    let said: JSONValue = [
      "background": "#000000", "palette": ["primary": ["#000000"], "accents": []],
      "density_zones": [
        "upper_left": ["coverage": 0], "central": ["coverage": 0], "lower_right": ["coverage": 0],
      ],
    ]
    let folder = try Self.folder(
      Self.hostile.keys.sorted().map { "downloads/\($0).png" }, idf: ["bomb": said])
    try folder.shell("exec python3 \(Self.fixtures)/hostile-images.py downloads")
    var command = Command(
      [
        "python3", "-c",
        """
        import resource, subprocess, sys
        status = subprocess.run(sys.argv[1:]).returncode
        print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, file=sys.stderr)
        sys.exit(status)
        """, BuiltCommand.path, "run", "batch.json", "--format", "json",
      ], environment: folder.environment, directory: folder.root)
    command.timeout = .seconds(120)
    let done = try await ChildProcess.run(command)
    #expect(done.exit == .code(1))
    #expect(try Self.outcomes(JSONReader.value(of: done.output.dropLast())) == Self.hostile)
    #expect(try folder.commits() == 1)
    #expect(!folder.exists("assets"))
    let peakKiB = Int(
      String(decoding: done.errorTail, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines))
    // The largest holds 50 MB of text, the heaviest 2^28 pixels; the bound is what the documents promise.
    #expect(try #require(peakKiB) < 128 << 10)
  }
}
