import BatchModel
import Core
import FileStore
import Ledger

/// Replays all batches at once for what the derived tables keep of them, and gathers the objects they name and the
/// files they placed.
///
/// A batch that has ended is let go: only a new registration makes it matter again, and that starts over.
struct ReplayFold: OutlineFold {
  /// The batches' names by their numbers.
  private(set) var names: [String] = []
  /// The first events that this version cannot read.
  private(set) var unreadable: [UnreadableEvent] = []
  private(set) var placed = PlacedFiles()
  private var named = ObjectNeeds()
  private var open: [Int: BatchState] = [:]
  private var ended: [Int: BatchState.Phase] = [:]
  private var lookups: [DigestWords: DigestWords] = [:]

  /// What tells enough of the unreadable ones.
  private static let unreadableAtMost = 100

  var needs: [ObjectID: ObjectNeeds.Need] { named.all }

  /// By the batches' numbers.
  var phases: [BatchState.Phase] { names.indices.map { ended[$0] ?? open[$0]?.phase ?? .open } }

  var states: [String] { phases.map(\.rawValue) }

  mutating func take(_ event: EventOutline) -> DigestWords? {
    if event.batch == names.count { names.append(event.batchName) }
    let kind = event.kind
    if kind == .batchRegistered { ended[event.batch] = nil }
    do throws(UnreadableEvent) {
      try follow(event, try BatchEvent(phaseOf: event, kind))
    } catch {
      if ended[event.batch] == nil, unreadable.count < Self.unreadableAtMost { unreadable.append(error) }
    }
    switch kind {
    case .stageCompleted:
      let digests = PayloadDigests(completion: event.payload)
      for output in digests.outputs { named.add(output, namedBy: event) }
      return digests.key
    case .stageStarted where event.stage == Stage.extract.rawValue: return lookupKey(of: event)
    default: return nil
    }
  }

  private mutating func follow(_ event: EventOutline, _ fact: BatchEvent) throws(UnreadableEvent) {
    for object in fact.objects { named.add(DigestWords(object), namedBy: event) }
    placed.take(fact, event)
    if ended[event.batch] != nil { return }
    open[event.batch, default: BatchState()].apply(StampedEvent(fact, timeMs: event.timeMs, run: ""))
    switch fact {
    case .batchCompleted, .batchCancelled:
      ended[event.batch] = open.removeValue(forKey: event.batch)?.phase
      named.end(event.batch)
    default: break
    }
  }

  /// What the derived tables keep of one batch's events, oldest first.
  static func projection(of events: [Event]) -> BatchProjection {
    var fold = ReplayFold()
    var keys: [Int64: Digest] = [:]
    for event in events {
      if let key = event.withOutline({ fold.take($0) }) { keys[event.position] = key.digest }
    }
    return BatchProjection(state: fold.states.first ?? BatchState.Phase.open.rawValue, keys: keys)
  }

  /// The key of an extract's start, from its bytes.
  private mutating func lookupKey(of event: EventOutline) -> DigestWords? {
    guard let setup = PayloadDigests.extractorSetup(in: event.payload) else { return nil }
    if let known = lookups[setup] { return known }
    let key = DigestWords(ExtractorIdentity.lookupKey(setup: setup.digest.hex))
    lookups[setup] = key
    return key
  }
}
