import Core
import EventLog

/// Where a derived table says something else than the events.
public enum TableDisagreement: Hashable, Sendable {
  /// The batch table's row; nil where there should not be one, or isn't.
  case batch(expected: BatchRow?, found: BatchRow?)
  /// A key that an event has and the table lacks.
  case keyMissing(Digest, position: Int64)
  /// A key in the table that no event has.
  case keyStray(Digest, position: Int64)
}

/// What a batch's events say that the derived tables keep: the caller knows, the ledger does not.
public struct BatchProjection: Hashable, Sendable {
  /// As `AppendRequest.state` was given with the last event.
  public var state: String
  /// The content keys, by the position of the event that has each.
  public var keys: [Int64: Digest]

  public init(state: String, keys: [Int64: Digest]) {
    self.state = state
    self.keys = keys
  }
}

/// The tables that are derived from the events: the batch table and the keys.
struct LedgerTables {
  private let connection: Connection

  init(_ connection: Connection) { self.connection = connection }

  /// Compares what a scan of the chain can tell: each batch's version, last position and time, with a fold its
  /// state, and that every key leads to an event. Events appended since the scan's end are left out.
  ///
  /// `states` are the fold's, by the batches' numbers.
  func disagreeing(
    with scan: borrowing ChainScan, states: [String]?
  ) throws(StoreError) -> [TableDisagreement] {
    var disagreements: [TableDisagreement] = []
    var rest = scan.indexes
    let head = scan.head.position
    for row in try rows() {
      guard let index = rest.removeValue(forKey: row.batch) else {
        if row.position <= head { disagreements.append(.batch(expected: nil, found: row)) }
        continue
      }
      let stream = scan.streams[index]
      let expected = BatchRow(
        batch: row.batch, version: stream.version, state: states?[index] ?? row.state,
        position: stream.position, timeMs: stream.timeMs)
      if row.position <= head, row != expected {
        disagreements.append(.batch(expected: expected, found: row))
      }
    }
    for (batch, index) in rest.sorted(by: { $0.value < $1.value }) {
      let stream = scan.streams[index]
      let expected = BatchRow(
        batch: batch, version: stream.version, state: states?[index] ?? "", position: stream.position,
        timeMs: stream.timeMs)
      disagreements.append(.batch(expected: expected, found: nil))
    }
    // The scan has met every position up to its end: only keys beyond can lead nowhere, and need looking up.
    let strays = try connection.prepare(
      """
      SELECT key, position FROM event_keys
      WHERE position NOT BETWEEN 1 AND ?1
        AND NOT EXISTS (SELECT 1 FROM events WHERE events.position = event_keys.position)
      ORDER BY position
      """)
    strays.bind(1, head)
    while try strays.step() {
      if let key = strays.digest(0) { disagreements.append(.keyStray(key, position: strays.integer(1))) }
    }
    return disagreements
  }

  /// How many events up to a position the index of batches leads to.
  func indexedEvents(upTo position: Int64) throws(StoreError) -> Int64 {
    let statement = try connection.prepare(
      "SELECT count(*) FROM events INDEXED BY events_batch WHERE batch >= '' AND position <= ?1")
    statement.bind(1, position)
    defer { statement.reset() }
    return try statement.step() ? statement.integer(0) : 0
  }

  /// The sum of the stored keys up to a position.
  func keySum(upTo position: Int64) throws(StoreError) -> KeySum {
    var sum = KeySum()
    let keys = try connection.prepare("SELECT key, position FROM event_keys")
    while try keys.step() {
      let found = keys.integer(1)
      let key = keys.rawBlob(0)
      if found <= position, key.count == 32 { sum.add(DigestWords(key), found) }
    }
    return sum
  }

