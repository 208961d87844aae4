import EventLog
import Migrations

/// Appends to a ledger on a connection of its own; used by the store's writing thread alone.
///
/// A transaction is made under the ledger's lock, which every process takes: SQLite before 3.51.3 can lose
/// committed pages when two connections write or checkpoint at the same moment. After a failed commit or
/// checkpoint nothing more is written: what is on disk is unknown until someone opens the ledger again and
/// reads.
final class LedgerWriter: @unchecked Sendable {
  // Unchecked: made by the thread that opens the store, then used by the store's writing thread alone.

  private let folder: LedgerFolder
  private let options: SQLiteEventStore.Options
  private let lock: FileLock
  private var connection: Connection?
  private var statements: WriteStatements?
  private var hasher = ChainHasher()
  private var poison: StoreError?

  init(folder: LedgerFolder, options: SQLiteEventStore.Options) {
    self.folder = folder
    self.options = options
    lock = FileLock(path: folder.lock)
  }

  /// Appends the requests in one transaction with one sync, and hands each its own result.
  ///
  /// `finish` is called once a request, as soon as its fate is known; a checkpoint may follow.
  func commit(
    _ requests: [AppendRequest], finish: (Int, Result<[Event], StoreError>) -> Void
  ) {
    do throws(StoreError) {
      try lock.lock(within: options.lockPatience)
      defer { lock.unlock() }
      for (index, result) in transact(requests).enumerated() { finish(index, result) }
      checkpointIfDue()
    } catch {
      for index in requests.indices { finish(index, .failure(error)) }
    }
  }

  /// Runs a piece of work in a write transaction of its own, under the ledger's lock.
  func exclusively<Value>(
    _ body: (Connection) throws(StoreError) -> Value
  ) throws(StoreError) -> Value {
    try lock.lock(within: options.lockPatience)
    defer { lock.unlock() }
    let (connection, statements) = try begin()
    do throws(StoreError) {
      let value = try body(connection)
      try commit(statements, on: connection)
      return value
    } catch {
      rollBack(statements, on: connection)
      throw error
    }
  }

  /// Moves the log's pages into the database and empties the log, if this store has written and no reader is in the
  /// way. A failure ends all writing through this store; what is in the log stays there.
  func emptyLog() {
    guard poison == nil, let connection, connection.pagesInLog > 0, !connection.hasMoved,
      (try? lock.lock(within: .seconds(2))) != nil
    else { return }
    defer { lock.unlock() }
    do throws(StoreError) { try connection.emptyLog() } catch { _ = poisoned(by: error) }
  }

  /// Ends the writing: a long log is emptied, so that the next command need not read it; a poisoned one is
  /// left alone.
  func finish() {
    defer { close() }
    guard poison == nil, let connection, connection.pagesInLog >= options.checkpointPages / 16,
      (try? lock.lock()) != nil
    else { return }
    defer { lock.unlock() }
    // Should it fail, nothing is written after it: this is the end.
    if !connection.hasMoved { try? connection.emptyLog() }
  }

  private func close() {
    statements = nil
    connection?.close()
    connection = nil
  }

  /// Appends the requests in one transaction.
  ///
  /// What is refused is refused before it writes. A write that fails all the same takes the transaction with
  /// it, which is then made again with a savepoint for each request: savepoints copy every page they touch,
  /// so only then.
  private func transact(_ requests: [AppendRequest]) -> [Result<[Event], StoreError>] {
    let outcome = attempt(requests, withSavepoints: false)
    guard outcome.hasFailedWriting, requests.count > 1, poison == nil else { return outcome.results }
    return attempt(requests, withSavepoints: true).results
  }

  private func attempt(
    _ requests: [AppendRequest], withSavepoints: Bool
  ) -> (results: [Result<[Event], StoreError>], hasFailedWriting: Bool) {
    var results: [Result<[Event], StoreError>] = []
    do throws(StoreError) {
      let (connection, statements) = try begin()
      defer { rollBack(statements, on: connection) }
      var transaction = AppendTransaction(
        statements, on: connection, path: folder.database, withSavepoints: withSavepoints)
      try transaction.readHead()
      for request in requests { results.append(try transaction.append(request, hashing: &hasher)) }
      if results.contains(where: \.hasSucceeded) { try commit(statements, on: connection) }
      return (results, false)
    } catch {
      // What was refused stays refused for its own reason; the others share the transaction's fate.
      let fates = requests.indices.map { index in
        index < results.count && !results[index].hasSucceeded ? results[index] : .failure(error)
      }
      return (fates, results.count < requests.count)
    }
  }

  private func begin() throws(StoreError) -> (Connection, WriteStatements) {
    if let poison { throw poison }
    let (connection, statements) = try open()
    guard !connection.hasMoved else {
      throw StoreError.damaged(
        path: folder.database, finding: "the file was moved, removed or replaced while it was in use")
    }
    try statements.begin.run()
    let found = try statements.schemaVersion.step() ? statements.schemaVersion.integer(0) : 0
    statements.schemaVersion.reset()
    guard found == Int64(Migrations.all.count) else {
      rollBack(statements, on: connection)
      throw StoreError.newer(
        path: folder.database, found: Int32(found), supported: Int32(Migrations.all.count))
    }
    return (connection, statements)
  }

  private func open() throws(StoreError) -> (Connection, WriteStatements) {
    if let connection, let statements { return (connection, statements) }
    let connection = try Connection(folder, access: .write, vfs: options.vfs)
    guard try Migrator().inspect(connection) == .current else {
      throw StoreError.damaged(path: folder.database, finding: "its schema went back to an older version")
    }
    try connection.requireDurability()
    let statements = try WriteStatements(connection)
    self.connection = connection
    self.statements = statements
    return (connection, statements)
  }

  private func commit(_ statements: WriteStatements, on connection: Connection) throws(StoreError) {
    do throws(StoreError) {
      try statements.commit.run()
    } catch {
      throw poisoned(by: error)
    }
  }

  private func rollBack(_ statements: WriteStatements, on connection: Connection) {
    guard poison == nil, connection.isInTransaction else { return }
    do throws(StoreError) {
      try statements.rollback.run()
    } catch {
      _ = poisoned(by: error)
    }
  }

  /// Ends all writing through this store. The connection is closed at once, without a checkpoint.
  private func poisoned(by error: StoreError) -> StoreError {
    let poison = StoreError.poisoned(cause: error.cause)
    self.poison = poison
    close()
    return poison
  }

  /// Moves the log's pages into the database once there are many, still under the lock, never waiting for
  /// readers.
  private func checkpointIfDue() {
    guard poison == nil, let connection, connection.pagesInLog >= options.checkpointPages else { return }
    do throws(StoreError) {
      try connection.checkpoint()
    } catch {
      _ = poisoned(by: error)
    }
  }
}

extension Result {
  fileprivate var hasSucceeded: Bool {
    if case .success = self { true } else { false }
  }
}
