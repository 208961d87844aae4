import Core

/// Where events live: one ledger of many batches' streams.
///
/// Every implementation passes the same conformance suite. `append` is the only way in.
public protocol EventStore: Sendable {
  /// Appends events to a batch's stream: all of them or none, on disk before it returns.
  ///
  /// The stream must be at `request.expecting`; otherwise `StoreError.conflict` and nothing is written. Appends
  /// that wait at the same moment may share one transaction and one sync; one's failure is not its neighbour's.
  /// Returns the events with position, version and hash, in the order given.
  @discardableResult
  func append(_ request: AppendRequest) async throws(StoreError) -> [Event]

  /// The events that match, in position order (or its reverse), at most `query.limit` of them.
  func events(matching query: EventQuery) async throws(StoreError) -> [Event]

  /// Events that were appended with this key, newest first.
  func events(underKey key: Digest) async throws(StoreError) -> [Event]

  func head() async throws(StoreError) -> LedgerHead

  /// The batch table: a row a batch, ordered by its last position, newest first. For screens; never for decisions.
  func batches() async throws(StoreError) -> [BatchRow]

  /// What a limiter would allow now.
  func allowance(
    of limiter: String, under limits: CallLimits, at now: Moment
  ) async throws(StoreError) -> Allowance

  /// Ends the store: waits for appends under way and frees files. Afterwards every call throws.
  func close() async
}

/// One append: events for one batch, and what must become true in the same transaction.
public struct AppendRequest: Sendable {
  public var batch: String
  /// Version the batch's stream must have now; 0 for a batch never seen.
  public var expecting: Int64
  public var events: [NewEvent]
  /// What the batch table shows for this batch from now on, such as `open` or `committed`.
  public var state: String
  /// Calls that start with these events; all are granted or the append is refused with `StoreError.limited`.
  public var callsStarted: [CallStart]
  /// Calls that have ended (ids of earlier `CallStart`s): they no longer count as in flight.
  public var callsEnded: [String]
  /// Calls that were granted and never made: from here on they count for nothing.
  public var callsReturned: [String]
  /// Limiters whose server has answered again: what it said earlier no longer holds.
  public var pausesEnded: [String]
  /// Limiters that grant nothing until a time, because the server said so.
  public var pauses: [LimiterPause]

  public init(
    batch: String, expecting: Int64, events: [NewEvent], state: String,
    callsStarted: [CallStart] = [], callsEnded: [String] = [], callsReturned: [String] = [],
    pausesEnded: [String] = [],
    pauses: [LimiterPause] = []
  ) {
    self.batch = batch
    self.expecting = expecting
    self.events = events
    self.state = state
    self.callsStarted = callsStarted
    self.callsEnded = callsEnded
    self.callsReturned = callsReturned
    self.pausesEnded = pausesEnded
    self.pauses = pauses
  }
}

/// Which events a reader wants. Every nil and empty filter lets all through; filters are joined by "and".
public struct EventQuery: Hashable, Sendable {
  public var batch: String?
  public var asset: String?
  public var stages: [String] = []
  public var types: [String] = []
  public var run: String?
  /// Only events at or after this time.
  public var sinceMs: Int64?
  /// Only events at or before this time.
  public var untilMs: Int64?
  /// Only events after this position, or before it when reversed.
  public var after: Int64?
  /// Only events at or before this position.
  public var upTo: Int64?
  public var limit: Int?
  /// Newest first.
  public var reversed = false

  public init(batch: String? = nil) { self.batch = batch }
}

/// A row of the batch table.
public struct BatchRow: Hashable, Sendable {
  public var batch: String
  public var version: Int64
  public var state: String
  /// Position and time of the batch's last event.
  public var position: Int64
  public var timeMs: Int64

  public init(batch: String, version: Int64, state: String, position: Int64, timeMs: Int64) {
    self.batch = batch
    self.version = version
    self.state = state
    self.position = position
    self.timeMs = timeMs
  }
}

/// What can go wrong in a store. Values only: words are made elsewhere.
public enum StoreError: Error, Hashable, Sendable {
  /// The stream is not where the caller believed: another runner has appended. The fence.
  case conflict(batch: String, expected: Int64, found: Int64)
  /// Another batch's id is the same but for upper and lower case.
  case batchNamed(existing: String)
  /// A limiter refused; `until` says when to ask again.
  case limited(limiter: String, until: Deadline)
  /// Another process held the ledger's lock past the deadline; `holder` is its process id where known.
  case busy(path: String, holder: Int32?)
  /// An earlier commit or sync failed, so what is on disk is unknown; this store writes nothing more.
  case poisoned(cause: String)
  /// Disk or SQLite error before anything became durable.
  case failed(operation: String, code: Int32, message: String)
  /// No space left for the ledger.
  case diskFull(path: String)
  /// The file is not a ledger, or its content contradicts itself.
  case damaged(path: String, finding: String)
  /// The system does not let this user at a file; `code` is the error number.
  case notPermitted(path: String, code: Int32)
  /// `.ledger/head` names an event that is not there: the log was lost, or another ledger put in its place.
  case tailLost(path: String, named: Int64, end: Int64)
  /// The ledger was made by a newer version.
  case newer(path: String, found: Int32, supported: Int32)
  /// A released migration is not the one this ledger was made with.
  case migrationEdited(name: String, expected: Digest, found: Digest)
  /// A place where a ledger must not live, such as NFS.
  case unsupported(path: String, reason: String)
  case closed
}

extension StoreError {
  /// What happened, in a few words for another error's sentence.
  package var cause: String {
    switch self {
    case .failed(let operation, let code, let message): "\(operation) failed, \(message) (\(code))"
    case .diskFull(let path): "no space is left for \"\(path)\""
    case .busy(let path, _): "the lock \"\(path)\" was not free in time"
    case .notPermitted(let path, let code): "\"\(path)\" is not for this user (error \(code))"
    case .tailLost(let path, let named, _): "\"\(path)\" names position \(named), which is not there"
    case .damaged(let path, let finding): "\"\(path)\" is damaged, \(finding)"
    case .poisoned(let cause): cause
    case .unsupported(let path, let reason): "\"\(path)\" can't hold a ledger, \(reason)"
    case .newer(let path, let found, _): "\"\(path)\" has schema version \(found)"
    case .migrationEdited(let name, _, _): "the migration \"\(name)\" is not the one it was made with"
    case .conflict(let batch, let expected, let found):
      "batch \"\(batch)\" is at version \(found), not \(expected)"
    case .batchNamed(let existing): "the batch \"\(existing)\" has this id in another case"
    case .limited(let limiter, _): "the limiter \"\(limiter)\" allows no call yet"
    case .closed: "it was closed"
    }
  }
}
