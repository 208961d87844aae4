import BatchModel
import Core
import GitRepository
import Ledger
import Synchronization

/// One run over one batch: decides with pure functions, appends, and only then acts.
///
/// The only file with task groups. Each turn of the loop takes the results that have come in, writes them and the
/// starts they make possible in one append, and starts that work once the append is on disk.
actor BatchRun {
  let batch: BatchID
  let id: String
  let surroundings: Surroundings
  let options: RunOptions
  let stop: StopSignal
  private let observe: @Sendable (Event) -> Void
  private(set) var state: BatchState
  var random: SplitMix64
  var busy: Set<Planner.Slot> = []
  var prepared: [Planner.Slot: StageKey] = [:]
  private var woken: Deadline?
  let mailbox = Mailbox()
  var stages: StageWork?
  private var appends = AppendTurns()
  /// How many grants in a row each asset's call came too late for.
  var lapses: [AssetID: Int] = [:]
  var waits = QuotaWaits()
  private(set) var notes: [Note] = []
  /// Whether it stops before placing: it was told to, or the batch is held and is to stay so.
  let isHolding: Bool
  private var hasPassedCheck = false
  /// What was written down last of a run that was left at once; nothing more is.
  var leftBehind: RunReport?
  /// No call has yet told whether the extractor takes any: the next one may start in spite of a pause.
  var isProbing: Bool

  init(
    batch: BatchID, id: String, state: BatchState, surroundings: Surroundings, options: RunOptions,
    stop: StopSignal, observe: @escaping @Sendable (Event) -> Void
  ) {
    self.batch = batch
    self.id = id
    self.state = state
    self.surroundings = surroundings
    self.options = options
    self.stop = stop
    isHolding = options.untilPackaged || (options.keepsHold && state.holds)
    self.observe = observe
    isProbing = options.ignoresWaits
    self.random = SplitMix64(seed: surroundings.newSeed())
  }

  /// Why a run came to its end.
  enum Ending: Hashable, Sendable {
    case finished
    /// Every asset is packaged, and nothing more was asked for.
    case packaged
    case failed([StageFailure], deferred: [StageDeferral])
    case waitsTooLong(until: Deadline)
    case stopped(ExitStatus)
  }

  /// Appends facts to the batch's stream and folds them; the state moves only once they are on disk.
  func append(
    _ facts: [BatchEvent], callsStarted: [CallStart] = [], callsEnded: [String] = [],
    callsReturned: [String] = [], pausesEnded: [String] = [], pauses: [LimiterPause] = []
  ) async throws(StoreError) {
    guard !facts.isEmpty else { return }
    await takeTurn()
    defer { appends.give() }
    if leftBehind != nil {
      throw .conflict(batch: batch.text, expected: state.version, found: state.version + 1)
    }
    try await appendInTurn(
      facts, callsStarted: callsStarted, callsEnded: callsEnded, callsReturned: callsReturned,
      pausesEnded: pausesEnded, pauses: pauses)
  }

  /// Appends by whoever has the turn.
  func appendInTurn(
    _ facts: [BatchEvent], callsStarted: [CallStart] = [], callsEnded: [String] = [],
    callsReturned: [String] = [], pausesEnded: [String] = [], pauses: [LimiterPause] = []
  ) async throws(StoreError) {
    let timeMs = surroundings.clock.now().wallMs
    let next = state.applying(facts, timeMs: timeMs, run: id)
    let stored = try await surroundings.store.append(
      AppendRequest(
        batch: batch.text, expecting: state.version,
        events: facts.map { $0.stored(timeMs: timeMs, run: id) }, state: next.phase.rawValue,
        callsStarted: callsStarted, callsEnded: callsEnded, callsReturned: callsReturned,
        pausesEnded: pausesEnded, pauses: pauses))
    state = next
    for event in stored { observe(event) }
  }

  /// Waits until no other append is under way.
  func takeTurn() async {
    guard appends.isTaken else { return appends.take() }
    await withCheckedContinuation { appends.wait($0) }
  }

  /// Gives the turn to everybody who waits for it, and takes it again after them.
  func letOthersAppend() async {
    while appends.hasWaiters {
      await withCheckedContinuation {
        appends.wait($0)
        appends.give()
      }
    }
  }

  func giveTurn() { appends.give() }

  /// Appends facts; a store's error becomes a fault.
  func write(_ facts: [BatchEvent], ending calls: [String] = []) async throws(Fault) {
    do throws(StoreError) { try await append(facts, callsEnded: calls) } catch {
      throw .ledger(error)
    }
  }

  /// Notes that the check before any work has passed: a hold that is not to be kept is lifted.
  func passCheck() { hasPassedCheck = true }

  /// Whether the batch is held once the run has ended here.
  var isHeldAtEnd: Bool { !state.isEnded && (isHolding || (state.holds && !hasPassedCheck)) }

  /// Whether a hold outlives this run although it was not told to hold.
  var keepsHoldUnasked: Bool { !options.untilPackaged && (isHolding || state.holds) }

  /// Adds a sentence for the user that is not an event.
  func note(_ note: Note) { notes.append(note) }

  /// The same for what the repository has to say.
  func note(_ text: String) { notes.append(Note("repository", text)) }

  /// Names placed files that stay where they are, and how the next run gets past them.
  func noteLeft(_ paths: [String]) {
    guard !paths.isEmpty else { return }
    let names = paths.map { "\"\($0)\"" }.joined(separator: ", ")
    let flags = paths.map { "--force \(ShellWord.quoted($0))" }.joined(separator: " ")
    note(
      "Left in the working tree, because they no longer hold what was placed or are somebody else's by now: "
        + "\(names). To overwrite them, run again with `\(flags)`.")
  }

  // MARK: - The loop

  /// Works until the batch has ended, nothing can continue, or the run is asked to stop.
  func work(_ stages: StageWork) async throws(Fault) -> Ending {
    let limits = stages.configuration.limits
    let wanted = options.jobs ?? limits.inFlight
    let fit = stages.memoryFit(state)
    if let note = fit.note(wanted: wanted) { self.note(Note("memory_short", note)) }
    let planner = Planner(
      run: id, jobs: fit.jobs(wanted: wanted),
      extractsTogether: stages.extractsTogether, stopsBeforePlacing: isHolding, limiter: stages.limiter)
    let maxWaitMs = maxWaitMs(limits)
    let mailbox = mailbox
    self.stages = stages
    do {
      return try await withThrowingTaskGroup(of: Void.self) { group in
        defer { group.cancelAll() }
        group.addTask { await self.stop.wait() }
        while true {
          let now = self.surroundings.clock.now()
          self.waits.end(at: now)
          let news = self.news(in: mailbox.takeAll(), stages, now: now)
          let plan = planner.plan(
            self.state.applying(news.facts, run: self.id), busy: self.busy,
            prepared: Set(self.prepared.keys), now: now)
          // What has landed is written down to its end.
          let steps = self.stop.status == nil ? plan.steps : plan.steps.filter { $0 == .complete }
          try await self.begin(steps, after: news, stages, mailbox, &group)
          if try await self.beginAlone(steps, stages, mailbox, &group) { continue }
          if let status = self.stop.status, self.busy.isEmpty {
            return self.state.isEnded ? Ending.finished : .stopped(status)
          }
          if self.busy.isEmpty {
            guard let ending = self.ending(plan, now: now, maxWaitMs: maxWaitMs) else {
              self.waits.begin(at: now, self.state)
              self.schedule(plan.wakeUp, &group)
              _ = try await group.next()
              continue
            }
            return ending
          }
          if self.stop.status == nil { self.schedule(plan.wakeUp, &group) }
          _ = try await group.next()
        }
      }
    } catch {
      throw Fault(error)
    }
  }

  /// The longest wait within the run.
  nonisolated func maxWaitMs(_ limits: Configuration.Limits) -> Int64 {
    options.maxWaitMs ?? limits.maxWait.milliseconds
  }

  // MARK: - Endings

  /// How the run ends, given a plan in which nothing starts and nothing is running; nil if it waits.
  private func ending(_ plan: Planner.Plan, now: Moment, maxWaitMs: Int64) -> Ending? {
    if state.isEnded { return .finished }
    if let wakeUp = plan.wakeUp {
      return waits.totalMs(with: wakeUp, at: now) > maxWaitMs ? .waitsTooLong(until: wakeUp) : nil
    }
    let isAsFarAsAsked = state.phase == .packaged || (isHolding && state.phase == .placed)
    if plan.failed.isEmpty, plan.blocked.isEmpty, isAsFarAsAsked { return .packaged }
    return .failed(plan.failed, deferred: plan.blocked)
  }

  /// Wakes the loop at a time, unless it is going to wake up then anyway.
  private func schedule(_ deadline: Deadline?, _ group: inout ThrowingTaskGroup<Void, any Error>) {
    guard let deadline, deadline != woken else { return }
    woken = deadline
    let clock = surroundings.clock
    group.addTask {
      try? await clock.sleep(until: deadline)
      await self.wakeUp(at: deadline)
    }
  }

  /// Forgets a time that was waited for: a clock that was set back, or rang too early, has the loop wait for it again.
  private func wakeUp(at deadline: Deadline) {
    if woken == deadline { woken = nil }
  }

  /// Ids of the calls that this run has under way.
  func callsUnderWay() -> [String] {
    guard let stages else { return [] }
    return state.assets.compactMap { asset in
      guard case .started(_, run: id) = asset[.extract].progress else { return nil }
      return stages.callID(of: asset, run: id)
    }
  }
}
