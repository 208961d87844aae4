import CSQLite
import EventLog

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A connection to a ledger's file, wrapped thinly; used by one thread at a time.
final class Connection {
  enum Access {
    case read, write
    /// Reads without even the marks of SQLite's readers, so that no byte below the folder changes.
    case observe
    /// Reads a file that nobody can change, without looking for a log or other readers.
    case immutable
  }

  let path: String
  let handle: OpaquePointer
  /// Pages in the write-ahead log after this connection's last commit.
  private(set) var pagesInLog: Int32 = 0
  private var isOpen = true

  /// Opens a file and sets what every connection of ours has; never checkpoints of its own accord.
  ///
  /// `known` is what messages call it, where that is not the folder's own database.
  convenience init(
    _ folder: LedgerFolder, access: Access, vfs: String? = nil, known: String? = nil
  ) throws(StoreError) {
    try self.init(
      path: known ?? folder.database, opening: folder.resolvedDatabase(), access: access, vfs: vfs)
  }

  /// `path` is for messages, `file` is what is opened.
  private init(
    path: String, opening file: String, access: Access, vfs: String?
  ) throws(StoreError) {
    self.path = path
    var handle: OpaquePointer?
    var mode = access == .write ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY
    let parameter: String? =
      switch access {
      case .observe: "readonly_shm=1"
      case .immutable: "immutable=1"
      case .read, .write: nil
      }
    if parameter != nil { mode |= SQLITE_OPEN_URI }
    let code = sqlite3_open_v2(
      parameter.map { Self.address(of: file, $0) } ?? file, &handle,
      mode | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_NOFOLLOW | SQLITE_OPEN_EXRESCODE, vfs)
    guard code == SQLITE_OK, let handle else {
      let error = Self.error("open", code: code, handle: handle, path: path)
      sqlite3_close_v2(handle)
      throw error
    }
    self.handle = handle
    for (option, value) in [
      (SQLITE_DBCONFIG_DEFENSIVE, Int32(1)), (SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1),
      (SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0), (SQLITE_DBCONFIG_ENABLE_FKEY, 1),
    ] where ledger_sqlite_configure(handle, Int32(option), value) != SQLITE_OK {
      throw error("configure")
    }
    sqlite3_busy_timeout(handle, Self.busyTimeoutMs)
    sqlite3_limit(handle, SQLITE_LIMIT_LENGTH, Self.longestValueBytes)
    // A hook of our own also switches SQLite's automatic checkpoints off.
    let context = Unmanaged.passUnretained(self).toOpaque()
    sqlite3_wal_hook(
      handle,
      { context, _, _, pages in
        guard let context else { return SQLITE_OK }
        Unmanaged<Connection>.fromOpaque(context).takeUnretainedValue().pagesInLog = pages
        return SQLITE_OK
      }, context)
  }

  deinit { close() }

  /// Names a file as SQLite does where a parameter goes with it.
  private static func address(of path: String, _ parameter: String) -> String {
    let escapes: [Character: String] = ["%": "%25", "?": "%3F", "#": "%23"]
    return "file:\(path.map { escapes[$0] ?? String($0) }.joined())?\(parameter)"
  }

  /// SQLite's own locks are held by another only for moments: during recovery, or by a stranger to our lock.
  private static let busyTimeoutMs: Int32 = 5_000

  /// The longest text or blob that is written or read: an event's payload is far shorter, and a longer one is refused
  /// before it takes up memory.
  static let longestValueBytes: Int32 = 32 << 20

  /// Closes the connection without a checkpoint; statements must be gone by then, or go later.
  func close() {
    guard isOpen else { return }
    isOpen = false
    sqlite3_close_v2(handle)
  }

  /// Runs one or more statements that return nothing of interest.
  func execute(_ sql: String) throws(StoreError) {
    guard sqlite3_exec(handle, sql, nil, nil, nil) == SQLITE_OK else { throw error(sql) }
  }

  func prepare(_ sql: String) throws(StoreError) -> Statement {
    try Statement(sql, on: self)
  }

  /// The one integer that a query returns; 0 if it returns no row.
  func integer(_ sql: String) throws(StoreError) -> Int64 {
    try single(sql) { $0.integer(0) } ?? 0
  }

  /// The one text that a query returns; empty if it returns no row.
  func text(_ sql: String) throws(StoreError) -> String {
    try single(sql) { $0.text(0) } ?? ""
  }

