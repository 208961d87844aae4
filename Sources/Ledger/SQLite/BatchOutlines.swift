/// What a fold needs of an event, read without the chain's hashes and without what only the chain covers.
public struct EventOutline: Hashable, Sendable {
  public var position: Int64
  public var version: Int64
  public var timeMs: Int64
  public var type: String
  public var asset: String?
  public var stage: String?
  public var attempt: Int64?
  public var payload: [UInt8]

  public init(
    position: Int64, version: Int64, timeMs: Int64, type: String, asset: String?, stage: String?,
    attempt: Int64?,
    payload: [UInt8]
  ) {
    self.position = position
    self.version = version
    self.timeMs = timeMs
    self.type = type
    self.asset = asset
    self.stage = stage
    self.attempt = attempt
    self.payload = payload
  }

  /// What a fold needs of a whole event.
  public init(_ event: Event) {
    self.init(
      position: event.position, version: event.version, timeMs: event.timeMs, type: event.type,
      asset: event.asset,
      stage: event.stage, attempt: event.attempt, payload: event.payload)
  }
}

/// What the events of every batch say, compared with the derived tables.
public struct TableReview: Hashable, Sendable {
  /// Rows of the batch table that say something else than the events, beside those that are missing or too
  /// many.
  public var disagreements: [TableDisagreement] = []
  /// Events met while going through the batches one by one, up to the position asked for.
  public var events: Int64 = 0
  /// Whether the table of keys holds exactly the keys of the events.
  public var keysAgree = true
}

extension SQLiteEventStore {
  /// Compares the derived tables with what `project` makes of each batch's events, oldest first, up to a
  /// position.
  ///
  /// Holds one batch at a time. The keys are compared by a sum over all of them, so that a million cost no
  /// memory; which of them differ, a rebuild tells.
  public func reviewTables(
    upTo position: Int64, projecting project: @escaping @Sendable (String, [EventOutline]) -> BatchProjection
  ) async throws(StoreError) -> TableReview {
    try await read { reader throws(StoreError) in
      try BatchOutlines(connection: reader.connection).review(upTo: position, project)
    }
  }
}

/// Goes through a ledger batch by batch.
struct BatchOutlines {
  let connection: Connection

  private static let sql =
    """
    SELECT position, version, time_ms, type, asset, stage, attempt, payload FROM events
    INDEXED BY events_batch WHERE batch = ?1 ORDER BY version
    """

  func review(
    upTo position: Int64, _ project: (String, [EventOutline]) -> BatchProjection
  ) throws(StoreError) -> TableReview {
    var review = TableReview()
    var sum = KeySum()
    let selection = try connection.prepare(Self.sql)
    var rows: [String: BatchRow] = [:]
    for row in try LedgerReader.batchRows(of: connection.prepare(LedgerReader.batchesSQL)) {
      rows[row.batch] = row
    }
    let names = try connection.prepare("SELECT DISTINCT batch FROM events")
    var batches: [String] = []
    while try names.step() { batches.append(names.text(0)) }
    for batch in batches {
      let events = try outlines(of: batch, upTo: position, selection)
      guard let last = events.last else { continue }
      review.events += Int64(events.count)
      let projection = project(batch, events)
      for (position, key) in projection.keys { sum.add(key.bytes, position) }
      guard let found = rows[batch], found.position == last.position else { continue }
      var expected = found
      expected.state = projection.state
      if found != expected {
        review.disagreements.append(.batch(expected: expected, found: found))
      }
    }
    review.keysAgree = try storedKeys(upTo: position) == sum
    return review
  }

  private func outlines(
    of batch: String, upTo position: Int64, _ selection: Statement
  ) throws(StoreError) -> [EventOutline] {
    selection.bind(1, batch)
    defer { selection.reset() }
    var events: [EventOutline] = []
    while try selection.step() {
      let found = selection.integer(0)
      guard found <= position else { break }
      events.append(
        EventOutline(
          position: found, version: selection.integer(1), timeMs: selection.integer(2),
          type: selection.text(3),
          asset: selection.optionalText(4), stage: selection.optionalText(5),
          attempt: selection.optionalInteger(6), payload: selection.blob(7)))
    }
    return events
  }

  private func storedKeys(upTo position: Int64) throws(StoreError) -> KeySum {
    var sum = KeySum()
    let keys = try connection.prepare("SELECT key, position FROM event_keys")
    while try keys.step() {
      let found = keys.integer(1)
      if found <= position { sum.add(keys.rawBlob(0), found) }
    }
    return sum
  }
}

/// A sum over keys and positions that does not depend on their order: equal for equal sets.
private struct KeySum: Equatable {
  private var count: Int64 = 0
  private var sum: UInt64 = 0

  mutating func add(_ key: [UInt8], _ position: Int64) { key.withUnsafeBytes { add($0, position) } }

  mutating func add(_ key: UnsafeRawBufferPointer, _ position: Int64) {
    var mixed = UInt64(bitPattern: position) &* 0x9E37_79B9_7F4A_7C15
    for start in stride(from: 0, to: key.count - 7, by: 8) {
      mixed = (mixed ^ key.loadUnaligned(fromByteOffset: start, as: UInt64.self)) &* 0xBF58_476D_1CE4_E5B9
      mixed ^= mixed >> 29
    }
    count += 1
    sum &+= mixed
  }
}
