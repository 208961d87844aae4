import Core
import Synchronization

/// A ledger in memory, gone with the value: a real store by the same rules, for tests and rehearsals.
public final class MemoryEventStore: EventStore {
  private let ledger = Mutex(MemoryLedger())

  public init() {}

  @discardableResult
  public func append(_ request: AppendRequest) async throws(StoreError) -> [Event] {
    try ledger.withLock { ledger throws(StoreError) in try ledger.append(request) }
  }

  public func events(matching query: EventQuery) async throws(StoreError) -> [Event] {
    try read { $0.events(matching: query) }
  }

  public func events(underKey key: Digest) async throws(StoreError) -> [Event] {
    try read { ledger in ledger.positions[key, default: []].reversed().map { ledger.events[Int($0) - 1] } }
  }

  public func head() async throws(StoreError) -> LedgerHead {
    try read { $0.head }
  }

  public func batches() async throws(StoreError) -> [BatchRow] {
    try read { $0.batches.values.sorted { $0.position > $1.position } }
  }

  public func allowance(
    of limiter: String, under limits: CallLimits, at now: Moment
  ) async throws(StoreError) -> Allowance {
    try read { $0.windows[limiter, default: CallWindow()].allowance(under: limits, at: now) }
  }

  public func close() async {
    ledger.withLock { $0.isClosed = true }
  }

  private func read<Value: Sendable>(
    _ body: (MemoryLedger) -> Value
  ) throws(StoreError) -> Value {
    try ledger.withLock { ledger throws(StoreError) in
      guard !ledger.isClosed else { throw StoreError.closed }
      return body(ledger)
    }
  }
}

/// What a memory store holds. A request works on a copy, which takes the original's place if all went well.
private struct MemoryLedger: Sendable {
  var events: [Event] = []
  var positions: [Digest: [Int64]] = [:]
  /// By folded name.
  var batches: [String: BatchRow] = [:]
  var windows: [String: CallWindow] = [:]
  var isClosed = false

  var head: LedgerHead {
    events.last.map { LedgerHead(position: $0.position, hash: $0.hash) }
      ?? LedgerHead(position: 0, hash: .zero)
  }

  mutating func append(_ request: AppendRequest) throws(StoreError) -> [Event] {
    guard !isClosed else { throw StoreError.closed }
    let folded = BatchName.folded(request.batch)
    let row = batches[folded]
    let found = row?.batch == request.batch ? row?.version ?? 0 : 0
    guard found == request.expecting else {
      throw StoreError.conflict(batch: request.batch, expected: request.expecting, found: found)
    }
    if let row, row.batch != request.batch { throw StoreError.batchNamed(existing: row.batch) }
    windows = try windowsAfter(request)
    var hasher = ChainHasher()
    let placed = request.events(after: head, hashing: &hasher)
    events += placed
    for (new, event) in zip(request.events, placed) {
      if let key = new.key { positions[key, default: []].append(event.position) }
    }
    if let last = placed.last {
      batches[folded] = BatchRow(
        batch: request.batch, version: last.version, state: request.state, position: last.position,
        timeMs: last.timeMs)
    } else {
      batches[folded]?.state = request.state
    }
    return placed
  }

  func events(matching query: EventQuery) -> [Event] {
    let matching = events.lazy.filter { event in
      (query.after.map { query.reversed ? event.position < $0 : event.position > $0 } ?? true)
        && (query.upTo.map { event.position <= $0 } ?? true)
        && (query.batch.map { $0 == event.batch } ?? true)
        && (query.asset.map { $0 == event.asset } ?? true)
        && (query.run.map { $0 == event.run } ?? true)
        && (query.sinceMs.map { $0 <= event.timeMs } ?? true)
        && (query.untilMs.map { $0 >= event.timeMs } ?? true)
        && (query.types.isEmpty || query.types.contains(event.type))
        && (query.stages.isEmpty || event.stage.map(query.stages.contains) ?? false)
    }
    let limit = max(0, query.limit ?? .max)
    return query.reversed ? Array(matching.reversed().prefix(limit)) : Array(matching.prefix(limit))
  }

  private func windowsAfter(_ request: AppendRequest) throws(StoreError) -> [String: CallWindow] {
    let changes = try LimiterChanges(request) { limiter throws(StoreError) in
      windows[limiter, default: CallWindow()]
    }
    var after = windows
    let ended = Set(changes.ended)
    let spent = Set(changes.spent)
    for limiter in after.keys {
      after[limiter]?.end(ended)
      after[limiter]?.calls.removeAll { spent.contains($0.id) }
    }
    for limiter in changes.pausesEnded { after[limiter]?.pause = nil }
    for (limiter, until) in changes.pauses { after[limiter, default: CallWindow()].pause = until }
    for call in changes.started {
      guard !after.values.contains(where: { $0.calls.contains { $0.id == call.id } }) else {
        throw StoreError.failed(
          operation: "record call", code: CallWindow.repeatedCode, message: "a call's id is not unique")
      }
      after[call.limiter, default: CallWindow()].calls.append(RecordedCall(call))
    }
    return after
  }
}
