/// The state of an asset of a batch.
public struct AssetState: Hashable, Sendable {
  public let id: AssetID
  /// The bytes it continues with.
  public internal(set) var image: PinnedImage
  /// By the stages' order.
  public private(set) var stages: [StageState]
  /// The bundle, once packaged.
  public package(set) var package: AssetPackage?
  /// Enters the keys of the stages run again after a `retry --from`.
  public internal(set) var salt: Salt?

  /// A string that makes the keys of a stage and all after it new.
  public struct Salt: Hashable, Sendable {
    public var from: Stage
    public var text: String
  }

  package init(id: AssetID, image: PinnedImage) {
    self.id = id
    self.image = image
    self.stages = Stage.ofAsset.map { _ in StageState() }
  }

  /// Its state in a stage, one of `Stage.ofAsset`.
  public subscript(stage: Stage) -> StageState { stages[stage.index] }

  /// Changes its state in a stage, one of `Stage.ofAsset`.
  package mutating func update(_ stage: Stage, _ change: (inout StageState) -> Void) {
    change(&stages[stage.index])
  }

  /// The first stage that is not complete; nil once all are.
  public var currentStage: Stage? { Stage.ofAsset.first { !self[$0].isCompleted } }

  public var isPackaged: Bool { package != nil && currentStage == nil }

  /// The word for its state, as screens and scripts see it.
  public var name: Name {
    guard let current = currentStage else { return .packaged }
    switch self[current].progress {
    case .failed(let failure) where failure.next == nil: return .failed
    case .deferred: return .deferred
    default: break
    }
    return switch current {
    case .validate: .registered
    case .extract: .validated
    case .render: .extracted
    case .package, .place, .commit: .rendered
    }
  }

  /// Words for an asset's state. Raw values are part of the contract.
  public enum Name: String, Hashable, Sendable, Codable, CaseIterable {
    case registered, validated, extracted, rendered, packaged, failed, deferred
  }

  /// Whatever it waits for may be tried at once.
  package mutating func forgetWait() {
    guard let stage = currentStage else { return }
    update(stage) { $0.forgetWait() }
  }

  /// Opens a stage and every one after it again.
  package mutating func reopen(from stage: Stage, why: StageInvalidation?) {
    for later in Stage.ofAsset where later >= stage { update(later) { $0.reopen(why) } }
    package = nil
  }
}
