import Ledger
import Synchronization

/// Which objects the events name, and whether a batch that is not finished needs them.
struct ObjectNeeds: Sendable {
  struct Need: Hashable, Sendable {
    /// Position of the last event that names it.
    var position: Int64
    /// Time of the latest event that names it.
    var timeMs: Int64
    var batch: String
    /// A batch that is not finished names it.
    var isOpen = false
  }

  private(set) var needs: [ObjectID: Need] = [:]

  /// Takes what a batch's events name, oldest first.
  mutating func add(_ batch: String, _ events: [EventOutline], isOpen: Bool) {
    for event in events {
      for id in Self.objects(namedBy: event) {
        var need = needs[id] ?? Need(position: event.position, timeMs: event.timeMs, batch: batch)
        if event.position >= need.position {
          need.position = event.position
          need.batch = batch
        }
        need.timeMs = max(need.timeMs, event.timeMs)
        need.isOpen = need.isOpen || isOpen
        needs[id] = need
      }
    }
  }

  /// The objects that an event names; none for one that can't be read, which others report.
  static func objects(namedBy event: EventOutline) -> [ObjectID] {
    switch event.type {
    case "stage.completed": return PayloadDigests(completion: event.payload).outputs
    case "run.started", "run.finished", "run.interrupted", "stage.failed", "stage.deferred",
      "stage.interrupted",
      "stage.invalidated":
      return []
    case "stage.started" where event.asset != nil: return []
    default: break
    }
    guard let fact = try? BatchEvent(event.event) else { return [] }
    switch fact {
    case .batchRegistered(let registration), .batchRevised(let registration):
      return registration.images.map(\.digest) + registration.templates.values
    case .stageStarted(_, let start):
      return (start.targets ?? []).flatMap { [$0.digest, $0.old].compactMap { $0 } }
    case .assetPackaged(_, let package): return [package.bundle]
    case .assetRetried(_, let retry): return [retry.image?.digest].compactMap { $0 }
    case .batchPlaced(let placement):
      return placement.targets.flatMap { [$0.digest, $0.old].compactMap { $0 } }
    default: return []
    }
  }
}

extension BatchState.Phase {
  /// No run will do anything more in this phase.
  var isEnd: Bool { self == .committed || self == .cancelled }
}
