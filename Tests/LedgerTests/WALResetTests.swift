import CFaultVFS
import CSQLite
import EventLog
import Foundation
import Synchronization
import Testing

@testable import SQLiteLedger

/// SQLite before 3.51.3 can lose committed pages when one connection commits while another begins a checkpoint
/// (sqlite.org/wal.html, "the WAL-reset bug"). The ledger's lock keeps the two apart.
@Suite("SQLite's WAL-reset bug") struct WALResetTests {
  private let home = TemporaryFolder()
  private var folder: LedgerFolder { LedgerFolder(home.path + "/.ledger") }

  @Test(
    "Without a lock around it, a commit in the midst of another's checkpoint loses pages where SQLite has the bug"
  )
  func bugIsThere() throws {
    let path = home.path + "/plain.db"
    let writer = try PlainConnection(path)
    try writer.run("PRAGMA journal_mode = wal; CREATE TABLE rows(number INTEGER PRIMARY KEY, bytes BLOB)")
    let moment = Watcher()
    let other = try PlainConnection(path, vfs: moment.vfs)
    #expect(try other.number("SELECT count(*) FROM rows") == 0)
    func write(_ count: Int) throws {
      try writer.run(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < \(count)) "
          + "INSERT INTO rows(bytes) SELECT randomblob(3000) FROM n")
    }
    // A log of many pages, all of which a first checkpoint brings into the database.
    try write(60)
    try writer.checkpoint()
    // While a second checkpoint begins, a commit restarts the log.
    moment.onLogRead { try? write(1) }
    try other.checkpoint()
    #expect(moment.count(of: WATCH_LOG_READ) == 1, "the moment has to be met for the test to mean anything")
    // The log grows past where the second checkpoint says it came, a third one continues from there, and the log is
    // restarted: what was in its first part is nowhere.
    try write(100)
    try writer.checkpoint()
    try write(1)
    let reader = try PlainConnection(path)
    let isWhole =
      (try? reader.text("PRAGMA integrity_check")) == "ok"
      && (try? reader.number("SELECT count(*) FROM rows")) == 162
    #expect(isWhole != SQLiteVersion.hasWALResetBug(SQLiteVersion.text), "SQLite \(SQLiteVersion.text)")
  }

  @Test("Every write, sync and checkpoint of a store happens under the ledger's lock")
  func everythingUnderTheLock() async throws {
    let lock = folder.lock
    let watcher = Watcher { moment in
      // Whoever gets the lock at such a moment could have committed in it.
      let own = FileLock(path: lock)
      return moment != WATCH_LOG_READ && (try? own.lock()) != nil
    }
    var options = SQLiteEventStore.Options()
    options.vfs = watcher.vfs
    options.checkpointPages = 3
    for round in 0..<3 {
      let stores = try (0..<2).map { _ in
        try SQLiteEventStore(folder, mode: .readWrite(create: true), nowMs: 0, options: options)
      }
      for (number, store) in stores.enumerated() {
        for turn in 0..<12 {
          let events = (0..<(turn == 6 ? 50 : 1)).map { NewEvent.sample("stage.started", timeMs: Int64($0)) }
          _ = try await store.append(
            AppendRequest(
              batch: "batch-\(number)", expecting: try await Self.version(of: number, in: store),
              events: events, state: "open"))
          _ = try await stores[1 - number].head()
        }
      }
      for store in stores { await store.close() }
      let found = try LedgerVerifier(folder).verify(integrity: .full)
      #expect(found.isWhole, "\(found)")
      #expect(found.head.position == Int64((round + 1) * 2 * 61))
    }
    #expect(watcher.count(of: WATCH_CHECKPOINT_LOCK) > 60)
    #expect(watcher.count(of: WATCH_WRITE) > 500)
    #expect(watcher.unguarded == 0)
  }

  @Test(
    "Writers that come and go with a checkpoint after every append, readers beside them, one killed: all is there"
  )
  func stress() throws {
    let readers = (0..<2).map { _ in Child([Command.bench, "stress", folder.path, "reader-\(UUID())", "6"]) }
    let writers = (0..<4).map { Child([Command.bench, "stress", folder.path, "batch-\($0)", "14"]) }
    let doomed = Child([Command.bench, "stress", folder.path, "doomed", "100000"])
    var acknowledged: [String] = []
    for _ in 0..<60 { acknowledged += doomed.readLine().map { [$0] } ?? [] }
    doomed.signal(SIGKILL)
    _ = doomed.readToEnd()
    #expect(doomed.wait() == 128 + SIGKILL)
    for child in writers + readers {
      let lines = child.readToEnd().split(separator: "\n").map(String.init)
      #expect(child.wait() == 0, "\(lines.suffix(2))")
      acknowledged += lines
    }
    #expect(acknowledged.count > 60 + 4 * 50)
    let found = try LedgerVerifier(folder).verify(integrity: .full)
    #expect(found.isWhole, "\(found)")
    let rows = Command.run(
      "sqlite3", "-separator", " ", folder.database, "SELECT position, lower(hex(hash)) FROM events"
    ).output
    let present = Set(rows.split(separator: "\n").map(String.init))
    #expect(Set(acknowledged).isSubset(of: present))
    #expect(Set(acknowledged).count == acknowledged.count)
  }

  private static func version(of number: Int, in store: SQLiteEventStore) async throws -> Int64 {
    Int64(try await store.events(matching: EventQuery(batch: "batch-\(number)")).count)
  }
}

