import BatchModel
import Core
import Files
import GitRepository
import Ledger

// What screens ask of a project's batches. Nothing here writes, takes a lock or starts anything.
extension Project {
  /// The batch that a user's word means: an id, `@last` for the one with the latest event that this worktree can land,
  /// or an id's beginning that fits no other.
  public func batch(named word: String) async throws(Fault) -> BatchID {
    if word == "@last" {
      let choice = try await last()
      if let last = choice.batches.first { return last }
      var fault = Fault.batchUnknown(word)
      if let note = choice.note { fault.message += " \(note)" }
      throw fault
    }
    let rows = try await batches()
    if let exact = rows.first(where: { $0.batch == word }) { return try Self.id(of: exact) }
    let matching = rows.filter { $0.batch.hasPrefix(word) }
    guard let match = matching.first, !word.isEmpty else {
      var fault = Fault.batchUnknown(word)
      if let nearest = Spelling.nearest(to: word, among: rows.map(\.batch)) {
        fault.hint = "Did you mean \"\(nearest)\"?"
      }
      throw fault
    }
    guard matching.count == 1 else { throw .batchAmbiguous(word, matches: matching.map(\.batch).sorted()) }
    return try Self.id(of: match)
  }

  /// The asset that a user's word means, in whatever case: of a batch, or of any batch of the ledger.
  public func asset(named word: String, in batch: String? = nil) async throws(Fault) -> AssetID {
    if let batch, let id = BatchID(batch) {
      let known = try await state(of: id).assets.map(\.id)
      return try Self.asset(word, among: known, batch: batch)
    }
    var query = EventQuery()
    query.asset = word
    query.limit = 1
    if let id = AssetID(word), try await !events(matching: query).isEmpty { return id }
    return try Self.asset(word, among: try await knownAssets(), batch: nil)
  }

  /// The assets of every registration in the ledger, each as often as it was registered.
  func knownAssets() async throws(Fault) -> [AssetID] {
    var query = EventQuery()
    query.kinds = [.batchRegistered, .batchRevised]
    var known: [AssetID] = []
    for event in try await events(matching: query) {
      switch try? BatchEvent(event) {
      case .batchRegistered(let registration), .batchRevised(let registration):
        known += registration.manifest.assets.map(\.id)
      default: continue
      }
    }
    return known
  }

  private static func asset(
    _ word: String, among known: [AssetID], batch: String?
  ) throws(Fault) -> AssetID {
    if let id = known.first(where: { $0.text == word })
      ?? known.first(where: { $0.text.lowercased() == word.lowercased() })
    {
      return id
    }
    if let batch { throw .assetUnknown(word, batch: batch, known: known) }
    throw .assetUnknownAnywhere(word, nearest: Spelling.nearest(to: word, among: known.map(\.text)))
  }

  /// A run's id that a user names, which has to be one of the ledger's.
  public func run(named word: String) async throws(Fault) -> String {
    var query = EventQuery()
    query.run = word
    query.limit = 1
    guard try await !events(matching: query).isEmpty else { throw .runUnknown(word) }
    return word
  }

  /// The batch table, the latest first.
  public func batches() async throws(Fault) -> [BatchRow] {
    do throws(StoreError) { return try await store.batches() } catch { throw .ledger(error) }
  }

  /// The events that match, as the store has them.
  public func events(matching query: EventQuery) async throws(Fault) -> [Event] {
    do throws(StoreError) { return try await store.events(matching: query) } catch { throw .ledger(error) }
  }

  /// A batch as its events tell it, all of them or those up to a point; without a registration where there are none.
  public func state(of batch: BatchID, asOf point: LedgerPoint? = nil) async throws(Fault) -> BatchState {
    try await BatchState.load(batch, asOf: point, from: store)
  }

  /// Where what a batch landed is now; nil for one that has not landed.
  package func landing(of state: BatchState) throws(Fault) -> Landing? {
    guard state.completion != nil else { return nil }
    if CommitPresence.isSeen(state, from: layout.root, environment: environment) { return .landed }
    return try Landing.of(state, in: try repository())
  }

  package static func id(of row: BatchRow) throws(Fault) -> BatchID {
    guard let id = BatchID(row.batch) else {
      let finding = "the batch table holds \"\(VisibleText.line(row.batch).cut)\", which is not a batch id"
      throw .ledger(.damaged(path: "ledger.db", finding: finding))
    }
    return id
  }
}

/// A point in the ledger to look back from.
public enum LedgerPoint: Hashable, Sendable {
  /// Up to and including this position.
  case position(Int64)
  /// Up to the last event that is not later than this, in milliseconds since 1970.
  case time(ms: Int64)
}

extension BatchState {
  /// Rebuilds a batch from its events in a store, up to a point.
  static func load(
    _ batch: BatchID, asOf point: LedgerPoint? = nil, from store: any EventStore
  ) async throws(Fault) -> BatchState {
    var query = EventQuery(batch: batch.text)
    if case .position(let position) = point { query.upTo = position }
    do {
      var events = try await store.events(matching: query)
      if case .time(let timeMs) = point {
        events = Array(events[..<(events.lastIndex { $0.timeMs <= timeMs }.map { $0 + 1 } ?? 0)])
      }
      var state = BatchState()
      for event in events { try state.take(event) }
      return state
    } catch let error as StoreError {
      throw Fault.ledger(error)
    } catch let unreadable as UnreadableEvent {
      throw Fault.unreadable(unreadable)
    } catch {
      throw Fault.unexpected(error)
    }
  }

  /// Takes one more stored event into the state.
  package mutating func take(_ event: Event) throws(UnreadableEvent) {
    apply(try StampedEvent(event))
  }
}

/// Whether what a batch committed is still there, at first glance.
enum CommitPresence {
  /// Whether the commit is its branch's tip and the index is free, by one call of git and without looking for the
  /// repository first; false may mean that it could not be told.
  static func isSeen(_ state: BatchState, from directory: String, environment: [String: String]) -> Bool {
    guard let landed = state.landedCommit,
      FileFacts(at: ProjectPath.appending([".git", "index.lock"], to: directory)).kind == .absent,
      let git = try? GitProgram(directory: directory, environment: environment),
      let result = try? git.run(
        ["for-each-ref", "--format=%(objectname)", landed.ref], .init(answers: [0, 129]))
    else { return false }
    return result.succeeded && result.lines.first == landed.sha[...]
  }
}
