import Core
import Foundation
import GitRepository
import Testing

@testable import Runner

@Suite("prune")
struct PruneTests {
  @Test("What is young stays, whatever names it; an old orphan and old results are told apart")
  func toldApart() async throws {
    let folder = try SampleFolder()
    #expect(try await folder.ledgerctl("run", "batch.json").exit == 0)
    let young = try await folder.valid("prune", "prune", "--keep", "0s")
    #expect(young["objects"] == [])
    try folder.age()
    let orphan = try folder.orphan()
    let recent = try await folder.valid("prune", "prune", "--dry-run")
    #expect(recent["objects"]?.array?.map { $0["object"] } == [.string(orphan)])
    #expect(recent["objects"]?.array?.first?["named_by"] == nil)
    let all = try await folder.valid("prune", "prune", "--keep", "0s")
    let entries = try #require(all["objects"]?.array)
    #expect(entries.count > 12)
    #expect(entries.filter { $0["named_by"] == nil }.count == 1)
    #expect(all["kept"] == 0)
    #expect(try folder.objects().count == entries.count)
  }

  @Test("With --yes it removes them; verify calls that a note, and the assets run again when they are wanted")
  func removes() async throws {
    let folder = try SampleFolder()
    #expect(try await folder.ledgerctl("run", "batch.json").exit == 0)
    try folder.age()
    let text = try await folder.ledgerctl("prune", "--keep", "0s", "--yes")
    #expect(text.exit == 0, "\(text.errors)")
    #expect(text.lines[0] == "Removed: 0 objects, 0.0 MB that no event names")
    #expect(try folder.objects() == [])
    let verdict = try await folder.valid("verify", "verify")
    #expect(verdict["whole"] == true)
    try folder.writeManifest("again.json", batch: "again") { $0.assets.removeLast(2) }
    let result = try await folder.ledgerctl("run", "again.json", "--format", "json").json()
    #expect(result["batches"]?.array?.first?["state"] == "committed")
    #expect(result["batches"]?.array?.first?["extractor"]?["calls"] == 1)
  }

  @Test("Nothing that an unfinished batch needs is removed, and it continues afterwards")
  func unfinished() async throws {
    let folder = try SampleFolder()
    #expect(try await folder.ledgerctl("run", "batch.json", "--until", "packaged").exit == 0)
    try folder.age()
    let orphan = try folder.orphan()
    let report = try await folder.valid("prune", "prune", "--keep", "0s", "--yes")
    #expect(report["objects"]?.array?.map { $0["object"] } == [.string(orphan)])
    #expect(try await folder.ledgerctl("resume", "@last").exit == 0)
    #expect(try folder.commits() == 2)
  }

  @Test("While a run is active nothing is removed: 75, and who")
  func atWork() async throws {
    let folder = try SampleFolder()
    let calls = try Gate.inExtractor(of: folder)
    let run = try folder.start("run", "batch.json", "--format", "jsonl")
    let process = try await calls.waitForOne(of: run)
    try folder.age()
    let orphan = try folder.orphan()
    let outcome = try await folder.ledgerctl("prune", "--keep", "0s", "--yes")
    #expect(outcome.exit == 75)
    #expect(outcome.errors.contains("process \(process)"))
    #expect(try folder.objects().contains(orphan))
    calls.letAllGo()
    while try await run.readChunk() != nil {}
    #expect(await run.waitForExit() == .code(0))
  }

  @Test("Where the events are not intact nothing is removed: what they name proves nothing")
  func brokenChain() async throws {
    let folder = try SampleFolder()
    #expect(try await folder.ledgerctl("run", "batch.json").exit == 0)
    try folder.age()
    let objects = try folder.objects()
    try await folder.changeEvent(at: 7)
    let outcome = try await folder.ledgerctl("prune", "--keep", "0s", "--yes")
    #expect(outcome.exit == 74)
    #expect(outcome.errors.contains("position 7"))
    #expect(try folder.objects() == objects)
  }

  @Test("--yes and --dry-run at once are refused")
  func contradiction() async throws {
    let folder = try SampleFolder()
    #expect(try await folder.ledgerctl("init").exit == 0)
    #expect(try await folder.ledgerctl("prune", "--yes", "--dry-run").exit == 64)
    #expect(try await folder.ledgerctl("prune", "--keep", "soon").exit == 64)
  }
}

extension SampleFolder {
  fileprivate func objects() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: root + "/.ledger/objects").sorted()
  }

  /// Makes every object two days old.
  fileprivate func age() throws {
    for name in try objects() { try age(name) }
  }

  private func age(_ name: String) throws {
    try FileManager.default.setAttributes(
      [.modificationDate: Date(timeIntervalSinceNow: -172_800)],
      ofItemAtPath: root + "/.ledger/objects/" + name)
  }

  /// Puts an old object there that nothing names.
  fileprivate func orphan() throws -> String {
    let bytes = Array("an orphan".utf8)
    let name = Digest.sha256(bytes).hex
    try write(bytes, to: ".ledger/objects/" + name)
    try age(name)
    return name
  }
}
