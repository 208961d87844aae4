import BatchModel
import Core
import Ledger

/// How a run takes a request to stop: what it writes down, and when it waits for nothing.
extension BatchRun {
  /// How long a program that died is looked at before its death counts as its own: a stop that ends a whole group of
  /// processes may reach it before us.
  private static let stopDelayMs: Int64 = 100

  /// Waits a moment for a request to stop that may be on its way.
  func awaitStop() async {
    guard stop.status == nil else { return }
    try? await surroundings.clock.sleep(
      until: Deadline(surroundings.clock.now(), plusMs: Self.stopDelayMs))
  }

  func interruption(of ref: StageRef, inDoubt: Bool) -> BatchEvent {
    .stageInterrupted(ref, StageInterruption(run: id, inDoubt: inDoubt, signal: stop.signal))
  }

  /// Writes down that a signal asks for the end: should the run be killed before it has come to that, its death was
  /// asked for.
  func noteStop() async {
    await stop.wait()
    guard let signal = stop.signal, state.openRun?.id == id, state.confirmation == nil, !state.isEnded
    else { return }
    // A ledger that takes no more is met by the next append, too.
    try? await append([.runInterrupted(RunInterruption(run: id, signal: signal))])
  }

  /// Writes down what has come in, that all else is interrupted, and the run's end; nothing more is written after it.
  ///
  /// What has landed only has its last events to come: it is left to come to its end.
  func leaveIfUrgent() async {
    await stop.wait(forUrgent: true)
    guard stop.isUrgent, let status = stop.status else { return }
    await takeTurn()
    await letOthersAppend()
    defer { giveTurn() }
    guard state.openRun?.id == id, state.confirmation == nil, !state.isEnded, leftBehind == nil else {
      return
    }
    let news = takeNews()
    var facts = news.facts
    facts += interruptions(in: state.applying(facts, run: id))
    let fault = Fault.stopped(batch, status, signal: stop.signal)
    let durationMs = surroundings.clock.now().wallMs - (state.openRun?.startedMs ?? 0)
    facts.append(
      .runFinished(
        RunFinish(
          exit: status, code: fault.code, retryAt: nil, durationMs: max(0, durationMs), held: isHeldAtEnd,
          signal: stop.signal)))
    let calls = news.callsEnded + callsUnderWay()
    do throws(StoreError) {
      try await appendInTurn(
        facts, callsEnded: calls, callsReturned: news.callsReturned, pausesEnded: news.pausesEnded,
        pauses: news.pauses)
    } catch {
      return
    }
    let report = RunReport(batch: batch, state: state, exit: status, faults: [fault], notes: notes)
    leftBehind = report
    try? await surroundings.publishHead()
    stop.leave(report)
  }

  private func interruptions(in state: BatchState) -> [BatchEvent] {
    var facts: [BatchEvent] = []
    for asset in state.assets {
      guard let stage = asset.currentStage, case .started = asset[stage].progress else { continue }
      let inDoubt = stage == .extract && state.registration?.configuration.extractor.kind != .local
      facts.append(
        interruption(of: StageRef(asset.id, stage, attempt: asset[stage].nextAttempt), inDoubt: inDoubt))
    }
    for (stage, found) in [(Stage.place, state.place), (.commit, state.commit)] {
      guard case .started = found.progress else { continue }
      facts.append(interruption(of: StageRef(nil, stage, attempt: found.nextAttempt), inDoubt: false))
    }
    return facts
  }
}

extension StageWork {
  /// Whether an outcome is what becomes of a program that something else than us ended.
  nonisolated func mayBeOurEnd(_ outcome: StageOutcome) -> Bool {
    switch outcome {
    case .deferred(let deferral): deferral.reason == .serverGone
    // A program may answer a stop of its own with whatever status it likes.
    case .failed(let failure):
      failure.code == FaultCode.rejected.rawValue && failure.retryable
        && configuration.extractor.kind == .exec
    case .completed, .abandoned, .lapsed: false
    }
  }
}
