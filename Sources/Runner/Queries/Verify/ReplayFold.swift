import Ledger
import Synchronization

/// Replays batches one after another for what the derived tables keep of them, and gathers the objects they
/// name.
final class ReplayFold: Sendable {
  private struct Gathered {
    var needs = ObjectNeeds()
    var lookups: [String: Digest] = [:]
    var unreadable: [UnreadableEvent] = []
    var phases: [String: BatchState.Phase] = [:]
  }

  private let gathered = Mutex(Gathered())

  var needs: ObjectNeeds { gathered.withLock { $0.needs } }
  /// The first event of each batch that this version cannot read.
  var unreadable: [UnreadableEvent] { gathered.withLock { $0.unreadable } }
  var phases: [String: BatchState.Phase] { gathered.withLock { $0.phases } }

  /// Takes a batch's events, oldest first, and says what the tables must keep.
  func project(_ batch: String, _ events: [EventOutline]) -> BatchProjection {
    gathered.withLock { gathered in
      var state = BatchState()
      var keys: [Int64: Digest] = [:]
      do throws(UnreadableEvent) {
        for event in events {
          state.apply(StampedEvent(try BatchEvent(phaseOf: event), timeMs: event.timeMs, run: ""))
          if let key = Self.key(of: event, &gathered.lookups) { keys[event.position] = key }
        }
      } catch {
        gathered.unreadable.append(error)
      }
      gathered.phases[batch] = state.phase
      gathered.needs.add(batch, events, isOpen: !state.phase.isEnd)
      return BatchProjection(state: state.phase.rawValue, keys: keys)
    }
  }

  /// The key under which an event is found again, from its bytes.
  static func key(of event: EventOutline, _ lookups: inout [String: Digest]) -> Digest? {
    switch event.type {
    case "stage.completed": return PayloadDigests(completion: event.payload).key
    case "stage.started" where event.stage == Stage.extract.rawValue:
      guard let setup = PayloadDigests.extractorSetup(in: event.payload) else { return nil }
      if let known = lookups[setup] { return known }
      let key = ExtractorIdentity.lookupKey(setup: setup)
      lookups[setup] = key
      return key
    default: return nil
    }
  }
}
