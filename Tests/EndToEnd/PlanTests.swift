import Foundation
import GitRepository
import SampleBatch
import StrictJSON
import Testing

@testable import Runner

@Suite("plan")
struct PlanTests {
  @Test("Without a ledger it says what a run would do, and changes not a byte")
  func fresh() async throws {
    let folder = try SampleFolder()
    let before = try FolderListing(folder.root)
    let text = try await folder.ledgerctl("plan", "batch.json")
    #expect(text.exit == 0, "\(text.errors)")
    #expect(try FolderListing(folder.root).difference(to: before).filter { !$0.hasPrefix(" ") } == [])
    #expect(!folder.exists(".ledger"))
    #expect(text.lines.first == "Batch batch-theatrical-specimens would be registered")
    #expect(text.text.contains("  feat(assets): Add batch theatrical specimens - Assets 3,4,6"))
    #expect(text.text.contains("Ledger-Head: POSITION:HASH"))
    let plan = try await folder.valid("plan", "plan", "batch.json")
    #expect(plan["action"] == "register")
    #expect(plan["calls"]?["needed"] == 3)
    #expect(plan["paths"]?.array?.count == 12)
    #expect(plan["paths"]?.array?.allSatisfy { $0["action"] == "create" } == true)
    #expect(actions(plan) == Array(repeating: ["run", "run", "run", "run"], count: 3))
  }

  @Test(
    "A plan of what has landed reuses every stage and names the event; nothing in .ledger changes"
  )
  func reuse() async throws {
    let folder = try SampleFolder()
    #expect(try await folder.ledgerctl("run", "batch.json").exit == 0)
    try folder.writeManifest("again.json", batch: "again")
    let before = try FolderListing(folder.root)
    let plan = try await folder.ledgerctl("plan", "again.json", "--format", "json")
    #expect(try FolderListing(folder.root).difference(to: before) == [])
    let document = try plan.json()
    #expect(actions(document) == Array(repeating: ["reuse", "reuse", "reuse", "reuse"], count: 3))
    #expect(document["calls"]?["needed"] == 0)
    let source = document["assets"]?.array?.first?["stages"]?.array?[1]["source"]
    #expect(source?["batch"]?.string == SampleArt.batchID)
    let position = try #require(source?["position"])
    let events = try await folder.events("--type", "stage.completed", "--stage", "extract")
    #expect(events.contains { $0["position"] == position && $0["asset"] == "ASSET-3" })
    #expect(document["commit"] == nil)
    #expect(document["paths"]?.array?.allSatisfy { $0["action"] == "keep" } == true)
    let same = try await folder.valid("plan", "plan", "batch.json")
    #expect(same["action"] == "nothing")
    #expect(try folder.commits() == 2)
  }

  @Test("What it says is what the run then does: changed specs render again, and the old paths leave")
  func foretells() async throws {
    let folder = try SampleFolder()
    #expect(try await folder.ledgerctl("run", "batch.json").exit == 0)
    try folder.writeManifest("renamed.json", batch: "renamed") { draft in
      draft.assets = [draft.assets[0]]
      draft.assets[0].specs = ["name": "Morning Canopy", "category": "patterns"]
    }
    let plan = try await folder.valid("plan", "plan", "renamed.json")
    #expect(actions(plan) == [["reuse", "reuse", "run", "run"]])
    let paths = try #require(plan["paths"]?.array)
    #expect(paths.filter { $0["action"] == "remove" }.count == 3)
    #expect(paths.filter { $0["action"] == "create" }.count == 3)
    let result = try await folder.ledgerctl("run", "renamed.json", "--format", "json").json()
    let batch = result["batches"]?.array?.first
    #expect(batch?["created"] == 3)
    #expect(batch?["removed"] == 3)
    let planned = try #require(plan["commit"]?["message"]?.string?.split(separator: "\n").first)
    #expect(try folder.git("log", "-1", "--format=%s") == planned + "\n")
  }

  @Test("Everything that is in the way is told at once, with the exit status a run would have")
  func inTheWay() async throws {
    let folder = try SampleFolder()
    try folder.makeFolder("assets/ASSET-3-nocturnal-canopy")
    for name in ["context.md", "usage.md"] {
      try folder.write("mine", to: "assets/ASSET-3-nocturnal-canopy/\(name)")
    }
    let plan = try await folder.valid("plan", "plan", "batch.json", exit: 73)
    #expect(plan["errors"]?.array?.count == 2)
    let text = try await folder.ledgerctl("plan", "batch.json")
    #expect(text.exit == 73)
    #expect(text.errors.split(separator: "\n").filter { $0.hasPrefix("error:") }.count == 2)
    #expect(!folder.exists(".ledger"))
  }

