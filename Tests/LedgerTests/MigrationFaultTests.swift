import CSQLite
import Core
import EventLog
import Testing

@testable import Migrations
@testable import SQLiteLedger

/// The making of a ledger and the step to a later version, with every operation of theirs failing or being the last
/// before the power goes. The later version is made up here: it writes pages of all sorts.
@Suite("A migration cut short") struct MigrationFaultTests {
  private static let codes = [SQLITE_FULL, SQLITE_IOERR | 3 << 8]

  /// Rewrites a table, makes one and indexes the events: pages of all sorts are written.
  private static func later() throws -> Migrator {
    let sql = """
      CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT;
      INSERT INTO notes (text) SELECT batch || ' ' || run FROM events;
      ALTER TABLE batches ADD COLUMN notes INTEGER NOT NULL DEFAULT 0;
      UPDATE batches SET notes = (SELECT count(*) FROM events WHERE events.batch = batches.batch);
      CREATE INDEX events_attempt ON events (attempt, batch);
      """
    let folder = TemporaryFolder()
    TemporaryFolder.write([], to: LedgerFolder(folder.path).database)
    let connection = try Connection(LedgerFolder(folder.path), access: .write)
    for text in Migrations.all.map(\.sql) + [Array(sql.utf8)] {
      try connection.execute(String(decoding: text, as: UTF8.self))
    }
    let schema = try SchemaFingerprint(of: connection).digest.hex
    return Migrator(
      migrations: Migrations.all + [Migration(name: "later", sql: Array(sql.utf8), schema: schema)])
  }

  /// A ledger of this version's with some 150 events, closed.
  private static func ledger() async throws -> (bytes: [UInt8], events: [Event]) {
    let home = TemporaryFolder(in: TemporaryFolder.memory)
    let store = try SQLiteEventStore.fresh(in: home)
    let events = try await EventMixture.fill(store)
    await store.close()
    return (TemporaryFolder.bytes(of: store.folder.database), events)
  }

  private static func folder(with database: [UInt8]) -> (home: TemporaryFolder, ledger: LedgerFolder) {
    let home = TemporaryFolder(in: TemporaryFolder.memory)
    TemporaryFolder.write(database, to: LedgerFolder(home.path).database)
    return (home, LedgerFolder(home.path))
  }

  /// Brings a ledger to the later version on a disk; whether that went well.
  private static func migrate(_ ledger: LedgerFolder, _ migrator: Migrator, vfs: String) -> Bool {
    guard let connection = try? Connection(ledger, access: .write, vfs: vfs) else { return false }
    defer { connection.close() }
    do {
      try migrator.migrate(connection, nowMs: 7)
      try connection.checkpoint()
      return true
    } catch {
      return false
    }
  }

  /// Continues from what is left: either version, intact, and every event as it was.
  private static func check(
    _ ledger: LedgerFolder, _ migrator: Migrator, events: [Event], done: Bool, _ when: String
  ) throws {
    let connection = try Connection(ledger, access: .write)
    defer { connection.close() }
    let found = try migrator.inspect(connection)
    #expect(
      found == .current || !done && found == .behind(applied: Migrations.all.count), "\(when): \(found)")
    try migrator.migrate(connection, nowMs: 8)
    #expect(try migrator.inspect(connection) == .current, "\(when)")
    #expect(try connection.text("PRAGMA integrity_check") == "ok", "\(when)")
    #expect(try connection.integer("SELECT count(*) FROM notes") == events.count, "\(when)")
    #expect(try connection.integer("SELECT sum(notes) FROM batches") == events.count, "\(when)")
    let rows = try connection.prepare("SELECT hash FROM events ORDER BY position")
    var hashes: [Digest?] = []
    while try rows.step() { hashes.append(rows.digest(0)) }
    #expect(hashes == events.map(\.hash), "\(when)")
  }

  @Test("Whatever operation of a migration fails, the ledger is of one version or the other, and continues")
  func failing() async throws {
    let migrator = try Self.later()
    let (bytes, events) = try await Self.ledger()
    let disk = FaultyDisk()
    var met = 0
    for operation in [FaultyDisk.Operations.write, .sync, .truncate] {
      for code in Self.codes {
        for number in Int32(1)... {
          let (home, ledger) = Self.folder(with: bytes)
          let before = disk.count(operation, of: [.any, .journal])
          disk.fail(operation, of: [.any, .journal], code: code, after: number, times: 1)
          let done = Self.migrate(ledger, migrator, vfs: disk.name)
          disk.mend()
          if disk.count(operation, of: [.any, .journal]) - before < number { break }
          met += 1
          try Self.check(
            ledger, migrator, events: events, done: done, "\(operation.rawValue) \(number) with \(code)")
          withExtendedLifetime(home) {}
        }
      }
    }
    #expect(met > 40, "Only \(met) operations.")
  }

  @Test(
    "Whenever the power goes during a migration, the ledger is of one version or the other, and continues")
  func power() async throws {
    let migrator = try Self.later()
    let (bytes, events) = try await Self.ledger()
    let disk = PowerDisk()
    var hasEnded = true
    var number = 0
    while hasEnded {
      number += 1
      disk.forget()
      let (home, ledger) = Self.folder(with: bytes)
      disk.end(at: number)
      let done = Self.migrate(ledger, migrator, vfs: disk.name)
      hasEnded = disk.hasEnded
      for seed: UInt64 in 0..<3 {
        let left = TemporaryFolder(in: TemporaryFolder.memory)
        _ = disk.cut(into: left.path, seed: UInt64(number) * 3 + seed)
        try Self.check(
          LedgerFolder(left.path), migrator, events: events, done: done, "operation \(number), seed \(seed)")
      }
      withExtendedLifetime(home) {}
    }
    #expect(number > 20, "Only \(number) operations.")
  }

  @Test("Whatever operation fails while a ledger is made, it is told, and the ledger is made the next time")
  func making() async throws {
    let disk = FaultyDisk()
    var met = 0
    for operation in [FaultyDisk.Operations.write, .sync] {
      for code in Self.codes {
        for number in Int32(1)... {
          let home = TemporaryFolder(in: TemporaryFolder.memory)
          let before = disk.count(operation, of: [.any, .journal])
          disk.fail(operation, of: [.any, .journal], code: code, after: number, times: 1)
          let first = await failure {
            await (try SQLiteEventStore.fresh(in: home, options: disk.options)).close()
          }
          disk.mend()
          if disk.count(operation, of: [.any, .journal]) - before < number { break }
          met += 1
          #expect(first != nil, "\(operation.rawValue) \(number) with \(code) goes unnoticed.")
          let store = try SQLiteEventStore.fresh(in: home)
          try await store.append(AppendRequest("demo", 0, .sample()))
          await store.close()
          #expect(try LedgerVerifier(store.folder).verify(integrity: .full).isWhole)
        }
      }
    }
    #expect(met > 50, "Only \(met) operations.")
  }
}
