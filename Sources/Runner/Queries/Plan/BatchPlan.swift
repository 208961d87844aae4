import BatchModel
import Core

/// What running a manifest would do now, as far as it can be told without doing any of it.
public struct BatchPlan: Sendable {
  /// What the manifest means for the batch. Raw values are part of the contract.
  public enum Action: String, Hashable, Sendable, CaseIterable {
    case register, revise
    case goOn = "go_on"
    case nothing
  }

  /// What becomes of a stage. Raw values are part of the contract.
  public enum StageAction: String, Hashable, Sendable, CaseIterable {
    /// Complete already.
    case done
    case run
    /// Taken over from an earlier event with the same key.
    case reuse
    /// The manifest brings the result along.
    case provide
    /// Deferred until a time.
    case wait
    /// Failed for good: only `retry` opens it again.
    case failed
    /// Not reached, because of an earlier stage.
    case skip
  }

  public struct StagePlan: Hashable, Sendable {
    public var stage: Stage
    public var action: StageAction
    /// Position and batch of the event whose result is taken over.
    public var source: Int64?
    public var sourceBatch: String?
    /// The commit whose bundle the result is taken from, in hexadecimal.
    public var from: String?
    /// Why, where there is more to say.
    public var why: String?
    public var until: Deadline?

    init(_ stage: Stage, _ action: StageAction, why: String? = nil, until: Deadline? = nil) {
      self.stage = stage
      self.action = action
      self.why = why
      self.until = until
    }
  }

  public struct AssetPlan: Hashable, Sendable {
    public var asset: AssetID
    public var stages: [StagePlan]
  }

  /// What the extractor would be asked, and what its limits allow now.
  public struct Calls: Hashable, Sendable {
    public var extractor: String
    public var needed: Int
    /// Calls that may start now; nil without a limit.
    public var allowed: Int?
    /// When the next call may start, if none may now.
    public var next: Deadline?
    /// What the calls would cost; nil where no price is configured.
    public var cost: Price?
  }

  public struct CommitPlan: Hashable, Sendable {
    public var ref: String
    public var branch: String
    public var parent: String?
    /// With the trailer's values that only the run can know as words in capitals.
    public var message: String
    public var author: String
    /// The commit would be signed.
    public var signs: Bool
  }

  public var batch: BatchID
  public var action = Action.nothing
  /// The batch's state before; nil for one never seen.
  public var state: BatchState.Phase?
  public var assets: [AssetPlan] = []
  public var calls: Calls?
  /// Replaced, updated, removed, created, kept, in this order.
  public var targets: [PlannedTarget] = []
  /// Assets whose ids the tip has already.
  public var taken: [TakenAsset] = []
  /// Nil where nothing would be committed.
  public var commit: CommitPlan?
  public var notes: [String] = []
  /// Everything that is in the way.
  public var faults: [Fault] = []

  init(batch: BatchID) { self.batch = batch }

  /// Whether a run would do anything.
  public var hasWork: Bool { action != .nothing }

  /// What a run would be stopped by; `done` where nothing is in the way.
  public var exit: ExitStatus { faults.isEmpty ? .done : .standing(for: faults.map(\.exit)) }
}
