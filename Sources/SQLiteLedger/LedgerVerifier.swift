import Core
import EventLog

/// Proves that a ledger's events are intact: recomputes every position, version and hash from the rows as they
/// are stored.
///
/// Reads on a connection of its own, some thousand events at a time, so that writers and checkpoints get
/// through. The batch table and the keys are compared with the events, never believed. Blocks its thread.
public struct LedgerVerifier: Sendable {
  /// How closely SQLite is asked to check its own structures besides.
  public enum Integrity: Hashable, Sendable {
    case none
    /// Pages and rows, without comparing indexes with tables.
    case quick
    /// Everything; slow on a large ledger.
    case full
  }

  public let folder: LedgerFolder
  private static let eventsAtOnce: Int64 = 16_384

  public init(_ folder: LedgerFolder) { self.folder = folder }

  /// Checks the complete ledger, and that it holds the anchors: heads that were published or kept outside it.
  ///
  /// A wrong event ends the checks, since nothing after it proves anything. Throws only if there is no ledger
  /// to read.
  public func verify(
    anchors: [LedgerHead] = [], integrity: Integrity = .none
  ) throws(StoreError) -> LedgerVerification {
    try verify(anchors, integrity, handingTo: nil) { nil }
  }

  /// Checks the same, and hands every event that can be read to a fold, those past a wrong one as well: with it
  /// the batch table and the keys can be compared to the last word.
  ///
  /// The fold works on a thread of its own, beside the one that reads and hashes.
  public func verify<Fold: OutlineFold>(
    anchors: [LedgerHead] = [], integrity: Integrity = .none, folding fold: inout Fold
  ) throws(StoreError) -> LedgerVerification {
    let folding = Folding(fold)
    let pages = LeafPages { folding.take($0) }
    defer { pages.finish() }
    let found = try verify(anchors, integrity, handingTo: pages) {
      pages.finish()
      return Folded(states: folding.fold.states, keys: folding.keys)
    }
    fold = folding.fold
    return found
  }

  /// What a fold has found at the end.
  private struct Folded {
    var states: [String]
    var keys: KeySum
  }

  private func verify(
    _ anchors: [LedgerHead], _ integrity: Integrity, handingTo pages: LeafPages?, folded: () -> Folded?
  ) throws(StoreError) -> LedgerVerification {
    try folder.refuseUnsuitable()
    guard let connection = try SQLiteEventStore.openCurrent(folder, mode: .readOnly, options: .init()) else {
      throw StoreError.unsupported(path: folder.database, reason: "it can't be read before it is written")
    }
    defer { connection.close() }
    var scan = ChainScan(anchors: anchors, handingTo: pages)
    var verification = LedgerVerification()
    do throws(StoreError) {
      try read(connection, into: &scan)
    } catch .damaged(_, let finding) {
      scan.stop(.unreadable, expected: "an event", found: finding)
    }
    let folded = folded()
    if scan.finding == nil {
      let tables = LedgerTables(connection)
      do throws(StoreError) {
        verification.tables = try tables.disagreeing(with: scan, states: folded?.states)
      } catch .damaged(_, let finding) {
        scan.stop(.unreadable, expected: "an event", found: finding)
      }
      if let folded { try compare(folded.keys, tables, scan.head.position, into: &verification) }
    }
    verification.integrity += try check(integrity, connection)
    scan.endAnchors()
    verification.finding = scan.finding
    verification.head = scan.head
    verification.batches = scan.streams.count { $0.version > 0 }
    verification.anchors = scan.anchorsFound
    return verification
  }

  private func read(_ connection: Connection, into scan: inout ChainScan) throws(StoreError) {
    let statement = try connection.prepare(
      """
      SELECT \(StoredEvent.columns) FROM events NOT INDEXED WHERE position > ?1
      ORDER BY position LIMIT \(Self.eventsAtOnce)
      """)
    // From the smallest number there is, so that a forged position of 0 or less is seen.
    var after = Int64.min
    while scan.wantsMore {
      statement.bind(1, after)
      var hasRead = false
      while scan.wantsMore, try statement.step() {
        hasRead = true
        let row = StoredEvent(statement)
        after = row.position
        scan.visit(row)
      }
      statement.reset()
      guard hasRead else { return }
    }
  }

  private func compare(
    _ keys: KeySum, _ tables: LedgerTables, _ position: Int64, into verification: inout LedgerVerification
  ) throws(StoreError) {
    do throws(StoreError) {
      verification.indexed = try tables.indexedEvents(upTo: position)
      verification.keysAgree = try tables.keySum(upTo: position) == keys
    } catch .damaged(_, let finding) {
      verification.integrity.append(finding)
    }
  }

  private func check(
    _ integrity: Integrity, _ connection: Connection
  ) throws(StoreError) -> [String] {
    if integrity == .none { return [] }
    var lines: [String] = []
    do throws(StoreError) {
      let pragma = integrity == .quick ? "quick_check" : "integrity_check"
      let statement = try connection.prepare("PRAGMA \(pragma)(20)")
      while try statement.step() { lines.append(statement.text(0)) }
    } catch .damaged(_, let finding) {
      lines.append(finding)
    }
    return lines == ["ok"] ? [] : lines
  }
}

/// What a verification found.
public struct LedgerVerification: Hashable, Sendable {
  /// An event that is not what the chain says it must be.
  public struct Finding: Hashable, Sendable {
    public enum Subject: String, Hashable, Sendable { case position, version, previous, hash, unreadable }
    /// Where the event is, or would be.
    public var position: Int64
    public var subject: Subject
    public var expected: String
    public var found: String
  }

  /// How the ledger compares to a head that was kept outside it.
  public struct Anchor: Hashable, Sendable {
    public var head: LedgerHead
    /// The hash at that position; nil where the ledger ends, or can't be trusted, before it.
    public var found: Digest?
    public var holds: Bool { found.map(head.matches) ?? false }
  }

  /// The first wrong event; nil if the chain is intact.
  public internal(set) var finding: Finding?
  /// The last event that is right.
  public internal(set) var head = LedgerHead(position: 0, hash: .zero)
  /// How many batches have events up to the head.
  public internal(set) var batches = 0
  public internal(set) var anchors: [Anchor] = []
  /// Where the batch table or the keys contradict the events; what they say beyond that, a rebuild can tell.
  public internal(set) var tables: [TableDisagreement] = []
  /// Events up to the head that the index of batches leads to; nil without a fold, or where that can't be told.
  public internal(set) var indexed: Int64?
  /// Whether the table of keys holds exactly the keys of the events; nil without a fold, or where that can't be
  /// told.
  public internal(set) var keysAgree: Bool?
  /// What SQLite had to say of its own structures; empty if nothing, or if it was not asked.
  public internal(set) var integrity: [String] = []

  public var isWhole: Bool {
    finding == nil && tables.isEmpty && integrity.isEmpty && anchors.allSatisfy(\.holds)
      && (indexed ?? head.position) == head.position && keysAgree != false
  }
}

/// A fold running on its thread.
private final class Folding<Fold: OutlineFold>: @unchecked Sendable {
  // Unchecked: the folding thread's until the pages are finished, then the caller's.

  var fold: Fold
  var keys = KeySum()

  init(_ fold: Fold) { self.fold = fold }

  func take(_ page: borrowing LeafPage) {
    page.visitEach { event in
      if let key = fold.take(event) { keys.add(key, event.position) }
    }
  }
}
