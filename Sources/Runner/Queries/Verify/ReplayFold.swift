import Ledger
import Synchronization

/// Replays all batches at once for what the derived tables keep of them, and gathers the objects they name.
///
/// A batch that has ended is let go: only a new registration makes it matter again, and that starts anew.
final class ReplayFold: OutlineFold {
  private struct Gathered {
    var open: [String: BatchState] = [:]
    var ended: [String: BatchState.Phase] = [:]
    var needs = ObjectNeeds()
    var lookups: [String: DigestWords] = [:]
    var unreadable: [UnreadableEvent] = []
  }

  private let gathered = Mutex(Gathered())

  var needs: [ObjectID: ObjectNeeds.Need] { gathered.withLock { $0.needs.all } }
  /// Events that this version cannot read.
  var unreadable: [UnreadableEvent] { gathered.withLock { $0.unreadable } }

  var phases: [String: BatchState.Phase] {
    gathered.withLock { gathered in gathered.ended.merging(gathered.open.mapValues(\.phase)) { $1 } }
  }

  func states() -> [String: String] { phases.mapValues(\.rawValue) }

  func take(_ batch: String, _ event: EventOutline) -> DigestWords? {
    gathered.withLock { gathered in
      let digests = event.type == "stage.completed" ? PayloadDigests(completion: event.payload) : nil
      gathered.needs.add(batch, event, digests)
      do throws(UnreadableEvent) {
        try Self.follow(batch, event, &gathered)
      } catch {
        // The first ones tell what there is to tell.
        if gathered.unreadable.count < 100 { gathered.unreadable.append(error) }
      }
      return digests?.key ?? Self.lookupKey(of: event, &gathered.lookups)
    }
  }

  private static func follow(
    _ batch: String, _ event: EventOutline, _ gathered: inout Gathered
  ) throws(UnreadableEvent) {
    if gathered.ended[batch] != nil {
      guard event.type == "batch.registered" else { return }
      gathered.ended[batch] = nil
    }
    let fact = try BatchEvent(phaseOf: event)
    gathered.open[batch, default: BatchState()].apply(StampedEvent(fact, timeMs: event.timeMs, run: ""))
    switch fact {
    case .batchCompleted, .batchCancelled:
      gathered.ended[batch] = gathered.open.removeValue(forKey: batch)?.phase
      gathered.needs.end(batch)
    default: break
    }
  }

  /// What the derived tables keep of one batch's events, oldest first.
  static func projection(of events: [Event]) -> BatchProjection {
    let fold = ReplayFold()
    var keys: [Int64: Digest] = [:]
    for event in events {
      if let key = fold.take(event.batch, EventOutline(event)) { keys[event.position] = key.digest }
    }
    return BatchProjection(state: fold.states().values.first ?? BatchState.Phase.open.rawValue, keys: keys)
  }

  /// The key of an extract's start, from its bytes.
  private static func lookupKey(
    of event: EventOutline, _ lookups: inout [String: DigestWords]
  ) -> DigestWords? {
    guard event.type == "stage.started", event.stage == Stage.extract.rawValue,
      let setup = PayloadDigests.extractorSetup(in: event.payload)
    else { return nil }
    if let known = lookups[setup] { return known }
    let key = DigestWords(ExtractorIdentity.lookupKey(setup: setup))
    lookups[setup] = key
    return key
  }
}
