import Core
import Files
import Ledger
import Runner

/// The world's ledger, as one process reaches it: the real store in memory, with what can happen on the way to it.
struct SimulatedStore: EventStore {
  let world: World
  let process: SimulatedProcess
  /// A deliberate bug: the version is compared before the ledger is locked, and not again.
  var comparesBeforeLock = false

  /// How long an append waits for another's.
  private static let patienceMs: Int64 = 10_000

  private func perform<Value: Sendable>(
    _ site: FaultPlan.Site, _ name: String, _ effect: () async throws(StoreError) -> Value
  ) async throws(StoreError) -> Value {
    if process.isPoisoned { throw .poisoned(cause: "an earlier sync failed") }
    return try await world.perform(
      site, name, by: process, lost: .poisoned(cause: "dead"),
      failing: { failure in
        switch failure {
        case .noSpace: return .diskFull(path: "ledger.db")
        case .inputOutput: return .failed(operation: "write", code: 10, message: "disk I/O error")
        case .busy: return .busy(path: "ledger.lock", holder: 1)
        case .poisoned:
          process.isPoisoned = true
          return .poisoned(cause: "sync failed")
        }
      },
      failingAfter: site == .append
        ? { _ in
          // What is on disk is unknown to a store whose commit was not said to be done.
          process.isPoisoned = true
          return .poisoned(cause: "the answer was lost")
        } : nil, effect)
  }

  func append(_ request: AppendRequest) async throws(StoreError) -> [Event] {
    let types = request.events.map {
      $0.type + ($0.asset.map { " \($0)" } ?? "") + ($0.stage.map { " \($0)" } ?? "")
    }
    let wasPoisoned = process.isPoisoned
    do throws(StoreError) {
      let events = try await perform(.append, "append \(request.batch)@\(request.expecting): \(types)") {
        () async throws(StoreError) in
        let request = try await underLock(request)
        let events = try await world.ledger().append(request)
        world.noteAppended(events, request, by: process)
        return events
      }
      world.watch.acknowledged += events
      return events
    } catch {
      world.say("append refused: \(error)", process)
      if case .conflict = error { process.knowsItIsOvertaken = true }
      // A sync that failed says nothing about what is on disk.
      if case .poisoned = error, !wasPoisoned, process.isAlive, world.flip() {
        if let events = try? await world.ledger().append(request) {
          world.noteAppended(events, request, by: process)
        }
      }
      throw error
    }
  }

  /// Waits for the ledger, and sleeps there if the process has been put to sleep: between its comparison of versions
  /// and its commit.
  private func underLock(_ request: AppendRequest) async throws(StoreError) -> AppendRequest {
    let start = world.queue.nowMs
    while let holder = world.ledgerHolder, holder.isAlive, holder !== process {
      guard world.queue.nowMs - start < Self.patienceMs else {
        throw .busy(path: "ledger.lock", holder: holder.id)
      }
      await withUnsafeContinuation { continuation in
        world.queue.at(world.queue.nowMs + 1_000) { continuation.resume() }
      }
    }
    guard process.isAlive else { throw .poisoned(cause: "dead") }
    guard process.isAsleep else { return request }
    var request = request
    let isCurrent = request.expecting == version(of: request)
    world.say("sleeps in its append", process)
    if !comparesBeforeLock { world.ledgerHolder = process }
    await world.pause(process)
    if world.ledgerHolder === process { world.ledgerHolder = nil }
    guard process.isAlive else { throw .poisoned(cause: "dead") }
    if comparesBeforeLock, isCurrent { request.expecting = version(of: request) }
    return request
  }

  private func version(of request: AppendRequest) -> Int64 {
    BatchID(request.batch).flatMap { world.watch.states[$0]?.version } ?? 0
  }

  func events(matching query: EventQuery) async throws(StoreError) -> [Event] {
    try await perform(.read, "query") { () async throws(StoreError) in
      try await world.ledger().events(matching: query)
    }
  }

  func events(underKey key: Digest) async throws(StoreError) -> [Event] {
    try await perform(.read, "key \(key.hex.prefix(8))") { () async throws(StoreError) in
      try await world.ledger().events(underKey: key)
    }
  }

  func head() async throws(StoreError) -> LedgerHead {
    try await perform(.read, "head") { () async throws(StoreError) in try await world.ledger().head() }
  }

  func batches() async throws(StoreError) -> [BatchRow] {
    try await perform(.read, "batches") { () async throws(StoreError) in try await world.ledger().batches() }
  }

  func allowance(
    of limiter: String, under limits: CallLimits, at now: Moment
  ) async throws(StoreError) -> Allowance {
    try await perform(.read, "allowance") { () async throws(StoreError) in
      try await world.ledger().allowance(of: limiter, under: limits, at: now)
    }
  }

  func close() async {}
}
