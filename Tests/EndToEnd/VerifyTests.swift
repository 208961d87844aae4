import FileStore
import Foundation
import GitRepository
import StrictJSON
import Testing

@testable import Runner

@Suite("verify")
struct VerifyTests {
  @Test("A ledger after two batches is intact, and proven by its commits")
  func whole() async throws {
    let folder = try await landed()
    let verdict = try await folder.valid("verify", "verify")
    #expect(verdict["whole"] == true)
    #expect(verdict["findings"] == [])
    #expect(verdict["batches"] == 2)
    #expect(verdict["anchors"] == 3)
    let events = try await folder.events()
    #expect(verdict["events"] == JSONValue(events.count))
    #expect(verdict["anchored_position"] == JSONValue(events.count))
    #expect(verdict["hash"] == events.last?["hash"])
    let text = try await folder.ledgerctl("verify", "--deep")
    #expect(text.exit == 0)
    #expect(text.lines.last?.hasPrefix("Intact: \(events.count) events of 2 batches") == true)
  }

  @Test("A changed payload is found at its position; nothing is repaired then")
  func flipped() async throws {
    let folder = try await landed()
    try await folder.changeEvent(at: 7)
    let verdict = try await folder.valid("verify", "verify", exit: 1)
    #expect(verdict["first_bad_position"] == 7)
    let finding = try #require(verdict["findings"]?.array?.first { $0["level"] == "error" })
    #expect(finding["check"] == "chain")
    #expect(finding["position"] == 7)
    let repair = try await folder.ledgerctl("verify", "--repair")
    #expect(repair.exit == 1)
    #expect(repair.errors.contains("Nothing was repaired"))
  }

  @Test("A tail that is cut off contradicts .ledger/head, and without that file the commits")
  func cutTail() async throws {
    let folder = try await landed()
    let count = try await folder.events().count
    try await folder.sql(
      "DROP TRIGGER events_never_deleted; DELETE FROM event_keys WHERE position > 20; "
        + "UPDATE batches SET position = 20 WHERE position > 20; DELETE FROM events WHERE position > 20; "
        + "CREATE TRIGGER events_never_deleted BEFORE DELETE ON events\nBEGIN\n"
        + "  SELECT RAISE(ABORT, 'events are never deleted');\nEND;")
    let verdict = try await folder.valid("verify", "verify", exit: 1)
    #expect(verdict["first_bad_position"] == 20 || verdict["first_bad_position"] == 21)
    #expect(checks(verdict).contains("head"))
    try FileManager.default.removeItem(atPath: folder.root + "/.ledger/head")
    let again = try await folder.valid("verify", "verify", exit: 1)
    #expect(checks(again).contains("anchor"))
    #expect(!checks(again).contains("head"))
    #expect(count > 20)
  }

  @Test("Wrong rows of the batch table and the keys are found and rebuilt; no event is touched")
  func tables() async throws {
    let folder = try await landed()
    let before = try await folder.events()
    try await folder.sql(
      "UPDATE batches SET state = 'open' WHERE folded = 'second'; DELETE FROM event_keys WHERE position < 30;"
    )
    let verdict = try await folder.valid("verify", "verify", exit: 1)
    #expect(checks(verdict) == ["table", "table"])
    let repaired = try await folder.valid("verify", "verify", "--repair")
    #expect(repaired["findings"]?.array?.allSatisfy { $0["repaired"] == true } == true)
    #expect(try await folder.valid("verify", "verify")["findings"] == [])
    #expect(try await folder.events() == before)
  }

