import Foundation
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
