import CSQLite
import Core
import EventLog

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A ledger in a SQLite file: `ledger.db` in a `.ledger` folder.
///
/// Writing has a thread and a connection, reading another: a read never waits for an append. Nothing but
/// reading is done before the first append, so opening an existing ledger is quick. Several stores, in one
/// process or in many, may have the same ledger open.
public final class SQLiteEventStore: EventStore {
  /// What the store may do with the ledger.
  public enum Mode: Hashable, Sendable {
    /// Appends and reads. Migrates an older ledger; with `create`, makes the folder and the ledger where
    /// missing.
    case readWrite(create: Bool)
    /// Reads only, and writes nothing below the folder but marks in `ledger.db-shm`, by which SQLite's
    /// readers make themselves known. A ledger of an older version is read as it
    /// is; a missing one is an error.
    case readOnly
    /// Reads only and leaves every byte below the folder as it is; each of its reads sees one whole state of
    /// the ledger.
    case observing

    var writes: Bool {
      if case .readWrite = self { true } else { false }
    }
  }

  /// What can be tuned.
  public struct Options: Sendable {
    /// How long an append waits for the ledger's lock before `StoreError.busy`.
    public var lockPatience: Duration = .seconds(30)
    /// Opens for writing although `.ledger/head` names events that are not there: for repairs only.
    public var trustsTail = false
    /// A checkpoint follows a commit that leaves at least this many pages of 4 KiB in the log.
    package var checkpointPages: Int32 = 1000
    /// The SQLite file system to open the ledger through; nil for the usual one.
    package var vfs: String?

    public init() {}
  }

  public let folder: LedgerFolder
  private let mode: Mode
  private let writing: JobThread<WriteJob>
  private let reading: JobThread<ReadJob>

  /// Opens the ledger in a folder; blocks, for as long as the lock is waited for if there is something to
  /// migrate.
  ///
  /// `nowMs` is written beside the migrations applied now. A file that is not a ledger, a newer version's, or
  /// one with tables, triggers or views of a stranger is refused and left as it is.
  public init(
    _ folder: LedgerFolder, mode: Mode, nowMs: Int64, options: Options = Options()
  ) throws(StoreError) {
    self.folder = folder
    self.mode = mode
    let reader = LedgerReader(try Self.open(folder, mode: mode, nowMs: nowMs, options: options))
    if mode.writes, !options.trustsTail {
      do throws(StoreError) { try reader.requireHead(in: folder) } catch {
        reader.close()
        throw error
      }
    }
    reading = JobThread { jobs in
      for job in jobs { job(reader) }
    } end: {
      reader.close()
    }
    let writer = LedgerWriter(folder: folder, options: options)
    writing = JobThread { jobs in
      Self.work(through: jobs, with: writer)
    } end: {
      writer.finish()
    }
  }

  deinit {
    writing.close {}
    reading.close {}
  }

  @discardableResult
  public func append(_ request: AppendRequest) async throws(StoreError) -> [Event] {
    try requireWriting()
    return try await withCheckedContinuation { continuation in
      let job = WriteJob.append(request) { continuation.resume(returning: $0) }
      if !writing.submit(job) { continuation.resume(returning: .failure(.closed)) }
    }.get()
  }

  public func events(matching query: EventQuery) async throws(StoreError) -> [Event] {
    try await read { reader throws(StoreError) in try reader.events(matching: query) }
  }

  public func events(underKey key: Digest) async throws(StoreError) -> [Event] {
    try await read { reader throws(StoreError) in try reader.events(underKey: key) }
  }

  public func head() async throws(StoreError) -> LedgerHead {
    try await read { reader throws(StoreError) in try reader.head() }
  }

  public func batches() async throws(StoreError) -> [BatchRow] {
    try await read { reader throws(StoreError) in try reader.batches() }
  }

