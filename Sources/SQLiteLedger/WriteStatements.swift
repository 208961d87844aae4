import Core
import EventLog

/// Everything the writer says to SQLite, prepared once a connection.
struct WriteStatements {
  /// Takes SQLite's write lock at once, so that what is read in the transaction is still true when it writes.
  let begin: Statement
  let commit: Statement
  let rollback: Statement
  /// Bracket one request, so that its failure undoes its own writes only.
  let savepoint: Statement
  let release: Statement
  let rollbackToSavepoint: Statement
  /// A newer version may have migrated the ledger while this process had it open.
  let schemaVersion: Statement
  let head: Statement
  /// Read from the events: the batch table is never used for a decision.
  let versionOfBatch: Statement
  let batchNamedLike: Statement
  let insertEvent: Statement
  let insertKey: Statement
  let upsertBatch: Statement
  let setState: Statement
  let callsOfLimiter: Statement
  let insertCall: Statement
  let endCall: Statement
  let removeCall: Statement
  let pauseOfLimiter: Statement
  let upsertPause: Statement
  let removePause: Statement

  init(_ connection: Connection) throws(StoreError) {
    begin = try connection.prepare("BEGIN IMMEDIATE")
    commit = try connection.prepare("COMMIT")
    rollback = try connection.prepare("ROLLBACK")
    savepoint = try connection.prepare("SAVEPOINT request")
    release = try connection.prepare("RELEASE request")
    rollbackToSavepoint = try connection.prepare("ROLLBACK TO request")
    schemaVersion = try connection.prepare("PRAGMA user_version")
    head = try connection.prepare(
      "SELECT position, hash FROM events ORDER BY position DESC LIMIT 1")
    versionOfBatch = try connection.prepare("SELECT max(version) FROM events WHERE batch = ?1")
    batchNamedLike = try connection.prepare("SELECT batch FROM batches WHERE folded = ?1")
    insertEvent = try connection.prepare(
      """
      INSERT INTO events
        (position, version, time_ms, batch, run, type, asset, stage, attempt, payload, previous, hash)
      VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
      """)
    insertKey = try connection.prepare("INSERT INTO event_keys (key, position) VALUES (?1, ?2)")
    upsertBatch = try connection.prepare(
      """
      INSERT INTO batches (folded, batch, version, state, position, time_ms)
      VALUES (?1, ?2, ?3, ?4, ?5, ?6)
      ON CONFLICT (folded) DO UPDATE SET version = excluded.version, state = excluded.state,
        position = excluded.position, time_ms = excluded.time_ms
      """)
    setState = try connection.prepare("UPDATE batches SET state = ?2 WHERE folded = ?1")
    callsOfLimiter = try connection.prepare(LimiterRows.callsSQL)
    insertCall = try connection.prepare(
      """
      INSERT INTO calls (id, limiter, wall_ms, boot_ms, boot, lease_ms, per_minute, in_flight)
      VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
      """)
    endCall = try connection.prepare("UPDATE calls SET ended = 1 WHERE id = ?1")
    removeCall = try connection.prepare("DELETE FROM calls WHERE id = ?1")
    pauseOfLimiter = try connection.prepare(LimiterRows.pauseSQL)
    upsertPause = try connection.prepare(
      """
      INSERT INTO limiter_pauses (limiter, wall_ms, boot_ms, boot) VALUES (?1, ?2, ?3, ?4)
      ON CONFLICT (limiter) DO UPDATE SET wall_ms = excluded.wall_ms, boot_ms = excluded.boot_ms,
        boot = excluded.boot
      """)
    removePause = try connection.prepare("DELETE FROM limiter_pauses WHERE limiter = ?1")
  }
}

extension WriteStatements {
  /// Writes a batch's row in place of the one there may be.
  func upsert(_ row: BatchRow) throws(StoreError) {
    upsertBatch.bind(1, BatchName.folded(row.batch))
    upsertBatch.bind(2, row.batch)
    upsertBatch.bind(3, row.version)
    upsertBatch.bind(4, row.state)
    upsertBatch.bind(5, row.position)
    upsertBatch.bind(6, row.timeMs)
    try upsertBatch.run()
  }
}

/// Reads what a limiter remembers; the writer and the reader ask in the same words.
enum LimiterRows {
  static let callsSQL = """
    SELECT id, wall_ms, boot_ms, boot, lease_ms, ended, per_minute, in_flight
    FROM calls WHERE limiter = ?1
    """
  /// The same in a ledger of version 1, which did not know the limits.
  static let firstCallsSQL = """
    SELECT id, wall_ms, boot_ms, boot, lease_ms, ended, NULL, NULL FROM limiter_calls WHERE limiter = ?1
    """
  static let pauseSQL = "SELECT wall_ms, boot_ms, boot FROM limiter_pauses WHERE limiter = ?1"

  static func window(
    of limiter: String, calls: Statement, pause: Statement
  ) throws(StoreError) -> CallWindow {
    var window = CallWindow()
    calls.bind(1, limiter)
    defer {
      calls.reset()
      pause.reset()
    }
    while try calls.step() {
      try requireBounds([1, 2, 4], of: calls)
      let startedAt = Moment(
        wallMs: calls.integer(1), bootMs: calls.integer(2), boot: calls.text(3))
      window.calls.append(
        RecordedCall(
          id: calls.text(0), startedAt: startedAt, leaseMs: calls.integer(4),
          ended: calls.integer(5) != 0,
          limits: CallLimits(perMinute: limit(6, of: calls), inFlight: limit(7, of: calls))))
    }
    pause.bind(1, limiter)
    while try pause.step() {
      try requireBounds([0, 1], of: pause)
      window.pause = Deadline(wallMs: pause.integer(0), bootMs: pause.integer(1), boot: pause.text(2))
    }
    return window
  }

  /// A limit; nil for none, and for a number that can't be a limit.
  private static func limit(_ column: Int32, of row: Statement) -> Int? {
    let number = row.isNull(column) ? 0 : row.integer(column)
    return number > 0 ? Int(number) : nil
  }

  /// Times and spans that no version of ours writes come of damage or of a stranger's hand.
  private static func requireBounds(_ columns: [Int32], of row: Statement) throws(StoreError) {
    for column in columns where !bounds.contains(row.integer(column)) {
      throw StoreError.damaged(path: row.path, finding: "a limiter's row holds \(row.integer(column)) ms")
    }
  }

  private static let bounds: ClosedRange<Int64> = -(1 << 48)...(1 << 48)
}
