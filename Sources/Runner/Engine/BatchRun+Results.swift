import BatchModel
import Core
import GitRepository
import Ledger
import Synchronization

/// What has come in, and what becomes of it.
extension BatchRun {
  /// What has come in, as facts that are not yet written down.
  struct News {
    var facts: [BatchEvent] = []
    var callsEnded: [String] = []
    var callsReturned: [String] = []
    var pausesEnded: [String] = []
    var pauses: [LimiterPause] = []
  }

  /// Turns results into facts; from here on their stages are no longer running.
  func news(in results: [Result], _ stages: StageWork, now: Moment) -> News {
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
  func attempt(_ stage: Stage, _ stages: StageWork) async throws {
    do {
      if stage == .place {
        try await stages.place(in: self)
      } else {
        try await stages.commit(in: self)
      }
    } catch let fault as Fault {
      let current = stage == .place ? state.place : state.commit
      let ref = StageRef(nil, stage, attempt: current.nextAttempt)
      if fault.kind == .programKilled || fault.kind == .hookKilled {
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

  /// What has come in by now, as facts.
  func takeNews() -> News {
    guard let stages else { return News() }
    return news(in: mailbox.takeAll(), stages, now: surroundings.clock.now())
  }

  enum Result: Sendable {
    case prepared(AssetID, Stage, Preparation)
    case executed(Stage, [(AssetID, StageOutcome)])
  }

  /// Results that have come in and are not yet written down.
  final class Mailbox: Sendable {
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
