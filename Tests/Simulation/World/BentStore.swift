import Core
import Ledger
import Runner

/// A ledger with one of the deliberate bugs of `Mutant`.
struct BentStore: EventStore {
  let sound: any EventStore
  let world: World
  let process: SimulatedProcess
  let bug: Mutant

  func append(_ request: AppendRequest) async throws(StoreError) -> [Event] {
    var request = request
    switch bug {
    case .appendWithoutVersion:
      request.expecting = world.watch.states[process.batch]?.version ?? 0
    case .quotaIgnored: request.callsStarted = []
    case .interruptionForgotten:
      for index in request.events.indices where request.events[index].type == "stage.interrupted" {
        // As if the takeover had never looked for starts without an end.
        request.events[index] = NewEvent(
          timeMs: request.events[index].timeMs, run: request.events[index].run, type: "run.interrupted",
          payload: Array("{\"run\":\"none\"}".utf8))
      }
    case .signalForgotten:
      for index in request.events.indices where request.events[index].type == "stage.interrupted" {
        let text = String(decoding: request.events[index].payload, as: UTF8.self)
        request.events[index].payload = Array(text.replacing(",\"signal\":\"SIGINT\"", with: "").utf8)
      }
    case .appendNotDurable:
      if request.events.contains(where: { $0.type == "stage.completed" && $0.stage == "render" }),
        world.flip()
      {
        // Says yes before anything is written, and dies.
        let head = try await sound.head()
        let events = request.events.enumerated().map { offset, new in
          Event(
            position: head.position + 1 + Int64(offset), version: request.expecting + 1 + Int64(offset),
            timeMs: new.timeMs, batch: request.batch, run: new.run, type: new.type, asset: new.asset,
            stage: new.stage, attempt: new.attempt, payload: new.payload, previous: head.hash, hash: head.hash
          )
        }
        world.watch.acknowledged += events
        world.kill(process)
        throw .poisoned(cause: "dead")
      }
    case .appendTwice: return try await appendTwice(request)
    case .wrongBatchTable: if request.state == "packaged" { request.state = "open" }
    default: break
    }
    return try await sound.append(request)
  }

  /// As if an append whose answer came late were tried again.
  private func appendTwice(_ request: AppendRequest) async throws(StoreError) -> [Event] {
    let events = try await sound.append(request)
    guard request.events.contains(where: { $0.type == "batch.placed" }) else { return events }
    var again = request
    again.expecting += Int64(request.events.count)
    return events + (try await sound.append(again))
  }

  func events(matching query: EventQuery) async throws(StoreError) -> [Event] {
    var events = try await sound.events(matching: query)
    if bug == .eventNotRead, query.batch != nil, query.asset == nil,
      let index = events.lastIndex(where: { $0.type == "stage.deferred" })
    {
      events.remove(at: index)
    }
    return events
  }
  func events(underKey key: Digest) async throws(StoreError) -> [Event] {
    bug == .keyForgotten ? [] : try await sound.events(underKey: key)
  }
  func head() async throws(StoreError) -> LedgerHead { try await sound.head() }
  func batches() async throws(StoreError) -> [BatchRow] { try await sound.batches() }
  func allowance(
    of limiter: String, under limits: CallLimits, at now: Moment
  ) async throws(StoreError) -> Allowance {
    try await sound.allowance(of: limiter, under: limits, at: now)
  }
  func close() async {}
}