  @Test(
    "A placed file that vanished is put back; one that the user changed, or removed for good, is left alone")
  func files() async throws {
    let folder = try await landed()
    let lost = "assets/ASSET-3-nocturnal-canopy/usage.md"
    let changed = "assets/ASSET-3-nocturnal-canopy/context.md"
    let bytes = try folder.read(lost)
    try FileManager.default.removeItem(atPath: folder.root + "/" + lost)
    try folder.write("mine", to: changed)
    try folder.git("rm", "-q", "assets/ASSET-3-nocturnal-canopy/tokens.json")
    // As a repair leaves it that was killed.
    let mark = LedgerMark(".ledger", folder: folder.root + "/.ledger")
    let worktree = try FileWorktree(root: folder.root, token: mark.tokenOfRepairs)
    let halves = [worktree.ownPrefix, try #require(worktree.olderPrefix)].map {
      "assets/ASSET-3-nocturnal-canopy/\($0)-w0"
    }
    for half in halves { try folder.write("half", to: half) }
    let verdict = try await folder.valid("verify", "verify", exit: 1)
    let findings = try #require(verdict["findings"]?.array)
    #expect(findings.filter { $0["level"] == "error" }.map { $0["path"] } == [.string(lost)])
    #expect(findings.filter { $0["level"] == "note" }.map { $0["path"] } == [.string(changed)])
    let text = try await folder.ledgerctl("verify", "--repair")
    #expect(text.exit == 0)
    #expect(text.lines.contains { $0.hasPrefix("repaired: \"\(lost)\"") })
    #expect(try folder.read(lost) == bytes)
    for half in halves { #expect(!folder.exists(half)) }
    #expect(try folder.read(changed) == Array("mine".utf8))
    #expect(!folder.exists("assets/ASSET-3-nocturnal-canopy/tokens.json"))
  }

  @Test("Damaged objects are errors; objects of ended batches that are gone are a note")
  func objects() async throws {
    let folder = try await landed()
    let objects = try FileManager.default.contentsOfDirectory(atPath: folder.root + "/.ledger/objects")
      .sorted()
    try FileManager.default.removeItem(atPath: folder.root + "/.ledger/objects/" + objects[0])
    let gone = try await folder.valid("verify", "verify")
    #expect(gone["findings"]?.array?.map { $0["level"] } == ["note"])
    let damaged = folder.root + "/.ledger/objects/" + objects[1]
    try FileManager.default.removeItem(atPath: damaged)
    try Data("nothing".utf8).write(to: URL(fileURLWithPath: damaged))
    let verdict = try await folder.valid("verify", "verify", exit: 1)
    #expect(
      verdict["findings"]?.array?.contains { $0["check"] == "object" && $0["level"] == "error" } == true)
  }

  @Test("History that was reset away is a note; an amended commit still anchors the ledger")
  func history() async throws {
    let folder = try await landed()
    try folder.git("commit", "-q", "--amend", "--no-edit", "--date=2020-01-01T00:00:00Z")
    let amended = try await folder.valid("verify", "verify")
    #expect(amended["findings"]?.array?.map { $0["level"] } == ["note"])
    #expect(amended["anchors"] == 4)
    try folder.git("reset", "-q", "--hard", "HEAD~2")
    let reset = try await folder.valid("verify", "verify")
    #expect(reset["findings"]?.array?.allSatisfy { $0["level"] == "note" } == true)
    #expect(reset["findings"]?.array?.count == 2)
  }

  @Test(
    "A ref that a power cut took is made again where the batch landed, and the files beside it in the same go"
  )
  func lostRef() async throws {
    let folder = try await landed()
    let tip = try folder.git("rev-parse", "HEAD")
    try FileManager.default.removeItem(atPath: folder.root + "/assets/ASSET-3-nocturnal-canopy/usage.md")
    try FileManager.default.removeItem(atPath: folder.root + "/.git/refs/heads/main")
    let verdict = try await folder.valid("verify", "verify", exit: 1)
    #expect(checks(verdict).contains("ref"))
    // As a repair leaves it whose git was killed.
    try folder.write(tip, to: ".git/refs/heads/main.lock")
    #expect(try await folder.ledgerctl("verify", "--repair").exit == 0)
    #expect(try folder.git("rev-parse", "HEAD") == tip)
    #expect(try folder.git("status", "--porcelain") == "")
  }

  @Test("Another project's commits in the same repository are not a contradiction")
  func monorepo() async throws {
    let folder = try await landed()
    try folder.makeFolder("shop")
    try folder.git("-c", "core.excludesFile=", "status")
    let shop = folder.root + "/shop"
    _ = try await BuiltCommand.run(["init"], in: shop, environment: folder.environment)
    try folder.writeManifest("shop.json", batch: "shop") { $0.assets.removeLast(2) }
    let run = try await BuiltCommand.run(["run", "../shop.json"], in: shop, environment: folder.environment)
    #expect(run.exit == 0, "\(run.errors)")
    let outer = try await folder.valid("verify", "verify")
    #expect(outer["findings"]?.array?.allSatisfy { $0["level"] == "note" } == true)
    let inner = try await BuiltCommand.run(
      ["verify", "--format", "json"], in: shop, environment: folder.environment)
    #expect(inner.exit == 0, "\(inner.text)")
  }

  /// A repository in which two batches have landed.
  private func landed() async throws -> SampleFolder {
    let folder = try SampleFolder()
    #expect(try await folder.ledgerctl("run", "batch.json").exit == 0)
    try folder.writeManifest("second.json", batch: "second") { draft in
      draft.assets = [draft.assets[1]]
      draft.assets[0].score = 99
    }
    #expect(try await folder.ledgerctl("run", "second.json").exit == 0)
    return folder
  }

  private func checks(_ verdict: JSONValue) -> [String] {
    (verdict["findings"]?.array ?? []).filter { $0["level"] == "error" }.compactMap { $0["check"]?.string }
  }
}
