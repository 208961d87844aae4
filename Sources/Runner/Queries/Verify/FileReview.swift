import Ledger

/// Compares the working tree with what batches placed there last.
///
/// What the user or a later batch has changed since is theirs and no finding: only a file that git still
/// expects, or
/// that a batch waits to commit, is missed.
struct FileReview {
  /// What a path should hold, by the batch that placed it last.
  private struct Placed: Hashable {
    var digest: Digest
    var batch: String
    var position: Int64
    /// The batch is still to be committed.
    var isOpen: Bool
  }

  let repository: GitRepository
  let worktree: FileWorktree
  private(set) var findings: [LedgerReview.Finding] = []
  private var placed: [String: Placed] = [:]
  private var branches: [String: String] = [:]

  init(_ repository: GitRepository, _ worktree: FileWorktree) {
    self.repository = repository
    self.worktree = worktree
  }

  /// Takes an event of one of `types`; they come oldest first.
  mutating func take(_ event: Event, phases: [String: BatchState.Phase]) {
    guard let fact = try? BatchEvent(event) else { return }
    switch fact {
    case .batchRegistered(let registration), .batchRevised(let registration):
      branches[event.batch] = registration.branch
    case .batchPlaced(let placement):
      guard placement.inWorkingTree else { return }
      let isOpen = phases[event.batch].map { !$0.isEnd } ?? false
      for target in placement.targets {
        placed[target.path] = target.digest.map {
          Placed(digest: $0, batch: event.batch, position: event.position, isOpen: isOpen)
        }
      }
    case .batchCancelled: forget(event.batch)
    case .stageInvalidated(let ref, _) where ref.asset == nil && ref.stage == .place: forget(event.batch)
    default: break
    }
  }

  /// What a batch placed was taken back: nothing can be told of its paths any more.
  private mutating func forget(_ batch: String) {
    placed = placed.filter { $0.value.batch != batch }
  }

  static let types = [
    "batch.registered", "batch.revised", "batch.placed", "batch.cancelled", "stage.invalidated",
  ]

  /// Looks at every path that should hold something.
  mutating func look() throws(Fault) {
    guard case .branch(let ref, let tip) = try repository.head() else { return }
    let prefix = repository.layout.prefix
    var differing: [(path: String, placed: Placed, isThere: Bool)] = []
    for (path, expected) in placed.sorted(by: { $0.key < $1.key }) {
      guard branches[expected.batch] == ref, let target = try? TargetPath(path) else { continue }
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
        if let finding = judge(entry.path, entry.placed, isThere: entry.isThere, status[prefix + entry.path])
        {
          findings.append(finding)
        }
      }
    }
  }

  private func judge(
    _ path: String, _ placed: Placed, isThere: Bool, _ status: PathStatus?
  ) -> LedgerReview.Finding? {
    if isThere {
      // Another branch's or a later commit's bytes are as they should be.
      if status?.workingMatchesTip == true { return nil }
      return .init(
        .note, .file, "\"\(path)\" has been changed since batch \"\(placed.batch)\" placed it.",
        batch: placed.batch,
        path: path)
    }
    let isExpected =
      placed.isOpen || status?.tip != nil && status.map { $0.staged == $0.tip.map { .entry($0) } } == true
    guard isExpected else { return nil }
    return .init(
      .error, .file,
      "\"\(path)\" is missing: batch \"\(placed.batch)\" placed it, and nobody has removed it since.",
      batch: placed.batch, path: path, repair: .place(path: path, placed.digest))
  }
}
