import GitRepository
import SampleBatch
import StrictJSON
import Testing

@testable import Runner

@Suite("explain")
struct ExplainTests {
  @Test("A first run ran every stage because nothing was known before")
  func first() async throws {
    let folder = try SampleFolder()
    #expect(try await folder.ledgerctl("run", "batch.json").exit == 0)
    let explained = try await folder.valid("explain", "explain", "@last", "ASSET-3")
    #expect(outcomes(explained) == ["ran", "ran", "ran", "ran"])
    #expect(reasons(explained) == ["first", "first", "first", "first"])
    let text = try await folder.ledgerctl("explain", "@last", "ASSET-3")
    #expect(text.lines.count == 5)
    #expect(text.lines[1] == "  validate ran      no earlier result is known")
  }

  @Test("Another batch with other specs names the part that differs, and the field of the specs")
  func specs() async throws {
    let folder = try SampleFolder()
    #expect(try await folder.ledgerctl("run", "batch.json").exit == 0)
    try folder.writeManifest("other.json", batch: "other") { draft in
      draft.assets = [draft.assets[0]]
      draft.assets[0].specs = ["name": "Nocturnal Canopy", "category": "patterns", "mode": "Stage"]
    }
    #expect(try await folder.ledgerctl("run", "other.json").exit == 0)
    let explained = try await folder.valid("explain", "explain", "other", "ASSET-3")
    #expect(outcomes(explained) == ["reused", "reused", "ran", "ran"])
    let extract = try #require(explained["stages"]?.array?[2])
    #expect(extract["reason"]?["code"] == "part_differs")
    #expect(extract["reason"]?["part"] == "specs")
    #expect(extract["reason"]?["old"] != extract["reason"]?["new"])
    #expect(extract["compared_with"]?["batch"]?.string == SampleArt.batchID)
    #expect(extract["specs"]?["member"] == "mode")
    #expect(extract["specs"]?["old"] == "Gallery")
    #expect(extract["specs"]?["new"] == "Stage")
    let validate = try #require(explained["stages"]?.array?[0])
    #expect(validate["reason"]?["code"] == "same_key")
    let text = try await folder.ledgerctl("explain", "other", "ASSET-3")
    #expect(text.text.contains("specs.mode: \"Gallery\" became \"Stage\""))
  }

  @Test("A retry from a stage, and a damaged object, are named as what decided")
  func reopened() async throws {
    let folder = try SampleFolder()
    #expect(try await folder.ledgerctl("run", "batch.json", "--until", "packaged").exit == 0)
    #expect(
      try await folder.ledgerctl("retry", SampleArt.batchID, "ASSET-4", "--from", "render").exit == 0)
    let explained = try await folder.valid("explain", "explain", "@last", "ASSET-4")
    #expect(explained["stages"]?.array?[2]["reason"]?["part"] == "retry")
    #expect(explained["stages"]?.array?[2]["reason"]?["old"] == .null)
    #expect(outcomes(explained).prefix(2) == ["ran", "ran"])
  }

  @Test("What an extractor was told names the field that cost another call, and never a name")
  func sent() async throws {
    let folder = try SampleFolder()
    try folder.hook("ext.sh", "cat >/dev/null\necho '{}'", in: ".git/tools")
    try folder.write("extractor: {kind: exec, command: [.git/tools/ext.sh]}\n", to: "ledger.yaml")
    try folder.write("/ledger.yaml\n", to: ".git/info/exclude")
    #expect(try await folder.ledgerctl("run", "batch.json").exit == 0)
    try folder.writeManifest("other.json", batch: "other") { draft in
      draft.assets = [draft.assets[0]]
      draft.assets[0].specs = ["name": "Another Name", "category": "patterns", "mode": "Stage"]
    }
    #expect(try await folder.ledgerctl("run", "other.json").exit == 0)
    let explained = try await folder.valid("explain", "explain", "other", "ASSET-3")
    let extract = try #require(explained["stages"]?.array?[1])
    #expect(extract["reason"]?["part"] == "sent")
    #expect(extract["specs"]?["member"] == "mode")
    #expect(extract["specs"]?["old"] == "Gallery")
    #expect(extract["specs"]?["new"] == "Stage")
  }

  @Test("Failures, retries and postponements before the outcome are told")
  func history() async throws {
    let folder = try SampleFolder()
    try folder.hook(
      "ext.sh", "cat >/dev/null\n[ -f good ] || { echo prose; exit 0; }\necho '{}'", in: ".git/tools")
    try folder.write(
      "extractor: {kind: exec, command: [.git/tools/ext.sh]}\nlimits: {in_flight: 1}\n", to: "ledger.yaml")
    try folder.write("/ledger.yaml\n/good\n", to: ".git/info/exclude")
    #expect(try await folder.ledgerctl("run", "batch.json").exit == 1)
    try folder.write("", to: "good")
    #expect(try await folder.ledgerctl("retry", "@last").exit == 0)
    let explained = try await folder.valid("explain", "explain", "@last", "ASSET-3")
    let before = try #require(explained["stages"]?.array?[1]["before"]?.array)
    #expect(before.map { $0["type"] } == ["stage.failed", "stage.failed", "asset.retried"])
    #expect(before[0]["code"] == "bad_reply")
    let text = try await folder.ledgerctl("explain", "@last", "ASSET-3")
    #expect(text.text.contains("failed: The reply of the program"), "\(text.text)")
  }

  @Test("Stages behind a failed one are skipped, and say which")
  func skipped() async throws {
    let folder = try SampleFolder()
    try folder.write("no picture", to: "downloads/" + SampleFolder.pictures[1].name)
    #expect(try await folder.ledgerctl("run", "batch.json").exit == 1)
    let explained = try await folder.valid("explain", "explain", "@last", "ASSET-4")
    #expect(outcomes(explained) == ["failed", "skipped", "skipped", "skipped"])
    #expect(reasons(explained) == ["ended", "not_reached", "not_reached", "not_reached"])
  }

  @Test("An unknown batch or asset is a usage error that says what there is")
  func unknown() async throws {
    let folder = try SampleFolder()
    #expect(try await folder.ledgerctl("run", "batch.json").exit == 0)
    let asset = try await folder.ledgerctl("explain", "@last", "ASSET-9")
    #expect(asset.exit == 64)
    #expect(asset.errors.contains("\"ASSET-3\", \"ASSET-4\", \"ASSET-6\""))
    #expect(try await folder.ledgerctl("explain", "nobody", "ASSET-3").exit == 64)
    #expect(try await folder.ledgerctl("explain", "@last", "../x").exit == 64)
  }

  private func outcomes(_ explained: JSONValue) -> [String] {
    (explained["stages"]?.array ?? []).compactMap { $0["outcome"]?.string }
  }

  private func reasons(_ explained: JSONValue) -> [String] {
    (explained["stages"]?.array ?? []).compactMap { $0["reason"]?["code"]?.string }
  }
}
