import EventLog

/// One write transaction: several requests, one after another on the ledger's end.
struct AppendTransaction {
  private let statements: WriteStatements
  private let connection: Connection
  private let path: String
  /// Whether each request gets a savepoint, so that a failed write is undone without its neighbours'.
  private let withSavepoints: Bool
  private var head = LedgerHead(position: 0, hash: .zero)

  /// Where no ledger comes by counting.
  private static let furthestPosition: Int64 = 1 << 48

  init(_ statements: WriteStatements, on connection: Connection, path: String, withSavepoints: Bool) {
    self.statements = statements
    self.connection = connection
    self.path = path
    self.withSavepoints = withSavepoints
  }

  /// Reads where the ledger ends now; the transaction must be open.
  mutating func readHead() throws(StoreError) {
    defer { statements.head.reset() }
    guard try statements.head.step() else { return }
    guard let hash = statements.head.digest(1) else {
      throw StoreError.damaged(path: path, finding: "the last event's hash is not 32 bytes long")
    }
    let position = statements.head.integer(0)
    guard (1...Self.furthestPosition).contains(position) else {
      throw StoreError.damaged(path: path, finding: "the last event's position is \(position)")
    }
    head = LedgerHead(position: position, hash: hash)
  }

  /// Appends one request's events, or refuses it and writes nothing; throws only if the whole transaction is
  /// lost.
  mutating func append(
    _ request: AppendRequest, hashing hasher: inout ChainHasher
  ) throws(StoreError) -> Result<[Event], StoreError> {
    let limiters: LimiterChanges
    do throws(StoreError) {
      try check(request)
      limiters = try LimiterChanges(request, window: window)
    } catch {
      return .failure(error)
    }
    if withSavepoints { try statements.savepoint.run() }
    do throws(StoreError) {
      try write(limiters)
      let events = try insert(request, hashing: &hasher)
      if withSavepoints { try statements.release.run() }
      if let last = events.last { head = LedgerHead(position: last.position, hash: last.hash) }
      return .success(events)
    } catch {
      // A full disk or a failing one ends SQLite's transaction, and the neighbours' writes are gone with it.
      guard withSavepoints, connection.isInTransaction else { throw error }
      try statements.rollbackToSavepoint.run()
      try statements.release.run()
      return .failure(error)
    }
  }

  /// Refuses what must not be written, before anything is.
  private func check(_ request: AppendRequest) throws(StoreError) {
    let version = statements.versionOfBatch
    version.bind(1, request.batch)
    let found = try version.step() ? version.integer(0) : 0
    version.reset()
    guard found == request.expecting else {
      throw StoreError.conflict(batch: request.batch, expected: request.expecting, found: found)
    }
    guard found == 0 else { return }
    let named = statements.batchNamedLike
    named.bind(1, BatchName.folded(request.batch))
    defer { named.reset() }
    if try named.step(), named.text(0) != request.batch {
      throw StoreError.batchNamed(existing: named.text(0))
    }
  }

  private func write(_ changes: LimiterChanges) throws(StoreError) {
    for id in changes.ended {
      statements.endCall.bind(1, id)
      try statements.endCall.run()
    }
    for limiter in changes.pausesEnded {
      statements.removePause.bind(1, limiter)
      try statements.removePause.run()
    }
    for (limiter, until) in changes.pauses {
      statements.upsertPause.bind(1, limiter)
      statements.upsertPause.bind(2, until.wallMs)
      statements.upsertPause.bind(3, until.bootMs)
      statements.upsertPause.bind(4, until.boot)
      try statements.upsertPause.run()
    }
    for id in changes.spent {
      statements.removeCall.bind(1, id)
      try statements.removeCall.run()
    }
    for call in changes.started { try record(call) }
  }

  private func window(of limiter: String) throws(StoreError) -> CallWindow {
    try LimiterRows.window(
      of: limiter, calls: statements.callsOfLimiter, pause: statements.pauseOfLimiter)
  }

  private func record(_ call: CallStart) throws(StoreError) {
    let insert = statements.insertCall
    insert.bind(1, call.id)
    insert.bind(2, call.limiter)
    insert.bind(3, call.at.wallMs)
    insert.bind(4, call.at.bootMs)
    insert.bind(5, call.at.boot)
    insert.bind(6, call.leaseMs)
    insert.bind(7, call.limits.perMinute.map(Int64.init))
    insert.bind(8, call.limits.inFlight.map(Int64.init))
    try insert.run()
  }

  private func insert(
    _ request: AppendRequest, hashing hasher: inout ChainHasher
  ) throws(StoreError) -> [Event] {
    let events = request.events(after: head, hashing: &hasher)
    for (new, event) in zip(request.events, events) {
      try insert(event)
      if let key = new.key {
        statements.insertKey.bind(1, key.bytes)
        statements.insertKey.bind(2, event.position)
        try statements.insertKey.run()
      }
    }
    if let last = events.last {
      try statements.upsert(
        BatchRow(
          batch: request.batch, version: last.version, state: request.state, position: last.position,
          timeMs: last.timeMs))
    } else {
      statements.setState.bind(1, BatchName.folded(request.batch))
      statements.setState.bind(2, request.state)
      try statements.setState.run()
    }
    return events
  }

  private func insert(_ event: Event) throws(StoreError) {
    let insert = statements.insertEvent
    insert.bind(1, event.position)
    insert.bind(2, event.version)
    insert.bind(3, event.timeMs)
    insert.bind(4, event.batch)
    insert.bind(5, event.run)
    insert.bind(6, event.type)
    insert.bind(7, event.asset)
    insert.bind(8, event.stage)
    insert.bind(9, event.attempt)
    insert.bind(10, event.payload)
    insert.bind(11, event.previous.bytes)
    insert.bind(12, event.hash.bytes)
    try insert.run()
  }
}
