import BatchModel
import Core

extension Runner {
  /// The first events of a run: itself, and what runs before it left without an end.
  ///
  /// A start that a run left without an end spends no attempt. Three in a row mean that the stage brings runs down,
  /// but for those of runs that were asked to stop.
  func takeOver(_ state: BatchState, run: String, _ start: RunStart) -> [BatchEvent] {
    var events: [BatchEvent] = [.runStarted(start)]
    let signal = state.openRun?.signal
    if let dead = state.openRun {
      events.append(.runInterrupted(RunInterruption(run: dead.id, signal: signal)))
    }
    for asset in state.assets {
      guard let stage = asset.currentStage else { continue }
      let inDoubt = stage == .extract && state.callsOutside(asset[.extract])
      events += interruption(
        asset[stage], StageRef(asset.id, stage, attempt: asset[stage].nextAttempt), inDoubt, signal)
    }
    for (stage, found) in [(Stage.place, state.place), (.commit, state.commit)] {
      events += interruption(found, StageRef(nil, stage, attempt: found.nextAttempt), false, signal)
    }
    return events
  }

  private func interruption(
    _ stage: StageState, _ ref: StageRef, _ inDoubt: Bool, _ signal: String?
  ) -> [BatchEvent] {
    guard case .started(_, let run) = stage.progress else { return [] }
    let interrupted = BatchEvent.stageInterrupted(
      ref, StageInterruption(run: run, inDoubt: inDoubt, signal: signal))
    guard ref.asset != nil, signal == nil, stage.interruptionsInARow + 1 >= RetryPolicy.crashLoopLimit else {
      return [interrupted]
    }
    let fault = Fault.crashLoop(ref.stage, asset: ref.asset)
    return [
      interrupted,
      .stageFailed(
        ref,
        StageFailure(
          code: fault.code, message: fault.message, exit: fault.exit, retryable: true,
          durationMs: 0)),
    ]
  }

  /// Ids of the calls that dead runs had under way: they no longer count as in flight.
  func callsOfDeadRuns(_ state: BatchState) -> [String] {
    state.assets.compactMap { asset in
      guard case .started(_, let run) = asset[.extract].progress, state.callsOutside(asset[.extract])
      else { return nil }
      return StageWork.callID(of: asset, run: run)
    }
  }
}

extension BatchState {
  /// Whether the run that started an extraction asked a program outside.
  fileprivate func callsOutside(_ extract: StageState) -> Bool {
    guard case .started(_, let run) = extract.progress else { return false }
    let execution = runs.last { $0.id == run }?.start.execution
    return (execution?.extractor ?? registration?.configuration.extractor)?.kind != .local
  }
}
