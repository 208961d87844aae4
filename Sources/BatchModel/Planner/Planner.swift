import Core

/// Turns a batch's state into what may start now. Pure: the same input gives the same plan.
package struct Planner: Sendable {
  /// The run that plans; deferrals for which waiting is of no use bind only the run that met them.
  package var run: String
  /// Stages running at once, at most.
  package var jobs: Int
  /// One call asks for all pending assets at once.
  package var extractsTogether: Bool
  /// Stop once every asset is packaged.
  package var stopsBeforePlacing: Bool
  /// The limiter of the extractor that is asked: what another one said does not bind.
  package var limiter: String

  package init(run: String, jobs: Int, extractsTogether: Bool, stopsBeforePlacing: Bool, limiter: String) {
    self.run = run
    self.jobs = jobs
    self.extractsTogether = extractsTogether
    self.stopsBeforePlacing = stopsBeforePlacing
    self.limiter = limiter
  }

  /// One thing to start.
  package enum Step: Hashable, Sendable {
    /// Find out whether the stage's result exists already, and what it depends on.
    case prepare(AssetID, Stage)
    /// Start the prepared stages; several only for an extraction of all assets at once.
    case start([AssetID], Stage)
    case place, commit, complete
  }

  /// A stage that is running or prepared.
  package struct Slot: Hashable, Sendable {
    package var asset: AssetID?
    package var stage: Stage

    package init(asset: AssetID? = nil, stage: Stage) {
      self.asset = asset
      self.stage = stage
    }
  }

  /// What to start, and what to do if that is nothing and nothing is running.
  package struct Plan: Hashable, Sendable {
    package var steps: [Step] = []
    /// The earliest time at which something deferred may start.
    package var wakeUp: Deadline?
    /// Deferrals that end the run: waiting within it is of no use.
    package var blocked: [StageDeferral] = []
    /// Failures that only `retry` opens again.
    package var failed: [StageFailure] = []
  }

  /// Plans from a state, given what is running and what is prepared.
  package func plan(
    _ state: BatchState, busy: Set<Slot>, prepared: Set<Slot>, now: Moment
  ) -> Plan {
    var plan = Plan()
    var free = jobs - busy.count
    guard !state.isEnded else { return plan }
    for asset in state.assets {
      guard let stage = asset.currentStage, !busy.contains(Slot(asset: asset.id, stage: stage))
      else { continue }
      guard isReady(asset[stage], of: state, now: now, into: &plan) else { continue }
      if !prepared.contains(Slot(asset: asset.id, stage: stage)) {
        if free > 0 { plan.steps.append(.prepare(asset.id, stage)) }
        free -= 1
      } else if stage != .extract {
        if free > 0 { plan.steps.append(.start([asset.id], stage)) }
        free -= 1
      }
    }
    planCalls(state, busy: busy, prepared: prepared, free: free, now: now, into: &plan)
    if state.assets.allSatisfy(\.isPackaged) { planBatch(state, busy: busy, now: now, into: &plan) }
    return plan
  }

  /// Whether a stage may start now; puts down what it waits for if not.
  private func isReady(
    _ stage: StageState, of state: BatchState, now: Moment, into plan: inout Plan
  ) -> Bool {
    switch stage.progress {
    case .waiting: return true
    case .started, .completed: return false
    case .failed(let failure):
      guard let next = failure.next else {
        plan.failed.append(failure)
        return false
      }
      return hasPassed(next, now: now, into: &plan)
    case .deferred(let deferral, let byRun):
      if byRun == run, !deferral.worthWaiting {
        plan.blocked.append(deferral)
        return false
      }
      guard let until = deferral.until, state.binds(deferral, limiter) else { return true }
      return hasPassed(until, now: now, into: &plan)
    }
  }

  /// Starts prepared extractions as far as the extractor's last answers allow.
  private func planCalls(
    _ state: BatchState, busy: Set<Slot>, prepared: Set<Slot>, free: Int, now: Moment,
    into plan: inout Plan
  ) {
    let waiting = state.assets.filter {
      $0.currentStage == .extract && prepared.contains(Slot(asset: $0.id, stage: .extract))
        && !busy.contains(Slot(asset: $0.id, stage: .extract))
    }.map(\.id)
    guard !waiting.isEmpty else { return }
    let calls = state.calls.binding(limiter)
    if let paused = calls.pausedUntil, !hasPassed(paused, now: now, into: &plan) { return }
    let underWay = busy.count { $0.stage == .extract }
    if extractsTogether {
      let othersMayCome = state.assets.contains { mayStillReachExtract($0, prepared: prepared) }
      if underWay == 0, !othersMayCome { plan.steps.append(.start(waiting, .extract)) }
      return
    }
    let allowed = calls.needsProbe ? max(0, 1 - underWay) : max(0, free)
    for asset in waiting.prefix(allowed) { plan.steps.append(.start([asset], .extract)) }
  }

  /// Whether an asset is on its way to `extract` and would join a call for all.
  private func mayStillReachExtract(_ asset: AssetState, prepared: Set<Slot>) -> Bool {
    guard let stage = asset.currentStage, stage <= .extract else { return false }
    if prepared.contains(Slot(asset: asset.id, stage: .extract)) { return false }
    switch asset[stage].progress {
    case .failed(let failure): return failure.next != nil
    case .deferred(let deferral, let byRun): return byRun != run || deferral.worthWaiting
    case .waiting, .started, .completed: return true
    }
  }

  /// The batch's own stages, once every asset is packaged.
  ///
  /// One that failed is tried again by each run: `retry` opens assets only. Earlier versions wrote such failures.
  private func planBatch(
    _ state: BatchState, busy: Set<Slot>, now: Moment, into plan: inout Plan
  ) {
    guard busy.isEmpty, !state.assets.isEmpty else { return }
    func isDue(_ stage: StageState) -> Bool {
      if case .failed = stage.progress { return true }
      return isReady(stage, of: state, now: now, into: &plan)
    }
    if state.placement == nil {
      if !stopsBeforePlacing, isDue(state.place) { plan.steps = [.place] }
    } else if !state.commit.isCompleted {
      // An intent may have landed, and must be brought to its end.
      if !stopsBeforePlacing || state.intent != nil || state.confirmation != nil, isDue(state.commit) {
        plan.steps = [.commit]
      }
    } else {
      plan.steps = [.complete]
    }
  }

  private func hasPassed(_ deadline: Deadline, now: Moment, into plan: inout Plan) -> Bool {
    let remaining = deadline.remainingMs(at: now)
    guard remaining > 0 else { return true }
    let earlier = plan.wakeUp.map { $0.remainingMs(at: now) > remaining } ?? true
    if earlier { plan.wakeUp = deadline }
    return false
  }
}
