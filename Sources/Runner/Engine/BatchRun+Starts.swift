import BatchModel
import Core
import Ledger

/// What a turn of the loop starts.
extension BatchRun {
  /// Writes down what has come in together with the starts it makes possible, then starts them.
  func begin(
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
  /// True where the plan must be made again.
  func beginAlone(
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
            reason: .limited, code: FaultCode.ownLimit.rawValue,
            message: "The limits of the configuration allow no further call yet.",
            exit: .canGoOn, until: until, source: BatchState.ownLimit, worthWaiting: true,
            quota: stages.limiter))
      })
    for asset in assets { prepared[Planner.Slot(asset: asset.id, stage: .extract)] = nil }
  }
}
