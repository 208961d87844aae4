import Core
import EventLog
import Glibc
import Testing

@testable import SQLiteLedger

@Suite("Opening a ledger") struct LedgerOpeningTests {
  private let home = TemporaryFolder()
  private var folder: LedgerFolder { LedgerFolder(home.path + "/.ledger") }

  private func open(_ mode: SQLiteEventStore.Mode) throws(StoreError) -> SQLiteEventStore {
    try SQLiteEventStore(folder, mode: mode, nowMs: 5)
  }

  private func shell(_ sql: String) -> Command.Outcome {
    Command.run("sqlite3", "-bail", folder.database, sql)
  }

  private func mode(of path: String) -> mode_t {
    var there = stat()
    return stat(path, &there) == 0 ? there.st_mode & 0o7777 : 0
  }

  /// The digest of every file of the ledger's folder that holds something; marks of readers aside.
  private func everything() -> [String: Digest] {
    var all: [String: Digest] = [:]
    for name in TemporaryFolder.names(in: folder.path) where name != "ledger.db-shm" {
      let bytes = TemporaryFolder.bytes(of: folder.path + "/" + name)
      if !bytes.isEmpty { all[name] = Digest.sha256(bytes) }
    }
    return all
  }

  @Test("A new ledger is ours alone to read, in WAL mode, marked with application id and version")
  func newLedger() async throws {
    let store = try SQLiteEventStore.fresh(in: home)
    try await store.append(AppendRequest("demo", 0, .sample()))
    #expect(mode(of: folder.path) == 0o700)
    #expect(mode(of: folder.locks) == 0o700)
    for name in ["ledger.db", "ledger.db-wal", "ledger.db-shm", "locks/ledger.lock"] {
      #expect(mode(of: folder.path + "/" + name) == 0o600, "\(name)")
    }
    #expect(TemporaryFolder.names(in: folder.locks) == ["ledger.lock"])
    await store.close()
    let pragmas = "PRAGMA journal_mode; PRAGMA application_id; PRAGMA user_version"
    #expect(shell(pragmas).output == "wal\n1279738708\n2")
    let recorded = shell("SELECT version, name, lower(hex(digest)), applied_ms FROM migrations").output
    let digests = Migrator().migrations.map { Digest.sha256($0.sql) }
    #expect(
      recorded == "1|0001_events|\(digests[0])|1700000000000\n2|0002_call_limits|\(digests[1])|1700000000000")
  }

  @Test("Without create, or for reading, a missing ledger is an error and nothing is made")
  func missing() async {
    for mode in [SQLiteEventStore.Mode.readOnly, .readWrite(create: false)] {
      guard case .failed("open", ENOENT, _) = await failure(of: { _ = try open(mode) }) else {
        Issue.record("expected ENOENT")
        return
      }
    }
    #expect(TemporaryFolder.names(in: home.path) == [])
  }

  @Test("Closing empties a long log, so that the next opening need not read it")
  func longLogIsEmptied() async throws {
    let store = try SQLiteEventStore.fresh(in: home)
    for version: Int64 in 0..<20 { try await store.append(AppendRequest("demo", version, .sample())) }
    #expect(TemporaryFolder.bytes(of: folder.database + "-wal").count > 100_000)
    await store.close()
    #expect(TemporaryFolder.bytes(of: folder.database + "-wal") == [])
    let again = try open(.readOnly)
    let head = try await again.head()
    #expect(head.position == 20)
    await again.close()
  }

  @Test("Closing leaves a short log alone: no checkpoint, and the next opening reads from it")
  func noCheckpointOnClose() async throws {
    let store = try SQLiteEventStore.fresh(in: home)
    let before = TemporaryFolder.bytes(of: folder.database)
    try await store.append(AppendRequest("demo", 0, .sample()))
    await store.close()
    #expect(TemporaryFolder.bytes(of: folder.database) == before)
    #expect(!TemporaryFolder.bytes(of: folder.database + "-wal").isEmpty)
    let again = try open(.readWrite(create: false))
    let head = try await again.head()
    #expect(head.position == 1)
    await again.close()
  }

  @Test("Reading only writes nothing, and appending is refused")
  func readOnly() async throws {
    let store = try SQLiteEventStore.fresh(in: home)
    try await store.append(AppendRequest("demo", 0, .sample()))
    await store.close()
    let before = everything()
    let reader = try open(.readOnly)
    let events = try await reader.events(matching: EventQuery())
    #expect(events.count == 1)
    let error = await failure { try await reader.append(AppendRequest("demo", 1, .sample())) }
    guard case .unsupported = error else {
      Issue.record("expected unsupported, found \(String(describing: error))")
      return
    }
    await reader.close()
    _ = try LedgerVerifier(folder).verify(integrity: .full)
    #expect(everything() == before)
  }

  @Test("A reader follows what is appended through another store")
  func following() async throws {
    let store = try SQLiteEventStore.fresh(in: home)
    let reader = try open(.readOnly)
    var query = EventQuery()
    for version: Int64 in 0..<5 {
      let placed = try await store.append(AppendRequest("demo", version, .sample()))
      let seen = try await reader.events(matching: query)
      #expect(seen == placed)
      query.after = seen.last?.position
    }
    await reader.close()
    await store.close()
  }

  @Test(
    "What is not a ledger is refused and left as it is",
    arguments: [
      "random bytes", "a text file", "a stranger's database", "a stranger's id", "a stranger's WAL database",
    ])
  func noLedger(_ what: String) async throws {
    mkdir(folder.path, 0o700)
    var generator = SeededGenerator(seed: 1)
    switch what {
    case "random bytes":
      TemporaryFolder.write(
        (0..<20_000).map { _ in UInt8.random(in: 0...255, using: &generator) }, to: folder.database)
    case "a text file": TemporaryFolder.write(Array("# notes\n".utf8), to: folder.database)
    case "a stranger's database": #expect(shell("CREATE TABLE notes (text)").status == 0)
    case "a stranger's id": #expect(shell("PRAGMA application_id = 7; CREATE TABLE t (a)").status == 0)
    default: #expect(shell("PRAGMA journal_mode = WAL; CREATE TABLE notes (text)").status == 0)
    }
    let before = TemporaryFolder.bytes(of: folder.database)
    for mode in [SQLiteEventStore.Mode.readWrite(create: true), .readOnly] {
      guard case .damaged(folder.database, _) = await failure(of: { _ = try open(mode) }) else {
        Issue.record("expected damaged for \(what)")
        return
      }
    }
    #expect(TemporaryFolder.bytes(of: folder.database) == before)
  }

  @Test(
    "A ledger with what no migration made, or without what one made, is refused and left as it is",
    arguments: [
      ("CREATE TABLE notes (text)", "unexpected table \"notes\""),
      ("CREATE VIEW all_events AS SELECT * FROM events", "unexpected view \"all_events\""),
      (
        "CREATE TRIGGER spy AFTER INSERT ON events BEGIN DELETE FROM batches; END",
        "unexpected trigger \"spy\""
      ),
      ("DROP TRIGGER events_never_deleted", "its schema is not that of version 2"),
      ("DROP INDEX events_run", "its schema is not that of version 2"),
    ])
  func strangers(_ sql: String, _ finding: String) async throws {
    let store = try SQLiteEventStore.fresh(in: home)
    try await store.append(AppendRequest("demo", 0, .sample()))
    await store.close()
    let changed = shell(sql)
    #expect(changed.status == 0, "\(changed.output)")
    let before = everything()
    for mode in [SQLiteEventStore.Mode.readWrite(create: true), .readOnly] {
      let error = await failure { _ = try open(mode) }
      #expect(error == .damaged(path: folder.database, finding: finding))
    }
    let error = await failure { _ = try LedgerVerifier(folder).verify() }
    #expect(error == .damaged(path: folder.database, finding: finding))
    #expect(everything() == before)
  }

  @Test("Statistics that a user's ANALYZE leaves are not foreign")
  func analyze() async throws {
    await (try SQLiteEventStore.fresh(in: home)).close()
    #expect(shell("ANALYZE").status == 0)
    await (try open(.readOnly)).close()
  }

  @Test("A newer version's ledger is refused and left as it is")
  func newer() async throws {
    await (try SQLiteEventStore.fresh(in: home)).close()
    #expect(shell("PRAGMA user_version = 9; CREATE TABLE future (a)").status == 0)
    let before = everything()
    for mode in [SQLiteEventStore.Mode.readWrite(create: true), .readOnly] {
      let error = await failure { _ = try open(mode) }
      #expect(error == .newer(path: folder.database, found: 9, supported: 2))
    }
    #expect(everything() == before)
  }

  @Test("A newer version that migrates while we have the ledger open stops our appends")
  func newerMeanwhile() async throws {
    let store = try SQLiteEventStore.fresh(in: home)
    try await store.append(AppendRequest("demo", 0, .sample()))
    #expect(shell("PRAGMA user_version = 3").status == 0)
    let error = await failure { try await store.append(AppendRequest("demo", 1, .sample())) }
    #expect(error == .newer(path: folder.database, found: 3, supported: 2))
    await store.close()
  }

  @Test("A migration that was edited after it was applied is refused")
  func editedMigration() async throws {
    await (try SQLiteEventStore.fresh(in: home)).close()
    let edited = Digest.sha256([1])
    #expect(shell("UPDATE migrations SET digest = x'\(edited)'").status == 0)
    let expected = Digest.sha256(Migrator().migrations[0].sql)
    let error = await failure { _ = try open(.readOnly) }
    #expect(error == .migrationEdited(name: "0001_events", expected: expected, found: edited))
  }

  @Test("A link where the database or the lock should be is not followed")
  func links() async throws {
    await (try SQLiteEventStore.fresh(in: home)).close()
    rename(folder.database, home.path + "/elsewhere.db")
    symlink(home.path + "/elsewhere.db", folder.database)
    let error = await failure { _ = try open(.readWrite(create: true)) }
    #expect(error == .unsupported(path: folder.database, reason: "it is a symbolic link"))
    unlink(folder.database)
    rename(home.path + "/elsewhere.db", folder.database)
    unlink(folder.lock)
    symlink(home.path + "/elsewhere.lock", folder.lock)
    let store = try open(.readWrite(create: true))
    let refused = await failure { try await store.append(AppendRequest("demo", 0, .sample())) }
    #expect(refused == .unsupported(path: folder.lock, reason: "it is a symbolic link"))
    await store.close()
  }

  @Test("A project that lies behind a link opens like any other")
  func linkedProject() async throws {
    let link = home.path + "/link"
    mkdir(home.path + "/project", 0o700)
    symlink(home.path + "/project", link)
    let ledger = LedgerFolder(link + "/.ledger")
    let store = try SQLiteEventStore(ledger, mode: .readWrite(create: true), nowMs: 5)
    try await store.append(AppendRequest("demo", 0, .sample()))
    await store.close()
    #expect(try LedgerVerifier(ledger).verify().isWhole)
  }

  @Test("A folder or a pipe where the database should be is refused at once")
  func noRegularFile() async {
    mkdir(folder.path, 0o700)
    mkfifo(folder.database, 0o600)
    let error = await failure { _ = try open(.readWrite(create: true)) }
    #expect(error == .unsupported(path: folder.database, reason: "it is not a regular file"))
  }

  @Test("A database that is replaced while it is open stops our appends")
  func replacedWhileOpen() async throws {
    let store = try SQLiteEventStore.fresh(in: home)
    try await store.append(AppendRequest("demo", 0, .sample()))
    rename(folder.database, folder.database + ".old")
    let error = await failure { try await store.append(AppendRequest("demo", 1, .sample())) }
    guard case .damaged(folder.database, _) = error else {
      Issue.record("expected damaged, found \(String(describing: error))")
      return
    }
    await store.close()
  }

  @Test("A lock that another process holds is busy, with that process, and leaves nothing")
  func busy() async throws {
    var options = SQLiteEventStore.Options()
    options.lockPatience = .milliseconds(20)
    let store = try SQLiteEventStore.fresh(in: home, options: options)
    let holder = Child([Command.bench, "hold", folder.lock])
    #expect(holder.readLine() == "held")
    let error = await failure { try await store.append(AppendRequest("demo", 0, .sample())) }
    #expect(error == .busy(path: folder.lock, holder: holder.process))
    let head = try await store.head()
    #expect(head.position == 0)
    holder.closeInput()
    #expect(holder.wait() == 0)
    try await store.append(AppendRequest("demo", 0, .sample()))
    await store.close()
  }

  @Test("An empty file, as a creation that was killed leaves it, becomes a ledger")
  func killedCreation() async throws {
    mkdir(folder.path, 0o700)
    TemporaryFolder.write([], to: folder.database)
    guard case .unsupported = await failure(of: { _ = try open(.readOnly) }) else {
      Issue.record("expected unsupported")
      return
    }
    let store = try open(.readWrite(create: false))
    try await store.append(AppendRequest("demo", 0, .sample()))
    await store.close()
  }
}
