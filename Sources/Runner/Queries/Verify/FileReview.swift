import BatchModel
import Core
import FileStore
import Files
import GitRepository
import Ledger

/// What batches placed in the working tree, each path as it was placed last.
struct PlacedFiles {
  struct File: Hashable, Sendable {
    var digest: Digest
    /// The batch's number.
    var batch: Int
    var position: Int64
  }

  private(set) var files: [String: File] = [:]
  /// The branches that batches go to, by the batches' numbers.
  private(set) var branches: [Int: String] = [:]

  /// Takes what an event says; events come in the ledger's order.
  mutating func take(_ fact: BatchEvent, _ event: EventOutline) {
    switch fact {
    case .batchRegistered(let registration), .batchRevised(let registration):
      branches[event.batch] = registration.branch
    case .batchPlaced(let placement) where placement.inWorkingTree:
      for target in placement.targets {
        files[target.path] = target.digest.map {
          File(digest: $0, batch: event.batch, position: event.position)
        }
      }
    case .batchCancelled: forget(event.batch)
    case .stageInvalidated(let ref, _) where ref.asset == nil && ref.stage == .place: forget(event.batch)
    default: break
    }
  }

  /// What a batch placed was undone: nothing can be said of its paths any more.
  private mutating func forget(_ batch: Int) {
    files = files.filter { $0.value.batch != batch }
  }
}

/// Compares the working tree with what batches placed there last.
///
/// What the user or a later batch has changed since is theirs and no finding: only a file that git still
/// expects, or that a batch waits to commit, is missed.
struct FileReview {
  let repository: GitRepository
  let worktree: FileWorktree
  let fold: ReplayFold

  /// Looks at every path that should hold something.
  func findings() throws(Fault) -> [LedgerReview.Finding] {
    guard case .branch(let ref, let tip) = try repository.head() else { return [] }
    let prefix = repository.layout.prefix
    let phases = fold.phases
    var findings: [LedgerReview.Finding] = []
    var differing: [(path: String, placed: PlacedFiles.File, isThere: Bool)] = []
    for (path, expected) in fold.placed.files.sorted(by: { $0.key < $1.key }) {
      guard fold.placed.branches[expected.batch] == ref, let target = try? TargetPath(path) else { continue }
      switch try worktree.inspect(target) {
      case .regular(expected.digest, _, _): continue
      case .absent: differing.append((path, expected, false))
      default: differing.append((path, expected, true))
      }
    }
    for start in stride(from: 0, to: differing.count, by: 500) {
      let part = differing[start..<min(start + 500, differing.count)]
      let status = try repository.status(of: part.map { prefix + $0.path }, at: tip)
      for entry in part {
        let finding = judge(
          entry.path, entry.placed, isThere: entry.isThere, isOpen: !phases[entry.placed.batch].isEnd,
          status[prefix + entry.path])
        if let finding { findings.append(finding) }
      }
    }
    return findings
  }

  private func judge(
    _ path: String, _ placed: PlacedFiles.File, isThere: Bool, isOpen: Bool, _ status: PathStatus?
  ) -> LedgerReview.Finding? {
    let batch = fold.names[placed.batch]
    if isThere {
      // Another branch's or a later commit's bytes are as they should be.
      if status?.workingMatchesTip == true { return nil }
      return .init(
        .note, .file, "\"\(path)\" has been changed since batch \"\(batch)\" placed it.", batch: batch,
        path: path)
    }
    let isExpected =
      isOpen || status?.tip != nil && status.map { $0.staged == $0.tip.map { .entry($0) } } == true
    guard isExpected else { return nil }
    return .init(
      .error, .file,
      "\"\(path)\" is missing: batch \"\(batch)\" placed it, and nobody has removed it since.",
      batch: batch, path: path, repair: .place(path: path, placed.digest))
  }
}
