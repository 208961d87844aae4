import Core
import Ledger
import Runner

/// What is lost of `.ledger` while nobody works: the log of the database, and the folder of objects.
extension World {
  /// Where a run's end has left the ledger outside of its log.
  struct Published {
    /// What `.ledger/head` names; nil where there is none.
    var head: LedgerHead?
    /// How many events are in the database itself.
    var inDatabase: Int64 = 0
  }

  /// One append that was done.
  struct Appended {
    var request: AppendRequest
    var events: [Event]
  }

  /// Writes down where the ledger ends and moves the log into the database, as `SQLiteEventStore` does at a run's end.
  func publish(_ head: LedgerHead) throws(Fault) {
    if checksHead, isTailLost { throw .tailLost }
    guard head.position >= published.head?.position ?? 0 else { return }
    published.head = head
    // Somebody who reads keeps the log from being moved.
    if losses.next() & 1 == 0 { published.inDatabase = head.position }
  }

  /// Whether what `.ledger/head` names isn't in the ledger.
  var isTailLost: Bool {
    guard let head = published.head, head.position > 0 else { return false }
    let index = Int(head.position) - 1
    return !watch.stored.indices.contains(index) || watch.stored[index].hash != head.hash
  }

  /// Everything stops, and what was in the log alone is gone: `ledger.db` came back without it.
  func loseLog() {
    for process in processes { kill(process) }
    let kept = published.inDatabase
    say("the log is lost: \(watch.stored.count) events become \(kept)")
    appended.removeAll { $0.events.first.map { $0.position > kept } ?? false }
    // A run's end lies between two appends, so no append is cut.
    isStoreOutdated = true
    hasLostLog = true
    watch.forget(after: kept)
    // What lies in the tree is the user's to know about: no event tells any more who placed it.
    for path in disk.files.keys { disk.files[path]?.batch = nil }
  }

  /// The folder of objects is gone.
  func loseObjects() {
    say("all \(disk.objects.count) objects are lost")
    watch.harmedObjects.formUnion(disk.objects.keys)
    disk.objects = [:]
  }

  /// The ledger as it is on disk: after a loss, what is left of it.
  func ledger() async -> MemoryEventStore {
    guard isStoreOutdated else { return store }
    isStoreOutdated = false
    let left = MemoryEventStore()
    for appended in appended {
      do { _ = try await left.append(appended.request) } catch {
        violate(.acknowledged, "what is left of the ledger can't be read: \(error)")
      }
    }
    store = left
    return left
  }
}

extension Watch {
  /// Unlearns what the events after a position said.
  mutating func forget(after kept: Int64) {
    stored.removeAll { $0.position > kept }
    acknowledged.removeAll { $0.position > kept }
    position = kept
    lastWriter = [:]
    for (key, known) in completions { completions[key] = known.filter { $0.position <= kept } }
    // The limiters' rows were in the log, too.
    callStartsMs = []
    states = [:]
    for event in stored {
      guard let batch = BatchID(event.batch), let fact = facts[event.hash] else { continue }
      states[batch, default: BatchState()].apply(StampedEvent(fact, timeMs: event.timeMs, run: event.run))
    }
  }
}

extension Fault {
  /// What the opening of a ledger says whose end is gone.
  static let tailLost = Fault(.ledgerTailLost, "The end of the ledger is gone.")
}
