import BatchModel
import Core
import FileStore
import GitRepository
import Ledger

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// What objects there are that nothing needs any more.
package struct PruneReport: Hashable, Sendable {
  package struct Entry: Hashable, Sendable {
    package var object: Digest
    package var sizeBytes: Int64
    /// Position and batch of the last event that names it; nil where none does.
    package var position: Int64?
    package var batch: String?
  }

  /// Objects in the order of their names: what is removed, or would be.
  package var entries: [Entry] = []
  /// Objects that stay.
  package var kept = 0
  package var keptBytes: Int64 = 0
  /// Half-written files of killed processes that were removed.
  package var leftovers = 0
  package var isDry = true

  /// Those that events still name: their stages run again if anyone wants their results again.
  package var named: [Entry] { entries.filter { $0.position != nil } }
  package var unnamed: [Entry] { entries.filter { $0.position == nil } }
}

extension Project {
  /// An object younger than this may be about to be named by an event, and stays.
  static let youngestPrunedMs: Int64 = 3_600_000

  /// Finds objects that no unfinished batch and no event within `keep` names, and removes them unless
  /// `isDry`.
  ///
  /// Safe beside runs: the locks of all unfinished batches are held meanwhile, and the ledger's lock, so that
  /// no event
  /// can be appended that names what is being removed; what was stored a moment ago is told by its age.
  package func prune(keep: Duration, isDry: Bool) async throws(Fault) -> PruneReport {
    let keepMs = keep.milliseconds
    if isDry { return try lookForUnneeded(keepMs: keepMs).report }
    let locks = FileBatchLocks(layout)
    var held: [any BatchLock] = []
    defer { for lock in held { lock.release() } }
    var names: Set<String> = []
    for row in try await batches() where BatchState.Phase(rawValue: row.state)?.isEnd != true {
      held.append(try locks.acquireForPruning(try Self.id(of: row)))
      names.insert(row.batch)
    }
    let ledger = FileLock(path: layout.ledgerLock)
    do throws(StoreError) { try ledger.lock(within: .seconds(30)) } catch { throw .ledger(error) }
    defer { ledger.unlock() }
    var (report, open) = try lookForUnneeded(keepMs: keepMs)
    if let started = open.subtracting(names).sorted().first { throw .pruneHeld(started, process: nil) }
    let objects = try FileObjectStore(layout)
    let bound = SystemClock().now().wallMs - Self.youngestPrunedMs
    report.entries = report.entries.filter { entry in
      Self.retire(
        objects.path(of: entry.object), through: "\(layout.temporary)/o-retired", unlessAfter: bound)
    }
    report.leftovers = try objects.sweepTemporary()
    report.isDry = false
    return report
  }

  /// Removes an object, unless it turns out to have been stored again since it was judged; false where it
  /// stays.
  ///
  /// It is moved aside first: whoever stores it at this very moment makes a new file under its name.
  private static func retire(_ path: String, through aside: String, unlessAfter boundMs: Int64) -> Bool {
    guard rename(path, aside) == 0 else { return false }
    if let facts = ObjectFacts(at: aside), facts.modifiedMs > boundMs {
      _ = rename(aside, path)
      return false
    }
    return unlink(aside) == 0
  }

  /// The report, and the batches that are not finished.
  private func lookForUnneeded(
    keepMs: Int64
  ) throws(Fault) -> (report: PruneReport, open: Set<String>) {
    let now = SystemClock().now().wallMs
    var fold = ReplayFold()
    let found = try verifyLedger(folding: &fold)
    if let finding = found.finding {
      throw .ledger(
        .damaged(
          path: layout.ledgerDatabase,
          finding: "the event at position \(finding.position) is not what was appended"))
    }
    if let unreadable = fold.unreadable.first { throw .unreadable(unreadable) }
    let needs = fold.needs
    let objects = try FileObjectStore(layout)
    var report = PruneReport()
    for id in try objects.list() {
      guard let facts = ObjectFacts(at: objects.path(of: id)) else { continue }
      let need = needs[id]
      let isNeeded = need.map { $0.isOpen || $0.timeMs > now - keepMs } ?? false
      if isNeeded || facts.modifiedMs > now - Self.youngestPrunedMs {
        report.kept += 1
        report.keptBytes += facts.sizeBytes
      } else {
        report.entries.append(
          .init(
            object: id, sizeBytes: facts.sizeBytes, position: need?.position,
            batch: need.map { fold.names[$0.batch] }))
      }
    }
    let open = zip(fold.names, fold.phases).filter { !$0.1.isEnd }.map(\.0)
    return (report, Set(open))
  }
}

/// Size and age of an object's file.
private struct ObjectFacts {
  let sizeBytes: Int64
  let modifiedMs: Int64

  init?(at path: String) {
    var facts = stat()
    guard lstat(path, &facts) == 0 else { return nil }
    sizeBytes = Int64(facts.st_size)
    #if os(Linux)
      modifiedMs = Int64(facts.st_mtim.tv_sec) * 1000 + Int64(facts.st_mtim.tv_nsec) / 1_000_000
    #else
      modifiedMs = Int64(facts.st_mtimespec.tv_sec) * 1000 + Int64(facts.st_mtimespec.tv_nsec) / 1_000_000
    #endif
  }
}

extension FileBatchLocks {
  /// Takes a batch's lock, or says that its batch keeps anything from being pruned.
  fileprivate func acquireForPruning(_ batch: BatchID) throws(Fault) -> any BatchLock {
    do throws(Fault) { return try acquire(batch) } catch {
      guard error.kind == .batchHeld else { throw error }
      throw .pruneHeld(batch.text, process: FileLock.lastHolder(of: lockPath(of: batch))?.process)
    }
  }
}
