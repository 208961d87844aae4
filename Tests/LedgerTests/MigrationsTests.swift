import Core
import EventLog
import Testing

@testable import Migrations
@testable import SQLiteLedger

@Suite("Migrations") struct MigrationsTests {
  static let folder =
    #filePath.split(separator: "/").dropLast(3).reduce("") { $0 + "/" + $1 } + "/migrations/sql"

  @Test("The list of migrations is the folder's, in order and byte for byte")
  func listMatchesFolder() {
    let names = TemporaryFolder.names(in: Self.folder)
    #expect(Migrations.all.map { $0.name + ".sql" } == names)
    for (index, migration) in Migrations.all.enumerated() {
      #expect(migration.sql == TemporaryFolder.bytes(of: "\(Self.folder)/\(migration.name).sql"))
      let digits = String(index + 1)
      let number = String(repeating: "0", count: 4 - digits.count) + digits
      #expect(migration.name.hasPrefix(number + "_"))
    }
  }

  @Test(
    "A ledger of version 1 is read as it is, brought to this version by who writes, and its calls still count"
  )
  func older() async throws {
    let home = TemporaryFolder()
    let folder = LedgerFolder(home.path)
    let limits = CallLimits(perMinute: 1, inFlight: nil)
    do {
      try folder.create()
      let connection = try Connection(folder, access: .write)
      defer { connection.close() }
      try Migrator(migrations: [Migrations.all[0]]).migrate(connection, nowMs: 7)
      try connection.execute(
        "INSERT INTO limiter_calls (id, limiter, wall_ms, boot_ms, boot, lease_ms) "
          + "VALUES ('1', 'mcp', 0, 0, '\(Moment.boot(ms: 0).boot)', 9)")
      try connection.checkpoint()
    }
    func allowed(_ mode: SQLiteEventStore.Mode) async throws -> Int {
      let store = try SQLiteEventStore(folder, mode: mode, nowMs: 8)
      let found = try await store.allowance(of: "mcp", under: limits, at: .boot(ms: 5))
      await store.close()
      return found.calls
    }
    let bytes = TemporaryFolder.bytes(of: folder.database)
    #expect(try await allowed(.readOnly) == 0)
    #expect(try await allowed(.observing) == 0)
    #expect(TemporaryFolder.bytes(of: folder.database) == bytes)
    #expect(try await allowed(.readWrite(create: false)) == 0)
    let version = Command.run("sqlite3", folder.database, "PRAGMA user_version").output
    #expect(version == "\(Migrations.all.count)")
  }

  @Test("The schema each migration says it leaves is the one it leaves")
  func schemaMatches() throws {
    for count in 1...Migrations.all.count {
      let folder = TemporaryFolder()
      let ledger = LedgerFolder(folder.path)
      TemporaryFolder.write([], to: ledger.database)
      let connection = try Connection(ledger, access: .write)
      for migration in Migrations.all.prefix(count) {
        try connection.execute(String(decoding: migration.sql, as: UTF8.self))
      }
      #expect(try SchemaFingerprint(of: connection).digest.hex == Migrations.all[count - 1].schema)
    }
  }
}
