/// A fact about a batch.
public enum BatchEvent: Hashable, Sendable {
  case batchRegistered(Registration)
  case batchRevised(Registration)
  case runStarted(RunStart)
  case runFinished(RunFinish)
  case runInterrupted(RunInterruption)
  case stageStarted(StageRef, StageStart)
  case stageCompleted(StageRef, StageCompletion)
  case stageFailed(StageRef, StageFailure)
  case stageDeferred(StageRef, StageDeferral)
  case stageInterrupted(StageRef, StageInterruption)
  case stageInvalidated(StageRef, StageInvalidation)
  case assetPackaged(AssetID, AssetPackage)
  case assetRetried(AssetID, AssetRetry)
  case batchPlaced(Placement)
  case commitIntended(CommitIntent)
  case commitConfirmed(CommitConfirmation)
  case commitSuperseded(CommitSupersession)
  case batchCompleted(BatchCompletion)
  case batchCancelled(BatchCancellation)
  case batchReverted(BatchReversion)

  /// What happened, by its stored name: never rename one. In the order in which a batch can meet them.
  public enum Kind: String, Hashable, Sendable, CaseIterable {
    case batchRegistered = "batch.registered"
    case batchRevised = "batch.revised"
    case runStarted = "run.started"
    case runFinished = "run.finished"
    case runInterrupted = "run.interrupted"
    case stageStarted = "stage.started"
    case stageCompleted = "stage.completed"
    case stageFailed = "stage.failed"
    case stageDeferred = "stage.deferred"
    case stageInterrupted = "stage.interrupted"
    case stageInvalidated = "stage.invalidated"
    case assetPackaged = "asset.packaged"
    case assetRetried = "asset.retried"
    case batchPlaced = "batch.placed"
    case commitIntended = "commit.intended"
    case commitConfirmed = "commit.confirmed"
    case commitSuperseded = "commit.superseded"
    case batchCompleted = "batch.completed"
    case batchCancelled = "batch.cancelled"
    case batchReverted = "batch.reverted"
  }

  public var kind: Kind {
    switch self {
    case .batchRegistered: .batchRegistered
    case .batchRevised: .batchRevised
    case .runStarted: .runStarted
    case .runFinished: .runFinished
    case .runInterrupted: .runInterrupted
    case .stageStarted: .stageStarted
    case .stageCompleted: .stageCompleted
    case .stageFailed: .stageFailed
    case .stageDeferred: .stageDeferred
    case .stageInterrupted: .stageInterrupted
    case .stageInvalidated: .stageInvalidated
    case .assetPackaged: .assetPackaged
    case .assetRetried: .assetRetried
    case .batchPlaced: .batchPlaced
    case .commitIntended: .commitIntended
    case .commitConfirmed: .commitConfirmed
    case .commitSuperseded: .commitSuperseded
    case .batchCompleted: .batchCompleted
    case .batchCancelled: .batchCancelled
    case .batchReverted: .batchReverted
    }
  }

  /// The event's stored name.
  public var typeName: String { kind.rawValue }

  /// Every stored name, in the order in which a batch can meet them.
  public static let typeNames = Kind.allCases.map(\.rawValue)
}

/// Which stage an event speaks of: an asset's, or the batch's where `asset` is nil.
public struct StageRef: Hashable, Sendable {
  public var asset: AssetID?
  public var stage: Stage
  /// From 1. A deferred or interrupted start does not spend its number: the next start has it again.
  public var attempt: Int

  public init(_ asset: AssetID?, _ stage: Stage, attempt: Int) {
    self.asset = asset
    self.stage = stage
    self.attempt = attempt
  }
}

/// A batch event with what the ledger adds to it: time and run.
public struct StampedEvent: Hashable, Sendable {
  public var event: BatchEvent
  public var timeMs: Int64
  public var run: String

  public init(_ event: BatchEvent, timeMs: Int64, run: String) {
    self.event = event
    self.timeMs = timeMs
    self.run = run
  }
}
