import Core
import FileStore
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
  private var random: SplitMix64
  private var busy: Set<Planner.Slot> = []
  private var prepared: [Planner.Slot: StageKey] = [:]
  private var woken: Deadline?
  private let mailbox = Mailbox()
  private var stages: StageWork?
  private var appends = AppendTurns()
  /// How many grants in a row each asset's call came too late for.
  private var lapses: [AssetID: Int] = [:]
  private var waits = QuotaWaits()
  private(set) var notes: [Note] = []
  /// Whether it stops before placing: it was told to, or the batch is held and is to stay so.
  let isHolding: Bool
  private var hasPassedCheck = false
  /// What was written down last of a run that was left at once; nothing more is.
  var leftBehind: RunReport?
  /// No call has yet told whether the extractor takes any: the next one may start in spite of a pause.
  private var isProbing: Bool

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

  /// Adds a sentence for the user that is no event.
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

  /// Works until the batch has ended, nothing can go on, or the run is asked to stop.
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

  /// Writes down what has come in together with the starts it makes possible, then starts them.
  private func begin(
    _ steps: [Planner.Step], after news: News, _ stages: StageWork, _ mailbox: Mailbox,
    _ group: inout ThrowingTaskGroup<Void, any Error>
  ) async throws(StoreError) {
    var facts = news.facts
    var work: [(AssetState, Stage, StageKey)] = []
    for case .start(let assets, let stage) in steps where !stages.isLimited(stage) {
      for (asset, key) in ready(assets, stage) {
        facts.append(start(of: asset, stage, key))
        work.append((asset, stage, key))
      }
    }
    try await append(
      facts, callsEnded: news.callsEnded, callsReturned: news.callsReturned, pausesEnded: news.pausesEnded,
      pauses: news.pauses)
    for (asset, stage, key) in work { execute(stage, of: [(asset, key)], stages, mailbox, &group) }
    for case .prepare(let asset, let stage) in steps {
      guard let current = state[asset: asset] else { continue }
      busy.insert(Planner.Slot(asset: asset, stage: stage))
      group.addTask {
        mailbox.put(.prepared(asset, stage, try await stages.prepare(stage, of: current)))
      }
    }
  }

  /// Starts what needs an append of its own: calls that a limiter may refuse, and the batch's own stages.
  ///
  /// True where the plan must be made anew.
  private func beginAlone(
    _ steps: [Planner.Step], _ stages: StageWork, _ mailbox: Mailbox,
    _ group: inout ThrowingTaskGroup<Void, any Error>
  ) async throws -> Bool {
    for step in steps {
      switch step {
      case .prepare: break
      case .start(let assets, let stage):
        guard stages.isLimited(stage) else { break }
        let work = ready(assets, stage)
        let calls = stages.callStarts(for: work.map(\.0), run: id, isProbe: isProbing)
        let facts = work.map { start(of: $0.0, stage, $0.1) }
        if let until = try await refusal(of: facts, calls) {
          try await putOff(work.map(\.0), until: until, stages)
          return true
        }
        execute(stage, of: work, under: grant(of: calls, for: work.map(\.0.id)), stages, mailbox, &group)
      case .place:
        try await attempt(.place, stages)
        return true
      case .commit:
        try await attempt(.commit, stages)
        return true
      case .complete:
        try await append([.batchCompleted(stages.completion(of: state))])
        return true
      }
    }
    return false
  }

  /// The prepared ones among assets, with the keys they start under.
  private func ready(_ assets: [AssetID], _ stage: Stage) -> [(AssetState, StageKey)] {
    assets.compactMap { asset in
      state[asset: asset].flatMap { current in
        prepared[Planner.Slot(asset: asset, stage: stage)].map { (current, $0) }
      }
    }
  }

  private func start(of asset: AssetState, _ stage: Stage, _ key: StageKey) -> BatchEvent {
    .stageStarted(
      StageRef(asset.id, stage, attempt: asset[stage].nextAttempt), StageStart(key: key))
  }

  private func execute(
    _ stage: Stage, of work: [(AssetState, StageKey)], under grant: CallStart? = nil, _ stages: StageWork,
    _ mailbox: Mailbox, _ group: inout ThrowingTaskGroup<Void, any Error>
  ) {
    for (asset, _) in work {
      let slot = Planner.Slot(asset: asset.id, stage: stage)
      prepared[slot] = nil
      busy.insert(slot)
    }
    group.addTask {
      let outcomes = await stages.execute(stage, of: work, under: grant)
      if outcomes.contains(where: { stages.mayBeOurEnd($0.1) }) { await self.awaitStop() }
      mailbox.put(.executed(stage, outcomes))
    }
  }

  /// The call that work begins with; nil where its grants have lapsed so often that the machine is just slow: one whose
  /// ledger takes seconds for every append would else never call, and comes nowhere near the limits.
  private func grant(of calls: [CallStart], for assets: [AssetID]) -> CallStart? {
    let isSlow = assets.contains { lapses[$0, default: 0] >= Self.patienceWithGrants }
    return isSlow ? nil : calls.first
  }

  private static let patienceWithGrants = 3

  /// Appends starts; returns until when a limiter refuses them, in which case nothing is written.
  private func refusal(
    of facts: [BatchEvent], _ calls: [CallStart]
  ) async throws(StoreError) -> Deadline? {
    do throws(StoreError) {
      try await append(facts, callsStarted: calls)
      return nil
    } catch {
      guard case .limited(_, let until) = error else { throw error }
      return until
    }
  }

  /// Writes down that our own limits, not the server, make assets wait.
  private func putOff(
    _ assets: [AssetState], until: Deadline, _ stages: StageWork
  ) async throws(StoreError) {
    try await append(
      assets.map { asset in
        .stageDeferred(
          StageRef(asset.id, .extract, attempt: asset[.extract].nextAttempt),
          StageDeferral(
            reason: .limited, code: "own_limit",
            message: "The limits of the configuration allow no further call yet.",
            exit: .canGoOn, until: until, source: BatchState.ownLimit, worthWaiting: true,
            quota: stages.limiter))
      })
    for asset in assets { prepared[Planner.Slot(asset: asset.id, stage: .extract)] = nil }
  }

  // MARK: - Results

  /// What has come in, as facts that are not yet written down.
  struct News {
    var facts: [BatchEvent] = []
    var callsEnded: [String] = []
    var callsReturned: [String] = []
    var pausesEnded: [String] = []
    var pauses: [LimiterPause] = []
  }

  /// Turns results into facts; from here on their stages are no longer at work.
  private func news(in results: [Result], _ stages: StageWork, now: Moment) -> News {
    var news = News()
    let recorder = OutcomeRecorder(policy: stages.policy, now: now, limiter: stages.limiter)
    for result in results {
      switch result {
      case .prepared(let asset, let stage, let preparation):
        busy.remove(Planner.Slot(asset: asset, stage: stage))
        news.facts += take(preparation, asset, stage, recorder)
      case .executed(let stage, let outcomes):
        for (asset, outcome) in outcomes {
          busy.remove(Planner.Slot(asset: asset, stage: stage))
          guard let current = state[asset: asset] else { continue }
          let ref = StageRef(asset, stage, attempt: current[stage].nextAttempt)
          var facts = recorder.events(
            for: outcome, of: ref, at: current[stage], calls: state.calls.binding(stages.limiter),
            using: &random)
          if stop.status != nil, stages.mayBeOurEnd(outcome) {
            facts = [interruption(of: ref, inDoubt: true)]
          }
          news.facts += facts
          waits.take(facts, at: now)
          guard stage == .extract else { continue }
          lapses[asset] = outcome == .lapsed ? lapses[asset, default: 0] + 1 : nil
          if let call = stages.callID(of: current, run: id) {
            if outcome == .lapsed { news.callsReturned.append(call) } else { news.callsEnded.append(call) }
          }
          if isProbing, facts.contains(where: \.isExtractorsWord) {
            isProbing = false
            news.pausesEnded.append(stages.limiter)
          }
          news.pauses += stages.pauses(in: facts)
        }
      }
    }
    return news
  }

  private func take(
    _ preparation: Preparation, _ asset: AssetID, _ stage: Stage, _ recorder: OutcomeRecorder
  ) -> [BatchEvent] {
    guard let current = state[asset: asset] else { return [] }
    let ref = StageRef(asset, stage, attempt: current[stage].nextAttempt)
    switch preparation {
    case .needed(let key):
      prepared[Planner.Slot(asset: asset, stage: stage)] = key
      return []
    case .done(let completion, let package):
      return recorder.events(
        for: .completed(completion, package: package), of: ref, at: current[stage],
        calls: state.calls, using: &random)
    case .damaged(let damagedStage, let why):
      let attempt = current[damagedStage].nextAttempt
      return [.stageInvalidated(StageRef(asset, damagedStage, attempt: attempt), why)]
    case .ended(let outcome):
      if stop.status != nil, case .deferred(let deferral) = outcome, deferral.reason == .serverGone {
        return []
      }
      return recorder.events(
        for: outcome, of: ref, at: current[stage], calls: state.calls, using: &random)
    }
  }

  /// Runs a stage of the batch; a fault puts it off and ends the run.
  private func attempt(_ stage: Stage, _ stages: StageWork) async throws {
    do {
      if stage == .place {
        try await stages.place(in: self)
      } else {
        try await stages.commit(in: self)
      }
    } catch let fault as Fault {
      let current = stage == .place ? state.place : state.commit
      let ref = StageRef(nil, stage, attempt: current.nextAttempt)
      if fault.code == Fault.killedProgram || fault.code == Fault.killedHook {
        await awaitStop()
        if stop.status != nil { return try await append([interruption(of: ref, inDoubt: false)]) }
      }
      let recorder = OutcomeRecorder(
        policy: stages.policy, now: surroundings.clock.now(), limiter: stages.limiter)
      try await append(
        recorder.events(
          for: .ofBatch(fault), of: ref, at: current, calls: state.calls,
          using: &random))
      throw fault
    }
  }

  // MARK: - Endings

  /// How the run ends, given a plan in which nothing starts and nothing is at work; nil if it waits.
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

  /// What has come in by now, as facts.
  func takeNews() -> News {
    guard let stages else { return News() }
    return news(in: mailbox.takeAll(), stages, now: surroundings.clock.now())
  }

  /// Ids of the calls that this run has under way.
  func callsUnderWay() -> [String] {
    guard let stages else { return [] }
    return state.assets.compactMap { asset in
      guard case .started(_, run: id) = asset[.extract].progress else { return nil }
      return stages.callID(of: asset, run: id)
    }
  }

  private enum Result: Sendable {
    case prepared(AssetID, Stage, Preparation)
    case executed(Stage, [(AssetID, StageOutcome)])
  }

  /// Results that have come in and are not yet written down.
  private final class Mailbox: Sendable {
    private let results = Mutex<[Result]>([])
    func put(_ result: Result) { results.withLock { $0.append(result) } }
    func takeAll() -> [Result] {
      results.withLock { results in
        defer { results = [] }
        return results
      }
    }
  }
}

extension BatchEvent {
  /// The extractor has said something itself: an answer, or that it takes nothing yet.
  fileprivate var isExtractorsWord: Bool {
    switch self {
    case .stageCompleted(let ref, let fact): ref.stage == .extract && fact.how == .executed
    case .stageDeferred(_, let fact): fact.reason == .limited
    case .stageFailed(_, let fact): fact.exit == .someFailed
    default: false
    }
  }
}