  @Test("Missing images and a refused manifest end as they do in a run, and nothing is made")
  func refused() async throws {
    let folder = try SampleFolder()
    try FileManager.default.removeItem(atPath: folder.root + "/downloads/" + SampleFolder.pictures[0].name)
    let plan = try await folder.valid("plan", "plan", "batch.json", exit: 66)
    #expect(plan["errors"]?.array?.first?["asset"] == "ASSET-3")
    try folder.writeManifest("low.json") { $0.assets[1].score = 12 }
    #expect(try await folder.ledgerctl("plan", "low.json").exit == 65)
    #expect(!folder.exists(".ledger"))
  }

  @Test("It looks into the images: another kind of file and a cut one end it as they end a run")
  func images() async throws {
    let folder = try SampleFolder()
    let path = "downloads/" + SampleFolder.pictures[0].name
    let whole = SampleFolder.pictures[0].bytes
    for (bytes, told) in [
      ([0xFF, 0xD8, 0xFF, 0xE0] + [UInt8](repeating: 7, count: 99), "a JPEG"), ([], "0 bytes"),
      (Array(whole.prefix(whole.count / 2)), "ends too early"), (Array(whole.dropLast(3)), "ends too early"),
      (Array(whole.prefix(20)), "ends too early"), (Array("<html>".utf8), "expected a PNG"),
    ] {
      try folder.write(bytes, to: path)
      let plan = try await folder.valid("plan", "plan", "batch.json", exit: 1)
      #expect(plan["errors"]?.array?.first?["message"]?.string?.contains(told) == true, "\(told)")
      #expect(plan["errors"]?.array?.first?["asset"] == "ASSET-3")
      #expect(plan["assets"]?.array?.first?["stages"]?.array?.first?["action"] == "failed")
    }
    #expect(!folder.exists(".ledger"))
  }

  @Test("--exit-code tells whether there is something to do, and run --dry-run is plan")
  func exitCode() async throws {
    let folder = try SampleFolder()
    #expect(try await folder.ledgerctl("plan", "batch.json", "--exit-code").exit == 2)
    let dry = try await folder.ledgerctl("run", "batch.json", "--dry-run")
    let planned = try await folder.ledgerctl("plan", "batch.json")
    #expect(dry.exit == 0 && dry.text == planned.text)
    #expect(try await folder.ledgerctl("run", "batch.json", "-n").exit == 0)
    #expect(!folder.exists(".ledger"))
    #expect(try await folder.ledgerctl("run", "batch.json").exit == 0)
    #expect(try await folder.ledgerctl("plan", "batch.json", "--exit-code").exit == 0)
  }

  @Test("Used-up limits are told: how many calls may start now, and when the next may")
  func limits() async throws {
    let folder = try SampleFolder()
    let calls = try Gate.inExtractor(of: folder)
    calls.letAllGo()
    try folder.write(
      String(decoding: try folder.read("ledger.yaml"), as: UTF8.self)
        + "limits: { requests_per_minute: 2, in_flight: 5 }\n", to: "ledger.yaml")
    try folder.writeManifest("one.json", batch: "one") { $0.assets.removeLast(1) }
    #expect(try await folder.ledgerctl("run", "one.json").exit == 0)
    try folder.writeManifest("two.json", batch: "two")
    let before = try FolderListing(folder.root + "/.ledger")
    // The calls count for a minute: both plans are asked for before anything is checked at leisure.
    let text = try await folder.ledgerctl("plan", "two.json").text
    let plan = try await folder.valid("plan", "plan", "two.json")
    #expect(text.contains("Calls: 1 of exec, 0 may start now"))
    #expect(try FolderListing(folder.root + "/.ledger").difference(to: before) == [])
    #expect(plan["calls"]?["extractor"] == "exec")
    #expect(plan["calls"]?["needed"] == 1)
    #expect(plan["calls"]?["allowed_now"] == 0)
    #expect(plan["calls"]?["next_at"]?.string != nil)
    #expect(actions(plan).map { $0[1] } == ["reuse", "reuse", "run"])
    // Who has a larger limit for the same quota is bound by the smaller one while its calls count.
    try folder.write(
      String(decoding: try folder.read("ledger.yaml"), as: UTF8.self)
        .replacingOccurrences(of: "requests_per_minute: 2", with: "requests_per_minute: 50"),
      to: "ledger.yaml")
    #expect(try await folder.ledgerctl("plan", "two.json").text.contains("Calls: 1 of exec, 0 may start now"))
  }

  private func actions(_ plan: JSONValue) -> [[String]] {
    (plan["assets"]?.array ?? []).map { asset in
      (asset["stages"]?.array ?? []).compactMap { $0["action"]?.string }
    }
  }
}
