import Core
import EventLog
import Glibc
import Testing

@testable import SQLiteLedger

@Suite("Verifying a ledger") struct LedgerVerifierTests {
  let home = TemporaryFolder()
  var folder: LedgerFolder { LedgerFolder(home.path + "/.ledger") }

  /// Makes a ledger of some 150 events, and returns them.
  func fill() async throws -> [Event] {
    let store = try SQLiteEventStore.fresh(in: home)
    let events = try await EventMixture.fill(store)
    await store.close()
    return events
  }

  /// Does what an owner of the file can: drops the triggers, changes rows, and puts the triggers back.
  func tamper(_ sql: String) {
    let schema = Command.run(
      "sqlite3", folder.database, "SELECT sql || ';' FROM sqlite_schema WHERE type = 'trigger'"
    ).output
    let drop = """
      DROP TRIGGER events_never_updated; DROP TRIGGER events_never_deleted;
      DROP TRIGGER events_only_appended;
      """
    let outcome = Command.run("sqlite3", "-bail", folder.database, "BEGIN; \(drop) \(sql); \(schema) COMMIT")
    #expect(outcome.status == 0, "\(outcome.output)")
  }

  private func verify(_ anchors: LedgerHead...) throws(StoreError) -> LedgerVerification {
    try LedgerVerifier(folder).verify(anchors: anchors)
  }

  @Test("An undamaged ledger is intact: head, batches and every anchor")
  func whole() async throws {
    let events = try await fill()
    let last = try #require(events.last)
    let anchors = [events[9], events[0], last].map { LedgerHead(position: $0.position, hash: $0.hash) }
    let start = LedgerHead(position: 0, hash: .zero)
    let found = try LedgerVerifier(folder).verify(anchors: anchors + [start], integrity: .full)
    #expect(found.isWhole, "\(found)")
    #expect(found.head == LedgerHead(position: last.position, hash: last.hash))
    #expect(found.batches == 3)
    #expect(found.anchors.count == 4)
  }

  @Test("An empty ledger is intact")
  func empty() async throws {
    await (try SQLiteEventStore.fresh(in: home)).close()
    let found = try verify()
    #expect(found.isWhole && found.head.position == 0 && found.batches == 0)
  }

  @Test(
    "Whatever is changed in a row, the first wrong position is named",
    arguments: [
      "time_ms = time_ms + 1", "run = run || 'x'", "type = 'other'",
      "asset = CASE WHEN asset IS NULL THEN '' END",
      "stage = coalesce(stage, '') || 'x'", "attempt = 0", "payload = x'7b7d20'", "payload = x''",
      "hash = randomblob(32)", "batch = 'elsewhere'", "version = version + 1000", "previous = randomblob(32)",
    ])
  func changedRow(_ change: String) async throws {
    _ = try await fill()
    tamper("UPDATE events SET \(change) WHERE position = 77")
    let found = try verify()
    #expect(found.finding?.position == 77, "\(found)")
    #expect(found.head.position == 76)
    #expect(!found.isWhole)
  }

