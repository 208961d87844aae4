import Core
import EventLog

/// Answers the store's questions on a connection that only reads; used by one thread at a time.
///
/// Every answer is one short read: no snapshot stays open between two of them, so that checkpoints get
/// through.
final class LedgerReader: @unchecked Sendable {
  // Unchecked: made by the thread that opens the store, then used by the store's reading thread alone.

  let connection: Connection
  private var selections: [String: Statement] = [:]

  init(_ connection: Connection) { self.connection = connection }

  func events(matching query: EventQuery) throws(StoreError) -> [Event] {
    let selection = EventSelection(query)
    let statement = try prepared(selection.sql)
    selection.bind(to: statement)
    return try Self.events(of: statement, in: connection.path)
  }

  func events(underKey key: Digest) throws(StoreError) -> [Event] {
    let statement = try prepared(
      """
      SELECT \(StoredEvent.columns) FROM events
      WHERE position IN (SELECT position FROM event_keys WHERE key = ?1) ORDER BY position DESC
      """)
    statement.bind(1, key.bytes)
    return try Self.events(of: statement, in: connection.path)
  }

  func head() throws(StoreError) -> LedgerHead {
    let statement = try prepared("SELECT position, hash FROM events ORDER BY position DESC LIMIT 1")
    defer { statement.reset() }
    guard try statement.step() else { return LedgerHead(position: 0, hash: .zero) }
    return LedgerHead(
      position: statement.integer(0), hash: try Self.digest(1, of: statement, in: connection.path))
  }

  func batches() throws(StoreError) -> [BatchRow] {
    try Self.batchRows(of: prepared(Self.batchesSQL))
  }

  /// Columns as `batchRows` reads them.
  static let batchesSQL =
    "SELECT batch, version, state, position, time_ms FROM batches ORDER BY position DESC"

  static func batchRows(of statement: Statement) throws(StoreError) -> [BatchRow] {
    var rows: [BatchRow] = []
    while try statement.step() {
      rows.append(
        BatchRow(
          batch: statement.text(0), version: statement.integer(1), state: statement.text(2),
          position: statement.integer(3), timeMs: statement.integer(4)))
    }
    return rows
  }

  func window(of limiter: String) throws(StoreError) -> CallWindow {
    let isFirst = try connection.integer("PRAGMA user_version") == 1
    return try LimiterRows.window(
      of: limiter, calls: prepared(isFirst ? LimiterRows.firstCallsSQL : LimiterRows.callsSQL),
      pause: prepared(LimiterRows.pauseSQL))
  }

  func close() {
    selections.removeAll()
    connection.close()
  }

  /// Reads a statement's rows, `StoredEvent.columns` each, to the end.
  static func events(of statement: Statement, in path: String) throws(StoreError) -> [Event] {
    defer { statement.reset() }
    var events: [Event] = []
    while try statement.step() { events.append(try StoredEvent(statement).event(in: path)) }
    return events
  }

  private static func digest(
    _ column: Int32, of statement: Statement, in path: String
  ) throws(StoreError) -> Digest {
    guard let digest = statement.digest(column) else {
      throw StoreError.damaged(path: path, finding: "a hash is not 32 bytes long")
    }
    return digest
  }

  private func prepared(_ sql: String) throws(StoreError) -> Statement {
    if let statement = selections[sql] { return statement }
    let statement = try connection.prepare(sql)
    selections[sql] = statement
    return statement
  }
}
