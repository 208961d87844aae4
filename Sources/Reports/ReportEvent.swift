import BatchModel

/// An event as a page shows it.
package struct ReportEvent: Hashable, Sendable {
  /// Its place in the ledger.
  package var position: Int64
  package var stamped: StampedEvent
  /// What its payload says, in a few words.
  package var summary: String

  package init(position: Int64, stamped: StampedEvent, summary: String) {
    self.position = position
    self.stamped = stamped
    self.summary = summary
  }

  /// The asset it is about; nil for one about the batch or a run.
  package var asset: AssetID? {
    switch stamped.event {
    case .assetPackaged(let asset, _), .assetRetried(let asset, _): asset
    default: ref?.asset
    }
  }

  /// The stage it is about; nil where it is about none.
  package var ref: StageRef? {
    switch stamped.event {
    case .stageStarted(let ref, _), .stageCompleted(let ref, _), .stageFailed(let ref, _),
      .stageDeferred(let ref, _), .stageInterrupted(let ref, _), .stageInvalidated(let ref, _):
      ref
    case .batchRegistered, .batchRevised, .runStarted, .runFinished, .runInterrupted, .assetPackaged,
      .assetRetried, .batchPlaced, .commitIntended, .commitConfirmed, .commitSuperseded, .batchCompleted,
      .batchCancelled, .batchReverted:
      nil
    }
  }
}
