import BatchModel
import Core
import FileStore
import Ledger

/// Which objects the events name, and whether a batch that is not finished needs them.
struct ObjectNeeds {
  struct Need: Hashable, Sendable {
    /// Position of the last event that names it.
    var position: Int64
    /// Time of the latest event that names it.
    var timeMs: Int64
    /// The number of that last event's batch.
    var batch: Int
    /// A batch that is not finished names it.
    var isOpen = false
  }

  private var needs: [DigestWords: Need] = [:]
  private var open: [Int: Set<DigestWords>] = [:]

  var all: [ObjectID: Need] {
    let wanted = open.values.reduce(into: Set<DigestWords>()) { $0.formUnion($1) }
    var all: [ObjectID: Need] = [:]
    for (id, need) in needs {
      var need = need
      need.isOpen = wanted.contains(id)
      all[id.digest] = need
    }
    return all
  }

  /// Takes an object that an event names; events come in the ledger's order.
  mutating func add(_ id: DigestWords, namedBy event: EventOutline) {
    func name(_ need: inout Need) {
      need = Need(
        position: event.position, timeMs: max(need.timeMs, event.timeMs), batch: event.batch)
    }
    name(&needs[id, default: Need(position: 0, timeMs: .min, batch: 0)])
    open[event.batch, default: []].insert(id)
  }

  /// Notes that a batch has ended and needs nothing more.
  mutating func end(_ batch: Int) { open[batch] = nil }
}

extension BatchEvent {
  /// The objects that the event names, but for the outputs of stages.
  var objects: [Digest] {
    let named: [Digest?] =
      switch self {
      case .batchRegistered(let registration), .batchRevised(let registration):
        registration.images.map(\.object) + registration.templates.values.map { $0 }
      case .stageStarted(_, let start): (start.targets ?? []).flatMap { [$0.digest, $0.old] }
      case .assetPackaged(_, let package): [package.bundle]
      case .assetRetried(_, let retry): [retry.image?.object]
      case .batchPlaced(let placement): placement.targets.flatMap { [$0.digest, $0.old] }
      default: []
      }
    return named.compactMap { $0 }
  }
}

extension BatchState.Phase {
  /// No run will do anything more in this phase.
  var isEnd: Bool { self == .committed || self == .cancelled }
}
