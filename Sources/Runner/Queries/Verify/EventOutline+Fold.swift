import BatchModel
import Ledger

extension BatchEvent {
  /// Reads an event for its batch's phase and the objects it names: other facts are left empty, and the outputs
  /// of stages, which `PayloadDigests` finds.
  ///
  /// The fold is the same as ever; what is spared is reading JSON that says nothing of that, which is most of
  /// it.
  init(phaseOf outline: EventOutline, _ kind: Kind?) throws(UnreadableEvent) {
    try outline.requireBounds()
    switch kind {
    // What a batch's own stages start with names objects.
    case .stageStarted where outline.asset != nil: self = .stageStarted(try outline.ref(), StageStart())
    case .stageCompleted:
      self = .stageCompleted(
        try outline.ref(), StageCompletion(how: .reused, key: nil, outputs: [], durationMs: 0))
    case .stageFailed:
      self = .stageFailed(
        try outline.ref(), StageFailure(code: "", message: "", retryable: false, durationMs: 0))
    case .stageDeferred:
      self = .stageDeferred(
        try outline.ref(),
        StageDeferral(
          reason: .surroundings, code: "", message: "", exit: .canGoOn, until: nil, source: nil,
          worthWaiting: false))
    case .stageInterrupted:
      self = .stageInterrupted(try outline.ref(), StageInterruption(run: "", inDoubt: false))
    case .stageInvalidated:
      self = .stageInvalidated(try outline.ref(), StageInvalidation(code: "", message: ""))
    case .runStarted: self = .runStarted(RunStart(host: "", process: 0, toolVersion: ""))
    case .runFinished:
      self = .runFinished(RunFinish(exit: .done, code: nil, retryAt: nil, durationMs: 0, held: false))
    case .runInterrupted: self = .runInterrupted(RunInterruption(run: ""))
    case .assetPackaged:
      guard let asset = outline.asset.flatMap(AssetID.init),
        let bundle = PayloadDigests.bundle(in: outline.payload)
      else {
        self = try BatchEvent(outline.event)
        return
      }
      self = .assetPackaged(asset, AssetPackage(bundle: bundle.digest))
    case .assetRetried:
      guard let asset = outline.asset.flatMap(AssetID.init),
        let from = PayloadDigests.retriedStage(in: outline.payload)
      else {
        self = try BatchEvent(outline.event)
        return
      }
      self = .assetRetried(asset, AssetRetry(by: "", from: from))
    default: self = try BatchEvent(outline.event)
    }
  }
}

extension EventOutline {
  /// What happened; nil for a name that this version does not know.
  var kind: BatchEvent.Kind? { BatchEvent.Kind(rawValue: type) }

  /// The event with what an outline lacks left empty.
  var event: Event {
    Event(
      position: position, version: version, timeMs: timeMs, batch: "", run: "", type: type, asset: asset,
      stage: stage, attempt: attempt, payload: Array(payload), previous: .zero, hash: .zero)
  }

  fileprivate func requireBounds() throws(UnreadableEvent) {
    let isWithin =
      EventBounds.timesMs.contains(timeMs) && (attempt.map(EventBounds.attempts.contains) ?? true)
    if !isWithin { try event.requireBounds() }
  }

  fileprivate func ref() throws(UnreadableEvent) -> StageRef {
    do throws(StageRef.Unreadable) {
      return try StageRef(asset: asset, stage: stage, attempt: attempt)
    } catch {
      throw UnreadableEvent(position: position, type: type, finding: error.rawValue)
    }
  }
}
