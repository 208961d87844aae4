import Ledger

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

  private var needs: [DigestWords: Need] = [:]
  private var open: [String: Set<DigestWords>] = [:]

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

  /// Takes what an event names; events come in the ledger's order. `digests` are those of a completed stage.
  mutating func add(_ batch: String, _ event: EventOutline, _ digests: PayloadDigests?) {
    for id in digests?.outputs ?? Self.objects(namedBy: event) {
      var timeMs = event.timeMs
      if let known = needs[id] { timeMs = max(timeMs, known.timeMs) }
      needs[id] = Need(position: event.position, timeMs: timeMs, batch: batch)
      open[batch, default: []].insert(id)
    }
  }

  /// Notes that a batch has ended and needs nothing more.
  mutating func end(_ batch: String) { open[batch] = nil }

  /// The objects that an event names; none for one that can't be read, which others report.
  private static func objects(namedBy event: EventOutline) -> [DigestWords] {
    switch event.type {
    case "asset.packaged", "asset.retried", "batch.registered", "batch.revised", "batch.placed": break
    case "stage.started" where event.asset == nil: break
    default: return []
    }
    if event.type == "asset.retried", PayloadDigests.retriedStage(in: event.payload) != nil { return [] }
    if event.type == "asset.packaged", let bundle = PayloadDigests.bundle(in: event.payload) {
      return [bundle]
    }
    guard let fact = try? BatchEvent(event.event) else { return [] }
    let named: [Digest?] =
      switch fact {
      case .batchRegistered(let registration), .batchRevised(let registration):
        registration.images.map(\.digest) + registration.templates.values
      case .stageStarted(_, let start): (start.targets ?? []).flatMap { [$0.digest, $0.old] }
      case .assetPackaged(_, let package): [package.bundle]
      case .assetRetried(_, let retry): [retry.image?.digest]
      case .batchPlaced(let placement): placement.targets.flatMap { [$0.digest, $0.old] }
      default: []
      }
    return named.compactMap { $0 }.map { DigestWords($0) }
  }
}

extension BatchState.Phase {
  /// No run will do anything more in this phase.
  var isEnd: Bool { self == .committed || self == .cancelled }
}
