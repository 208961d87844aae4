import Core
import EventLog
import Migrations

/// Brings a ledger's schema to this version's, and refuses what is not a ledger of ours.
///
/// Each migration is applied once, in order; all that are missing share one transaction, which also records their names,
/// digests and time and sets the schema version: killed at any point, the ledger is of the version it was, or of this.
struct Migrator {
  /// "LGCT": what the file's header says it is.
  static let applicationID: Int64 = 0x4C47_4354

  /// What an inspection found.
  enum Finding: Equatable {
    case current
    /// An empty database, or an older version's; `applied` is the number of migrations it has.
    case behind(applied: Int)
  }

  var migrations: [Migration] = Migrations.all

  /// Looks whether a database is a ledger that this version can work with; reads only.
  func inspect(_ connection: Connection) throws(StoreError) -> Finding {
    let path = connection.path
    try connection.execute("BEGIN")
    defer { try? connection.execute("COMMIT") }
    let application = try connection.integer("PRAGMA application_id")
    let version = Int(try connection.integer("PRAGMA user_version"))
    let schema = try SchemaFingerprint(of: connection)
    if application == 0, version == 0, schema.isEmpty { return .behind(applied: 0) }
    guard application == Self.applicationID else {
      throw StoreError.damaged(
        path: path,
        finding: "it is not a ledger: expected application id \(Self.applicationID), found \(application)")
    }
    guard version <= migrations.count else {
      throw StoreError.newer(
        path: path, found: Int32(version), supported: Int32(migrations.count))
    }
    guard version > 0 else { throw StoreError.damaged(path: path, finding: "its schema version is 0") }
    let applied = migrations.prefix(version)
    guard schema.digest.hex == migrations[version - 1].schema else {
      throw StoreError.damaged(path: path, finding: schema.difference(from: applied))
    }
    try compareRecorded(applied, on: connection)
    return version == migrations.count ? .current : .behind(applied: version)
  }

  /// Applies what is missing. The caller holds the ledger's lock; another process may have been here before.
  func migrate(_ connection: Connection, nowMs: Int64) throws(StoreError) {
    guard try connection.text("PRAGMA journal_mode = WAL") == "wal" else {
      throw StoreError.unsupported(path: connection.path, reason: "write-ahead logging is not possible here")
    }
    try connection.requireDurability()
    guard case .behind(let applied) = try inspect(connection) else { return }
    try connection.execute("BEGIN IMMEDIATE")
    do throws(StoreError) {
      for index in applied..<migrations.count {
        try apply(migrations[index], version: index + 1, on: connection, nowMs: nowMs)
      }
      try connection.execute("COMMIT")
    } catch {
      if connection.isInTransaction { try? connection.execute("ROLLBACK") }
      throw error
    }
  }

  private func apply(
    _ migration: Migration, version: Int, on connection: Connection, nowMs: Int64
  ) throws(StoreError) {
    try connection.execute(String(decoding: migration.sql, as: UTF8.self))
    let record = try connection.prepare(
      "INSERT INTO migrations (version, name, digest, applied_ms) VALUES (?1, ?2, ?3, ?4)")
    record.bind(1, Int64(version))
    record.bind(2, migration.name)
    record.bind(3, Digest.sha256(migration.sql).bytes)
    record.bind(4, nowMs)
    try record.run()
    try connection.execute("PRAGMA application_id = \(Self.applicationID)")
    try connection.execute("PRAGMA user_version = \(version)")
  }

  private func compareRecorded(
    _ applied: some Collection<Migration>, on connection: Connection
  ) throws(StoreError) {
    let rows = try connection.prepare("SELECT name, digest FROM migrations ORDER BY version")
    for migration in applied {
      let expected = Digest.sha256(migration.sql)
      guard try rows.step(), let found = rows.digest(1) else {
        throw StoreError.damaged(
          path: connection.path, finding: "migration \"\(migration.name)\" is not recorded")
      }
      guard rows.text(0) == migration.name, found == expected else {
        throw StoreError.migrationEdited(name: rows.text(0), expected: expected, found: found)
      }
    }
    rows.reset()
  }
}

extension Connection {
  /// Sets what makes a commit durable, and reads it back: settings have been known not to take.
  func requireDurability() throws(StoreError) {
    try execute("PRAGMA synchronous = FULL")
    let synchronous = try integer("PRAGMA synchronous")
    let journal = try text("PRAGMA journal_mode")
    guard synchronous == 2, journal == "wal" else {
      throw StoreError.unsupported(
        path: path,
        reason: "expected journal_mode wal and synchronous 2, found \(journal) and \(synchronous)")
    }
  }
}
