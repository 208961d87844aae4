import Foundation
import Testing

@testable import Runner

/// What 0.1.0 left is opened, resumed and verified by every later version.
@Suite("A ledger of 0.1.0")
struct OlderLedgerTests {
  private static let batches = [
    "half-placed", "unconfirmed", "held", "cancelled", "undone", "interrupted", "waiting", "failed",
    "updated",
    "landed",
  ]

  @Test("It is verified, and every batch is told, without a change")
  func looking() async throws {
    let project = try OlderProject("0.1.0")
    let database = try Data(contentsOf: URL(fileURLWithPath: project.root + "/.ledger/ledger.db"))
    let verdict = try await project.ledgerctl("verify", "--deep", "--format", "json")
    #expect(verdict.exit == 0, "\(verdict.text) \(verdict.errors)")
    #expect(try verdict.json()["events"] == 175)

    let status = try await project.ledgerctl("status", "--format", "json")
    #expect(status.exit == 0, "\(status.errors)")
    let told = try #require(status.json()["batches"]?.array)
    #expect(told.map { $0["batch"]?.string } == Self.batches)
    #expect(
      told.map { $0["state"]?.string } == [
        "packaged", "placed", "packaged", "cancelled", "cancelled", "open", "open", "open", "committed",
        "committed",
      ])
    var position = 0
    for batch in Self.batches {
      let events = try await project.events(batch)
      #expect(events.first?["type"] == "batch.registered", "\(batch)")
      position += events.count
      for verb in ["status", "events", "report"] {
        let outcome = try await project.ledgerctl(verb, batch)
        #expect(outcome.exit == 0, "\(verb) \(batch): \(outcome.errors)")
        #expect(!outcome.lines.isEmpty, "\(verb) \(batch)")
      }
      for asset in Set(events.compactMap { $0["asset"]?.string }) {
        let outcome = try await project.ledgerctl("explain", batch, asset)
        #expect(outcome.exit == 0, "explain \(batch) \(asset): \(outcome.errors)")
      }
    }
    #expect(position == 175)
    #expect(try Data(contentsOf: URL(fileURLWithPath: project.root + "/.ledger/ledger.db")) == database)
  }

  @Test(
    "Each batch that was running lands with one commit",
    arguments: ["held", "waiting", "interrupted", "unconfirmed", "half-placed"])
  func resumed(batch: String) async throws {
    let project = try OlderProject("0.1.0")
    try project.nameExtractor(of: batch)
    let before = try await project.events(batch).count
    let resumed = try await project.ledgerctl("resume", batch)
    #expect(resumed.exit == 0, "\(resumed.errors)")
    try await project.expectLanded(batch, after: before)
  }

  @Test("All of them land one after another, and what they change in each other's is seen")
  func all() async throws {
    let project = try OlderProject("0.1.0")
    for batch in ["interrupted", "waiting", "held", "half-placed", "unconfirmed"] {
      try project.nameExtractor(of: batch)
      let resumed = try await project.ledgerctl("resume", batch)
      #expect(resumed.exit == 0, "\(batch): \(resumed.errors)")
    }
    for batch in ["interrupted", "waiting", "held", "half-placed", "unconfirmed"] {
      #expect(try project.commits(of: batch) == 1, "\(batch)")
    }
    #expect(try project.git("status", "--porcelain") == "")
    let verdict = try await project.ledgerctl("verify", "--deep")
    #expect(verdict.exit == 0, "\(verdict.text)")
  }

  @Test("What has landed has landed", arguments: ["landed", "updated"])
  func landed(batch: String) async throws {
    let project = try OlderProject("0.1.0")
    let commits = try project.git("rev-list", "--count", "HEAD")
    let again = try await project.ledgerctl("run", batch + ".json")
    #expect(again.exit == 0, "\(again.errors)")
    #expect(try project.git("rev-list", "--count", "HEAD") == commits)
    let verdict = try await project.ledgerctl("verify", "--deep")
    #expect(verdict.exit == 0, "\(verdict.text)")
  }

  @Test("What failed for a damaged image lands once the image is repaired, and the other asset is reused")
  func repaired() async throws {
    let project = try OlderProject("0.1.0")
    let before = try await project.events("failed").count
    let image = try Data(contentsOf: URL(fileURLWithPath: project.root + "/images/c-1.png"))
    try image.write(to: URL(fileURLWithPath: project.root + "/images/b-2.png"))
    let run = try await project.ledgerctl("run", "failed.json")
    #expect(run.exit == 0, "\(run.errors)")
    try await project.expectLanded("failed", after: before)
    let later = try await project.events("failed").dropFirst(before)
    let started = later.filter { $0["type"] == "stage.started" }.compactMap { $0["asset"]?.string }
    #expect(Set(started) == ["B-2"])
  }

  @Test("What was cancelled is registered again, and reuses what it had", arguments: ["undone", "cancelled"])
  func cancelled(batch: String) async throws {
    let project = try OlderProject("0.1.0")
    let again = try await project.ledgerctl("run", batch + ".json")
    #expect(again.exit == 0, "\(again.errors)")
    try await project.expectLanded(batch)
  }
}

extension OlderProject {
  /// Configures the program that a batch was registered with; the others were registered with none.
  fileprivate func nameExtractor(of batch: String) throws {
    let scripts = ["waiting": "extract.sh", "interrupted": "extract-2.sh"]
    guard let script = scripts[batch] else { return }
    try write("extractor: { kind: exec, command: [/bin/sh, \(script)] }\n", to: "ledger.yaml")
  }

  /// The batch's commit is the only one of its name and holds its files, and the ledger is intact.
  fileprivate func expectLanded(_ batch: String, after count: Int = 0) async throws {
    #expect(try commits(of: batch) == 1)
    let events = try await events(batch)
    #expect(events.count > count)
    #expect(events.filter { $0["type"] == "commit.confirmed" }.count == 1)
    #expect(events.contains { $0["type"] == "batch.completed" })
    let others =
      batch == "half-placed" ? "" : "?? assets/A-1-night-canopy-blue/\n?? assets/I-1-lechenaultia/\n"
    #expect(try git("status", "--porcelain") == others)
    let verdict = try await ledgerctl("verify", "--deep")
    #expect(verdict.exit == 0, "\(verdict.text)")
  }
}