  @Test("A row taken out of the middle is named, and so is one at a position of 0")
  func missingRow() async throws {
    _ = try await fill()
    tamper("PRAGMA foreign_keys = OFF; DELETE FROM events WHERE position = 50")
    let found = try verify()
    #expect(
      found.finding
        == LedgerVerification.Finding(position: 50, subject: .position, expected: "50", found: "51"))
  }

  @Test("A tail that was cut is seen by an anchor, and by the head that is kept beside the ledger")
  func cutTail() async throws {
    let events = try await fill()
    let last = try #require(events.last)
    let kept = LedgerHead(position: last.position, hash: last.hash)
    try LedgerHeadFile.write(kept, in: folder)
    tamper("DELETE FROM events WHERE position > 100; DELETE FROM batches")
    let anchor = try #require(try LedgerHeadFile.read(in: folder))
    let found = try verify(anchor)
    #expect(found.finding == nil)
    #expect(found.head.position == 100)
    #expect(found.anchors == [LedgerVerification.Anchor(head: kept, found: nil)])
    #expect(!found.isWhole)
  }

  @Test("A chain that was rebuilt from a changed event on contradicts the anchors after it")
  func rebuiltChain() async throws {
    let events = try await fill()
    let other = TemporaryFolder()
    let forged = try SQLiteEventStore.fresh(in: other)
    for event in events {
      let payload = event.position == 60 ? "{\"forged\":1}" : "{}"
      let new = NewEvent(
        timeMs: event.timeMs, run: event.run, type: event.type, asset: event.asset, stage: event.stage,
        attempt: event.attempt, payload: Array(payload.utf8))
      try await forged.append(
        AppendRequest(batch: event.batch, expecting: event.version - 1, events: [new], state: "open"))
    }
    await forged.close()
    let anchors = [59, 60, 120].map {
      LedgerHead(position: events[$0 - 1].position, hash: events[$0 - 1].hash)
    }
    let found = try LedgerVerifier(forged.folder).verify(anchors: anchors)
    #expect(found.finding == nil)
    #expect(found.anchors.map(\.holds) == [true, false, false])
    #expect(!found.isWhole)
  }

  @Test("A ledger copied without its log lacks what the head file knows of")
  func missingLog() async throws {
    let store = try SQLiteEventStore.fresh(in: home)
    let last = try #require(try await EventMixture.fill(store).last)
    let copy = TemporaryFolder()
    TemporaryFolder.write(
      TemporaryFolder.bytes(of: folder.database), to: LedgerFolder(copy.path).database)
    await store.close()
    let kept = LedgerHead(position: last.position, hash: last.hash)
    let found = try LedgerVerifier(LedgerFolder(copy.path)).verify(anchors: [kept])
    #expect(!found.isWhole)
    #expect(found.anchors == [LedgerVerification.Anchor(head: kept, found: nil)])
  }

  @Test("A flipped bit on any page is found or hit nothing that is used, and reading it never crashes")
  func flippedBits() async throws {
    _ = try await fill()
    let connection = try Connection(folder, access: .write)
    // SQLite opens the log with the first read, and has nothing to checkpoint before.
    #expect(try connection.integer("SELECT count(*) FROM events") > 100)
    try connection.checkpoint()
    connection.close()
    unlink(folder.database + "-wal")
    unlink(folder.database + "-shm")
    let whole = TemporaryFolder.bytes(of: folder.database)
    #expect(try LedgerVerifier(folder).verify(integrity: .full).isWhole)
    var generator = SeededGenerator(seed: 3)
    let before = shell(Self.content)
    var seen = 0
    for page in 0..<(whole.count / 4096) {
      for _ in 0..<4 {
        var bytes = whole
        bytes[page * 4096 + Int.random(in: 0..<4096, using: &generator)] ^=
          1 << UInt8.random(in: 0..<8, using: &generator)
        TemporaryFolder.write(bytes, to: folder.database)
        unlink(folder.database + "-wal")
        unlink(folder.database + "-shm")
        let isWhole: Bool
        do { isWhole = try LedgerVerifier(folder).verify(integrity: .full).isWhole } catch { isWhole = false }
        if isWhole { #expect(shell(Self.content) == before, "page \(page), seed 3") } else { seen += 1 }
      }
    }
    #expect(seen > 10, "Flips are found at all: \(seen) were.")
  }

  private static let content = "SELECT * FROM events; SELECT * FROM batches; SELECT * FROM event_keys"

  private func shell(_ sql: String) -> String { Command.run("sqlite3", folder.database, sql).output }

  @Test("The tables derived from the events are compared, and rebuilt without touching an event")
  func derivedTables() async throws {
    let events = try await fill()
    let key = Digest.sha256([9])
    let project: @Sendable ([Event]) -> BatchProjection = { events in
      BatchProjection(state: "open", keys: events.first.map { [$0.position: key] } ?? [:])
    }
    tamper(
      """
      DELETE FROM batches WHERE batch = 'one'; UPDATE batches SET version = 7 WHERE batch = 'two';
      UPDATE batches SET state = 'odd' WHERE batch = 'three';
      INSERT INTO batches VALUES ('stray', 'stray', 1, 'open', 1, 1);
      INSERT INTO event_keys VALUES (zeroblob(32), 5)
      """)
    let found = try verify()
    #expect(found.finding == nil)
    #expect(found.tables.count == 3, "\(found.tables)")
    let store = try SQLiteEventStore.fresh(in: home)
    let seen = try await store.tableDisagreements(projecting: project)
    let mended = try await store.rebuildTables(projecting: project)
    #expect(seen == mended)
    // One row missing, one wrong in version, one in state, one stray; one key stray, one a batch missing.
    #expect(mended.count == 8)
    #expect(mended.contains(.keyStray(.zero, position: 5)))
    let left = try await store.tableDisagreements(projecting: project)
    #expect(left == [])
    let underKey = try await store.events(underKey: key)
    #expect(underKey.count == 3)
    let after = try await store.events(matching: EventQuery())
    #expect(after == events)
    await store.close()
    #expect(try verify().isWhole)
  }
}