  /// Runs a query to its end: a pragma may first answer and then fail to write what it answered.
  private func single<Value>(_ sql: String, _ value: (Statement) -> Value) throws(StoreError) -> Value? {
    let statement = try prepare(sql)
    guard try statement.step() else { return nil }
    let found = value(statement)
    while try statement.step() {}
    return found
  }

  /// Moves the log's pages into the database as far as readers allow, waiting for none, and syncs them.
  func checkpoint() throws(StoreError) {
    let code = sqlite3_wal_checkpoint_v2(handle, nil, SQLITE_CHECKPOINT_PASSIVE, nil, nil)
    guard code == SQLITE_OK || code & 0xff == SQLITE_BUSY else { throw error("checkpoint") }
  }

  /// Empties the log after a checkpoint, if no reader uses it just now.
  ///
  /// The first connection after all others are gone reads the whole log before anything else, checkpointed or
  /// not; emptied, it costs the next command nothing.
  func emptyLog() throws(StoreError) {
    sqlite3_busy_timeout(handle, 0)
    defer { sqlite3_busy_timeout(handle, Self.busyTimeoutMs) }
    let code = sqlite3_wal_checkpoint_v2(handle, nil, SQLITE_CHECKPOINT_TRUNCATE, nil, nil)
    guard code == SQLITE_OK || code & 0xff == SQLITE_BUSY else { throw error("empty the log") }
  }

  /// Whether a transaction is open; SQLite ends one by itself after some errors.
  var isInTransaction: Bool { sqlite3_get_autocommit(handle) == 0 }

  /// Whether the path no longer leads to the file that is open here.
  var hasMoved: Bool {
    var moved: Int32 = 0
    sqlite3_file_control(handle, "main", SQLITE_FCNTL_HAS_MOVED, &moved)
    return moved != 0
  }

  /// What went wrong last on this connection.
  func error(_ operation: String) -> StoreError {
    let code = sqlite3_extended_errcode(handle)
    if code & 0xff == SQLITE_TOOBIG { return .damaged(path: path, finding: tooLong()) }
    return Self.error(operation, code: code, handle: handle, path: path)
  }

  /// Names the event whose payload is too long; its length is known without reading it.
  private func tooLong() -> String {
    let limit = "more than \(Self.longestValueBytes >> 20) MiB"
    let sql = "SELECT min(position) FROM events WHERE length(payload) > \(Self.longestValueBytes)"
    guard let position = try? integer(sql), position != 0 else { return "a value has \(limit)" }
    return "the payload of the event at position \(position) has \(limit)"
  }

  /// SQLITE_CANTOPEN_SYMLINK, a macro that Swift doesn't import.
  private static let cannotOpenSymlink = SQLITE_CANTOPEN | 6 << 8

  private static func error(
    _ operation: String, code: Int32, handle: OpaquePointer?, path: String
  ) -> StoreError {
    let message = String(cString: handle == nil ? sqlite3_errstr(code) : sqlite3_errmsg(handle))
    let system = handle == nil ? 0 : sqlite3_system_errno(handle)
    switch code & 0xff {
    case SQLITE_FULL: return .diskFull(path: path)
    case SQLITE_IOERR where system == ENOSPC || system == EDQUOT: return .diskFull(path: path)
    case SQLITE_NOTADB, SQLITE_CORRUPT: return .damaged(path: path, finding: message)
    case SQLITE_BUSY: return .busy(path: path, holder: nil)
    case let kind
    where [SQLITE_IOERR, SQLITE_CANTOPEN, SQLITE_READONLY, SQLITE_PERM].contains(kind)
      && [EACCES, EPERM, EROFS].contains(system):
      return .notPermitted(path: path, code: system)
    case SQLITE_READONLY:
      // Found read-only by SQLite itself, which asks the system only when it opens the file.
      let refusal = access(path, W_OK) == 0 ? 0 : errno
      return [EACCES, EPERM, EROFS].contains(refusal)
        ? .notPermitted(path: path, code: refusal)
        : .failed(operation: operation, code: code, message: message)
    case SQLITE_CANTOPEN where code == cannotOpenSymlink:
      return .unsupported(path: path, reason: "it is a symbolic link")
    default: return .failed(operation: operation, code: code, message: message)
    }
  }
}
