import BatchModel
import Core
import FileStore
import Ledger

extension Project {
  /// Repairs what a review found and can be rebuilt; touches no event. Returns the review with what was repaired
  /// marked.
  ///
  /// Nothing is repaired where the chain itself is broken: what is rebuilt from events that prove nothing would
  /// only look right.
  public func repair(_ review: LedgerReview) async throws(Fault) -> LedgerReview {
    var review = review
    let isProven = !review.findings.contains {
      $0.level == .error && [.chain, .anchor, .head, .replay].contains($0.check)
    }
    guard isProven else { throw .notRepairable(review.firstBadPosition) }
    if review.findings.contains(where: { $0.repair == .tables }) { try await rebuildTables() }
    for index in review.findings.indices {
      switch review.findings[index].repair {
      case .tables: review.findings[index].isRepaired = true
      case .place(let path, let digest):
        review.findings[index].isRepaired = try await place(path, digest)
      case .ref(let ref, let sha):
        review.findings[index].isRepaired = try await restore(ref, at: sha)
      case nil: break
      }
    }
    if review.hasRestoredRef {
      // Which placed files are missing is seen only once the branch is there again.
      let rest = try await verify()
      let found = rest.isWhole ? [] : try await repair(rest).findings
      review.findings += found.filter { $0.level == .error && !review.findings.contains($0) }
    }
    return review
  }

  private func rebuildTables() async throws(Fault) {
    do throws(StoreError) {
      try await store.rebuildTables { ReplayFold.projection(of: $0) }
    } catch {
      throw .ledger(error)
    }
  }

  /// Writes a placed file again, where nothing is in its place and its object is sound.
  private func place(_ path: String, _ digest: Digest) async throws(Fault) -> Bool {
    let objects = try FileObjectStore(layout)
    guard try objects.check(digest) == .sound else { return false }
    let lock = try await FileBatchLocks(layout).acquireCommit()
    defer { lock.release() }
    let mark = LedgerMark(layout)
    let worktree = try FileWorktree(root: layout.root, token: mark.tokenOfRepairs)
    let target = try TargetPath(checking: path)
    // A killed repair may have left half a file.
    _ = try worktree.sweepTemporary(around: [target])
    guard try worktree.inspect(target) == .absent else { return false }
    let object = ObjectFile(id: digest, path: objects.path(of: digest))
    _ = try worktree.place(target, object, expecting: .absent)
    let repository = try repository()
    repository.refreshLargeFiles(
      [repository.layout.prefix + path], token: mark.tokenOfCommits)
    return true
  }

  /// Makes a lost branch again, and the commit it has to lead to from the recorded bytes where that is gone
  /// too.
  private func restore(_ ref: String, at sha: String) async throws(Fault) -> Bool {
    let lock = try await FileBatchLocks(layout).acquireCommit()
    defer { lock.release() }
    let repository = try repository()
    guard let commit = GitID(sha), try repository.tip(of: ref) == nil else { return false }
    if try repository.commitBytes(commit) == nil {
      guard let bytes = try await intendedBytes(of: sha), try repository.writeCommit(bytes) == commit else {
        return false
      }
    }
    let objects = try FileObjectStore(layout)
    try repository.keepLargeFiles(of: commit) { objects.path(of: $0) }
    // A repair whose git was killed may have left it locked.
    if let foreign = try repository.clearRefLocks(ref, holding: commit) { throw .lockInTheWay(foreign) }
    let committer = try repository.identities().committer
    let outcome = try repository.compareAndSwap(
      ref, from: nil, to: commit, committer: committer, subject: "restored by ledgerctl verify --repair")
    return outcome == .swapped || outcome == .alreadyThere
  }

  private func intendedBytes(of sha: String) async throws(Fault) -> [UInt8]? {
    var query = EventQuery()
    query.kinds = [.commitIntended]
    query.reversed = true
    for event in try await events(matching: query) {
      guard case .commitIntended(let intent)? = try? BatchEvent(event), intent.new == sha else { continue }
      return Array(intent.object.utf8)
    }
    return nil
  }
}
