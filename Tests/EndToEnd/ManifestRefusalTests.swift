import Foundation
import GitRepository
import Testing

@testable import Runner

@Suite("Every wrong manifest, through the command")
struct ManifestRefusalTests {
  /// A manifest of `Tests/Fixtures/manifests` and its faults as `line:column code`, with the asset where one is named.
  struct Fixture: Decodable {
    var name: String
    var faults: [String]
  }

  static let folder =
    "/" + "\(#filePath)".split(separator: "/").dropLast(2).joined(separator: "/") + "/Fixtures/manifests"

  /// Whether a refused manifest left something behind.
  static func isUntouched(_ folder: SampleFolder) throws -> Bool {
    try !folder.exists(".ledger") && folder.git("status", "--porcelain") == "" && folder.commits() == 1
  }

  @Test("Each is refused with 65 and all its faults with their places, and nothing is written")
  func fixtures() async throws {
    let bytes = try Data(contentsOf: URL(fileURLWithPath: Self.folder + "/cases.json"))
    let wrong = try JSONDecoder().decode([Fixture].self, from: bytes).filter { !$0.faults.isEmpty }
    #expect(wrong.count >= 90)
    let folder = try SampleFolder()
    for fixture in wrong {
      let manifest = try Data(contentsOf: URL(fileURLWithPath: "\(Self.folder)/\(fixture.name).json"))
      try folder.write(Array(manifest), to: "wrong.json")
      let refused = try await folder.ledgerctl("run", "wrong.json", "--format", "json")
      #expect(refused.exit == 65, "\(fixture.name)")
      let told = try (refused.json()["errors"]?.array ?? []).map { error in
        "\(error["line"]?.double ?? 0):\(error["column"]?.double ?? 0) ".replacing(".0", with: "")
          + (error["code"]?.string ?? "") + (error["asset"]?.string.map { " \($0)" } ?? "")
      }
      #expect(told == fixture.faults, "\(fixture.name)")
      #expect(try Self.isUntouched(folder), "\(fixture.name)")
    }
  }

  @Test(
    "What is clearly no manifest is named in one line, with a command that can be pasted where there is one",
    arguments: [
      ([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 1, 2], "a PNG image", true),
      ([0xFF, 0xD8, 0xFF, 0xE0, 0, 0], "a JPEG image", false),
      (Array("PK\u{3}\u{4}x".utf8), "a zip archive", false),
      (Array("<!DOCTYPE html>\n<html></html>".utf8), "an HTML page", false),
      (Array("# comment\nbatch_id: one\nassets:\n  - path: a.png\n".utf8), "YAML", false),
      (Array("---\nassets: []\n".utf8), "YAML", false),
      (Array("path,score\na.png,92\n".utf8), "a table", false),
      (Array("\u{FEFF}asset_id;name\nA;B\n".utf8), "a table", false),
      ([0xFF, 0xFE, 0x7B, 0], "text in UTF-16", false),
      ([1, 2, 0, 3], "a binary file", false),
    ] as [([UInt8], String, Bool)])
  func others(_ bytes: [UInt8], _ kind: String, _ isImage: Bool) async throws {
    let folder = try SampleFolder()
    try folder.write(bytes, to: "it is.json")
    for verb in ["run", "plan"] {
      let refused = try await folder.ledgerctl(verb, "it is.json")
      #expect(refused.exit == 65)
      let lines = refused.errors.split(separator: "\n")
      #expect(lines.count <= 2, "\(refused.errors)")
      #expect(lines.first?.contains("\"it is.json\" is \(kind)") == true, "\(refused.errors)")
      #expect(!isImage || lines.last?.contains("`ledgerctl manifest 'it is.json' -o batch.json`") == true)
    }
    let piped = try await BuiltCommand.run(
      ["run", "-"], in: folder.root, environment: folder.environment, input: bytes)
    #expect(piped.exit == 65 && piped.errors.contains(kind))
    #expect(try Self.isUntouched(folder))
  }

  @Test("A manifest that is missing, a folder, bytes of another encoding: one line each")
  func oneLine() async throws {
    let folder = try SampleFolder()
    let missing = try await folder.ledgerctl("run", "nope.json")
    #expect(missing.exit == 66, "\(missing.errors)")
    #expect(missing.errors.hasPrefix("error: No manifest is at \"nope.json\"."), "\(missing.errors)")
    let directory = try await folder.ledgerctl("run", "downloads")
    #expect(directory.exit == 66 && directory.errors.contains("`ledgerctl manifest downloads -o batch.json`"))
    let latin = Array("{\"batch_id\": \"".utf8) + [UInt8](repeating: 0xE9, count: 100) + Array("\"}".utf8)
    try folder.write(latin, to: "latin.json")
    let refused = try await folder.ledgerctl("run", "latin.json")
    #expect(refused.exit == 65)
    #expect(refused.errors.split(separator: "\n").filter { $0.contains("UTF-8") }.count <= 2)
  }

  struct Oversized: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var text: String
    var code: String

    init(_ what: String, _ text: String, _ code: String) {
      (testDescription, self.text, self.code) = (what, text, code)
    }
  }

  static let oversized = [
    Oversized("2 MiB of white space", String(repeating: " ", count: 2 << 20), "manifest_too_large"),
    Oversized("100,000 brackets", String(repeating: "[", count: 100_000), "manifest_too_deep"),
    Oversized("100,000 objects", String(repeating: "{\"a\":", count: 100_000), "manifest_too_deep"),
    Oversized(
      "20,000 assets",
      "{\"batch_id\":\"b\",\"assets\":[" + String(repeating: "{\"asset_id\":\"a\"},", count: 20_000) + "{}]}",
      "manifest_more"
    ),
  ]

  @Test("One that is too much is refused at once, from a file and from standard input", arguments: oversized)
  func isBounded(_ much: Oversized) async throws {
    let folder = try SampleFolder()
    try folder.write(much.text, to: "much.json")
    for (word, input) in [("much.json", ""), ("-", much.text)] {
      let refused = try await folder.ledgerctl("run", word, "--format", "json", input: input)
      #expect(refused.exit == 65)
      let errors = try refused.json()["errors"]?.array ?? []
      #expect(errors.contains { $0["code"]?.string == much.code })
      #expect(errors.count <= 150 && errors.allSatisfy { $0["line"] != nil && $0["column"] != nil })
      #expect(try Self.isUntouched(folder))
    }
  }
}
