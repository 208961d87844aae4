import EventLog
import Testing

@testable import SQLiteLedger

/// The database itself refuses, whoever asks: here through SQLite's own shell.
@Suite("Events are only ever appended") struct AppendOnlyTests {
  private let home = TemporaryFolder()
  private var database: String { LedgerFolder(home.path + "/.ledger").database }

  private static let columns =
    "position, version, time_ms, batch, run, type, asset, stage, attempt, payload, previous, hash"

  private func filled() async throws -> SQLiteEventStore {
    let store = try SQLiteEventStore.fresh(in: home)
    try await store.append(AppendRequest("demo", 0, .sample(), .sample()))
    try await store.append(AppendRequest("other", 0, .sample()))
    return store
  }

  private func dump() -> String {
    Command.run("sqlite3", database, "SELECT quote(hash), * FROM events").output
  }

  @Test(
    "The shell cannot change, delete or replace an event, nor put one out of order",
    arguments: [
      ("UPDATE events SET payload = x'00' WHERE position = 1", "events are never changed"),
      ("UPDATE OR REPLACE events SET position = 1 WHERE position = 3", "events are never changed"),
      ("DELETE FROM events WHERE position = 3", "events are never deleted"),
      ("DELETE FROM events", "events are never deleted"),
      ("REPLACE INTO events SELECT * FROM events WHERE position = 3", "takes the next position"),
      ("INSERT OR IGNORE INTO events SELECT * FROM events WHERE position = 1", "takes the next position"),
      (
        "INSERT INTO events SELECT * FROM events WHERE position = 3 ON CONFLICT DO UPDATE SET run = 'x'",
        "takes the next position"
      ),
      (insert(position: "3", version: "3"), "takes the next position"),
      (insert(position: "5", version: "3"), "takes the next position"),
      (insert(position: "NULL", version: "3"), "takes the next position"),
      (insert(position: "-1", version: "3"), "takes the next position"),
      (insert(position: "4", version: "2"), "takes the next version"),
      (insert(position: "4", version: "2", verb: "REPLACE"), "takes the next version"),
      (insert(position: "4", version: "4"), "takes the next version"),
      (insert(position: "4", version: "3", previous: "zeroblob(32)"), "names the hash"),
      (insert(position: "4", version: "3", previous: "NULL"), "names the hash"),
      (insert(position: "4", version: "3", batch: "'new'"), "takes the next version"),
      (insert(position: "4", version: "3", hash: "x'00'"), "CHECK constraint failed"),
      (insert(position: "4", version: "3", hash: "NULL"), "NOT NULL constraint failed"),
      (insert(position: "4", version: "3", time: "'now'"), "cannot store TEXT value in INTEGER column"),
    ])
  func shellIsRefused(_ sql: String, _ message: String) async throws {
    let store = try await filled()
    let before = dump()
    #expect(before.split(separator: "\n").count == 3)
    let outcome = Command.run("sqlite3", "-bail", database, sql)
    #expect(outcome.status != 0)
    #expect(outcome.output.contains(message), "\(outcome.output)")
    #expect(dump() == before)
    await store.close()
  }

  @Test("What fits the chain's form can be inserted, and its wrong hash is found by verifying")
  func forgedHash() async throws {
    let store = try await filled()
    #expect(Command.run("sqlite3", database, Self.insert(position: "4", version: "3")).status == 0)
    let found = try LedgerVerifier(store.folder).verify()
    #expect(found.finding?.position == 4)
    #expect(found.finding?.subject == .hash)
    await store.close()
  }

  private static func insert(
    position: String, version: String, batch: String = "'demo'", time: String = "1",
    previous: String = "(SELECT hash FROM events ORDER BY position DESC LIMIT 1)",
    hash: String = "randomblob(32)", verb: String = "INSERT"
  ) -> String {
    """
    \(verb) INTO events (\(columns)) VALUES
      (\(position), \(version), \(time), \(batch), 'r', 't', NULL, NULL, NULL, x'', \(previous), \(hash))
    """
  }
}