/// A connection of SQLite's own, with none of the ledger's care.
private final class PlainConnection {
  private let handle: OpaquePointer

  struct Failure: Error { var message: String }

  init(_ path: String, vfs: String? = nil) throws {
    var handle: OpaquePointer?
    let code = sqlite3_open_v2(path, &handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, vfs)
    guard code == SQLITE_OK, let handle else { throw Failure(message: "open: \(code)") }
    self.handle = handle
    try run("PRAGMA wal_autocheckpoint = 0")
  }

  deinit { sqlite3_close_v2(handle) }

  func run(_ sql: String) throws {
    guard sqlite3_exec(handle, sql, nil, nil, nil) == SQLITE_OK else {
      throw Failure(message: String(cString: sqlite3_errmsg(handle)))
    }
  }

  func checkpoint() throws {
    let code = sqlite3_wal_checkpoint_v2(handle, nil, SQLITE_CHECKPOINT_PASSIVE, nil, nil)
    guard code == SQLITE_OK else { throw Failure(message: "checkpoint: \(code)") }
  }

  func text(_ sql: String) throws -> String {
    var statement: OpaquePointer?
    defer { sqlite3_finalize(statement) }
    guard sqlite3_prepare_v2(handle, sql, -1, &statement, nil) == SQLITE_OK,
      sqlite3_step(statement) == SQLITE_ROW, let text = sqlite3_column_text(statement, 0)
    else { throw Failure(message: String(cString: sqlite3_errmsg(handle))) }
    return String(cString: text)
  }

  func number(_ sql: String) throws -> Int { Int(try text(sql)) ?? -1 }
}

/// A SQLite file system that counts its moments, and those at which something was not as it should be.
private final class Watcher: Sendable {
  private struct Seen {
    var counts: [Int32: Int] = [:]
    var unguarded = 0
  }

  /// `@unchecked Sendable`: set before the one call that has it run.
  private final class Once: @unchecked Sendable {
    var body: (() -> Void)?
  }

  let vfs: String
  private let seen = Mutex(Seen())
  private let isUnguarded: @Sendable (Int32) -> Bool
  private let once = Once()

  init(isUnguarded: @escaping @Sendable (Int32) -> Bool = { _ in false }) {
    vfs = "watch-\(UUID())"
    self.isUnguarded = isUnguarded
    // Kept until the process ends, as the file system is.
    let context = Unmanaged.passRetained(self).toOpaque()
    watch_vfs_make(
      vfs,
      { context, moment in
        guard let context else { return }
        Unmanaged<Watcher>.fromOpaque(context).takeUnretainedValue().look(moment)
      }, context)
  }

  var unguarded: Int { seen.withLock { $0.unguarded } }

  func count(of moment: some BinaryInteger) -> Int { seen.withLock { $0.counts[Int32(moment)] ?? 0 } }

  /// Has something done once, the next time a checkpoint has read the log's header.
  func onLogRead(_ body: @escaping () -> Void) { once.body = body }

  private func look(_ moment: Int32) {
    let isBad = isUnguarded(moment)
    seen.withLock { seen in
      seen.counts[moment, default: 0] += 1
      seen.unguarded += isBad ? 1 : 0
    }
    guard moment == Int32(WATCH_LOG_READ), let body = once.body else { return }
    once.body = nil
    body()
  }
}