  /// Compares every row with what the events say through `project`, which gets a batch's events, oldest
  /// first.
  func disagreeing(
    projecting project: ([Event]) -> BatchProjection
  ) throws(StoreError) -> [TableDisagreement] {
    var disagreements: [TableDisagreement] = []
    var keys: [KeyRow] = []
    var rest: [String: BatchRow] = [:]
    for row in try rows() { rest[row.batch] = row }
    let selection = EventSelection(EventQuery(batch: ""))
    let eventsOfBatch = try connection.prepare(selection.sql)
    for batch in try batchNames() {
      eventsOfBatch.bind(1, batch)
      let events = try LedgerReader.events(of: eventsOfBatch, in: connection.path)
      guard let last = events.last else { continue }
      let projection = project(events)
      keys += projection.keys.map { KeyRow(key: $0.value, position: $0.key) }
      let expected = BatchRow(
        batch: batch, version: last.version, state: projection.state, position: last.position,
        timeMs: last.timeMs)
      let found = rest.removeValue(forKey: batch)
      if found != expected { disagreements.append(.batch(expected: expected, found: found)) }
    }
    let strays = rest.values.sorted { $0.position < $1.position }
    disagreements += strays.map { .batch(expected: nil, found: $0) }
    return disagreements + (try keysDisagreeing(with: keys))
  }

  /// Makes the tables say what the events say. Runs in the caller's transaction; the events are only read.
  func mend(_ disagreements: [TableDisagreement]) throws(StoreError) {
    let statements = try WriteStatements(connection)
    let removeBatch = try connection.prepare("DELETE FROM batches WHERE folded = ?1")
    let removeKey = try connection.prepare("DELETE FROM event_keys WHERE key = ?1 AND position = ?2")
    // First what has to go: a stray row may hold a folded name that a rightful one needs.
    for case .batch(_, .some(let found)) in disagreements {
      removeBatch.bind(1, BatchName.folded(found.batch))
      try removeBatch.run()
    }
    for disagreement in disagreements {
      switch disagreement {
      case .batch(.some(let expected), _): try statements.upsert(expected)
      case .batch(nil, _): break
      case .keyMissing(let key, let position):
        statements.insertKey.bind(1, key.bytes)
        statements.insertKey.bind(2, position)
        try statements.insertKey.run()
      case .keyStray(let key, let position):
        removeKey.bind(1, key.bytes)
        removeKey.bind(2, position)
        try removeKey.run()
      }
    }
  }

  private struct KeyRow: Hashable {
    var key: Digest
    var position: Int64
  }

  private func keysDisagreeing(with expected: [KeyRow]) throws(StoreError) -> [TableDisagreement] {
    var missing = Set(expected)
    var disagreements: [TableDisagreement] = []
    let rows = try connection.prepare("SELECT key, position FROM event_keys ORDER BY position, key")
    while try rows.step() {
      guard let key = rows.digest(0) else { continue }
      let row = KeyRow(key: key, position: rows.integer(1))
      if missing.remove(row) == nil { disagreements.append(.keyStray(key, position: row.position)) }
    }
    let absent = missing.sorted { ($0.position, $0.key) < ($1.position, $1.key) }
    return disagreements + absent.map { .keyMissing($0.key, position: $0.position) }
  }

  private func batchNames() throws(StoreError) -> [String] {
    let statement = try connection.prepare("SELECT DISTINCT batch FROM events")
    var names: [String] = []
    while try statement.step() { names.append(statement.text(0)) }
    return names
  }

  private func rows() throws(StoreError) -> [BatchRow] {
    try LedgerReader.batchRows(of: connection.prepare(LedgerReader.batchesSQL))
  }
}

extension SQLiteEventStore {
  /// Compares the derived tables with the events, as `project` reads a batch's, oldest first; changes
  /// nothing.
  public func tableDisagreements(
    projecting project: @escaping @Sendable ([Event]) -> BatchProjection
  ) async throws(StoreError) -> [TableDisagreement] {
    try await read { reader throws(StoreError) in
      try LedgerTables(reader.connection).disagreeing(projecting: project)
    }
  }

  /// Rebuilds the derived tables from the events, in one transaction; returns what was repaired. Events are
  /// only read.
  @discardableResult
  public func rebuildTables(
    projecting project: @escaping @Sendable ([Event]) -> BatchProjection
  ) async throws(StoreError) -> [TableDisagreement] {
    try await exclusively { connection throws(StoreError) in
      let tables = LedgerTables(connection)
      let disagreements = try tables.disagreeing(projecting: project)
      try tables.mend(disagreements)
      return disagreements
    }
  }
}