  public func allowance(
    of limiter: String, under limits: CallLimits, at now: Moment
  ) async throws(StoreError) -> Allowance {
    try await read { reader throws(StoreError) in
      try reader.window(of: limiter).allowance(under: limits, at: now)
    }
  }

  /// Moves the log into the database, and empties it, as far as readers allow; nothing is lost where that fails.
  func emptyLog() async {
    await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
      let job = WriteJob.exclusive { writer in
        writer.emptyLog()
        continuation.resume()
      }
      if !writing.submit(job) { continuation.resume() }
    }
  }

  public func close() async {
    await withCheckedContinuation { continuation in writing.close { continuation.resume() } }
    await withCheckedContinuation { continuation in reading.close { continuation.resume() } }
  }

  // MARK: - Jobs

  typealias ReadJob = @Sendable (LedgerReader) -> Void

  private enum WriteJob: Sendable {
    case append(AppendRequest, @Sendable (Result<[Event], StoreError>) -> Void)
    /// A piece of work that needs the writer to itself.
    case exclusive(@Sendable (LedgerWriter) -> Void)
  }

  /// The most requests that share a transaction, so that the first does not wait for a crowd.
  private static let sharedAtMost = 256

  private static func work(through jobs: [WriteJob], with writer: LedgerWriter) {
    var waiting: [(AppendRequest, @Sendable (Result<[Event], StoreError>) -> Void)] = []
    func commit() {
      let group = waiting
      waiting = []
      if group.isEmpty { return }
      writer.commit(group.map(\.0)) { index, result in group[index].1(result) }
    }
    for job in jobs {
      switch job {
      case .append(let request, let finish):
        waiting.append((request, finish))
        if waiting.count == sharedAtMost { commit() }
      case .exclusive(let body):
        commit()
        body(writer)
      }
    }
    commit()
  }

  /// Runs a piece of reading on the reading thread.
  func read<Value: Sendable>(
    _ body: @escaping @Sendable (LedgerReader) throws(StoreError) -> Value
  ) async throws(StoreError) -> Value {
    try await withCheckedContinuation { (continuation: Continuation<Value>) in
      let isTaken = reading.submit { reader in
        do throws(StoreError) {
          continuation.resume(returning: .success(try body(reader)))
        } catch {
          continuation.resume(returning: .failure(error))
        }
      }
      if !isTaken { continuation.resume(returning: .failure(.closed)) }
    }.get()
  }

  /// Runs a piece of work in a write transaction of its own, after the appends that wait already.
  func exclusively<Value: Sendable>(
    _ body: @escaping @Sendable (Connection) throws(StoreError) -> Value
  ) async throws(StoreError) -> Value {
    try requireWriting()
    return try await withCheckedContinuation { (continuation: Continuation<Value>) in
      let job = WriteJob.exclusive { writer in
        do throws(StoreError) {
          continuation.resume(returning: .success(try writer.exclusively(body)))
        } catch {
          continuation.resume(returning: .failure(error))
        }
      }
      if !writing.submit(job) { continuation.resume(returning: .failure(.closed)) }
    }.get()
  }

  /// Appends requests as if they had waited together, and returns each one's own result.
  func appendTogether(
    _ requests: [AppendRequest]
  ) async throws(StoreError) -> [Result<[Event], StoreError>] {
    try requireWriting()
    return try await withCheckedContinuation {
      (continuation: Continuation<[Result<[Event], StoreError>]>) in
      let job = WriteJob.exclusive { writer in
        var results: [Result<[Event], StoreError>] = []
        writer.commit(requests) { _, result in results.append(result) }
        continuation.resume(returning: .success(results))
      }
      if !writing.submit(job) { continuation.resume(returning: .failure(.closed)) }
    }.get()
  }

  private typealias Continuation<Value: Sendable> = CheckedContinuation<Result<Value, StoreError>, Never>

  private func requireWriting() throws(StoreError) {
    guard mode.writes else {
      throw StoreError.unsupported(path: folder.database, reason: "it was opened for reading only")
    }
  }

  // MARK: - Opening

  private static func open(
    _ folder: LedgerFolder, mode: Mode, nowMs: Int64, options: Options
  ) throws(StoreError) -> Connection {
    try folder.refuseUnsuitable()
    if folder.exists {
      if let connection = try openCurrent(folder, mode: mode, options: options) { return connection }
    } else if mode != .readWrite(create: true) {
      throw StoreError.failed(
        operation: "open", code: Int32(ENOENT), message: "\(folder.database): no ledger is there")
    }
    try migrate(folder, nowMs: nowMs, options: options)
    guard let connection = try openCurrent(folder, mode: mode, options: options) else {
      throw StoreError.damaged(path: folder.database, finding: "its schema did not stay as it was migrated")
    }
    return connection
  }

  /// Makes what is missing and applies what migrations there are, under the ledger's lock.
  private static func migrate(
    _ folder: LedgerFolder, nowMs: Int64, options: Options
  ) throws(StoreError) {
    try folder.create()
    let lock = FileLock(path: folder.lock)
    try lock.lock(within: options.lockPatience)
    defer { lock.unlock() }
    let connection = try Connection(folder, access: .write, vfs: options.vfs)
    defer { connection.close() }
    // Looked at before anything is set: a stranger's file is left as it is, its journal mode too.
    guard case .behind = try Migrator().inspect(connection) else { return }
    try Migrator().migrate(connection, nowMs: nowMs)
    try connection.checkpoint()
  }

  /// Opens a ledger for reading whose folder can't be written; throws what was wrong before if it can be.
  private static func archived(
    _ folder: LedgerFolder, options: Options, orElse error: StoreError
  ) throws(StoreError) -> Connection {
    guard access(folder.path, W_OK) != 0, access(folder.database, R_OK) == 0 else { throw error }
    let archive = ArchivedLedger(folder, vfs: options.vfs)
    let (connection, finding) = try archive.opened { connection throws(StoreError) in
      try Migrator().inspect(connection)
    }
    guard finding != .behind(applied: 0) else {
      throw StoreError.unsupported(path: folder.database, reason: "it was never made")
    }
    return connection
  }

  /// Connects for reading. Shared memory that nobody has made yet can't be opened for reading only: then a
  /// ledger that is only observed is read as any other.
  private static func connect(
    _ folder: LedgerFolder, mode: Mode, options: Options
  ) throws(StoreError) -> Connection {
    if mode == .observing, access(folder.database + "-shm", F_OK) == 0 {
      return try Connection(folder, access: .observe, vfs: options.vfs)
    }
    return try Connection(folder, access: .read, vfs: options.vfs)
  }

  /// Opens a ledger for reading; nil if it first needs to be written. Who only reads reads those of older versions, too.
  static func openCurrent(
    _ folder: LedgerFolder, mode: Mode, options: Options
  ) throws(StoreError) -> Connection? {
    do throws(StoreError) {
      let connection = try connect(folder, mode: mode, options: options)
      let finding = try Migrator().inspect(connection)
      if finding == .current { return connection }
      guard case .behind(let applied) = finding, !mode.writes else { return nil }
      if applied > 0 { return connection }
      throw StoreError.unsupported(path: folder.database, reason: "it is empty until a command writes")
    } catch {
      guard error.needsWriter else { throw error }
      // Killed while it was made, it may have a rollback journal that a reader must not play back.
      if mode.writes { return nil }
      return try archived(folder, options: options, orElse: error)
    }
  }
}

extension StoreError {
  /// Whether SQLite can't read the ledger before somebody writes beside it.
  fileprivate var needsWriter: Bool {
    switch self {
    case .failed(_, let code, _): [SQLITE_READONLY, SQLITE_CANTOPEN].contains(code & 0xff)
    case .notPermitted: true
    default: false
    }
  }
}
