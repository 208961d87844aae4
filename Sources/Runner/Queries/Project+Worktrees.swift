import BatchModel
import Core
import Files
import GitRepository

/// Batches that were chosen without naming them, and those that other worktrees have to land.
package struct BatchChoice: Hashable, Sendable {
  /// A batch whose branch is checked out in another worktree, which alone can land it.
  package struct Elsewhere: Hashable, Sendable {
    package var batch: BatchID
    /// Short name of the branch.
    package var branch: String
    package var worktree: String
  }

  package var batches: [BatchID] = []
  package var elsewhere: [Elsewhere] = []

  /// Names the batches of other worktrees in one line; nil where there are none.
  package var note: String? {
    guard !elsewhere.isEmpty else { return nil }
    let named = elsewhere.prefix(20).map { "\"\($0.batch)\" (\($0.branch), in \"\($0.worktree)\")" }
    let more = elsewhere.count > named.count ? " and \(elsewhere.count - named.count) more" : ""
    return "Left to other worktrees, which have their branches checked out: "
      + named.joined(separator: ", ") + "\(more)."
  }
}

extension Project {
  /// Every unfinished batch that is not held and that this worktree can land, the earliest registered first.
  package func unfinished() async throws(Fault) -> BatchChoice {
    let ended: Set<String> = [BatchState.Phase.committed.rawValue, BatchState.Phase.cancelled.rawValue]
    var choice = BatchChoice()
    var others = OtherWorktrees(self)
    for row in try await batches().reversed() where !ended.contains(row.state) {
      let batch = try Self.id(of: row)
      let state = try await state(of: batch)
      guard !state.isHeld else { continue }
      if let elsewhere = try others.whereabouts(of: batch, state) {
        choice.elsewhere.append(elsewhere)
      } else {
        choice.batches.append(batch)
      }
    }
    return choice
  }

  /// The batch with the latest event of those that this worktree can land, and later ones that it can't.
  package func last() async throws(Fault) -> BatchChoice {
    var choice = BatchChoice()
    var others = OtherWorktrees(self)
    for row in try await batches() {
      let batch = try Self.id(of: row)
      if others.exist, let elsewhere = try others.whereabouts(of: batch, try await state(of: batch)) {
        choice.elsewhere.append(elsewhere)
      } else {
        choice.batches = [batch]
        break
      }
    }
    return choice
  }
}

/// Which branches other worktrees have checked out; git is asked once for each, and only where there are others.
private struct OtherWorktrees {
  private let project: Project
  private var known: [String: String?] = [:]
  let exist: Bool

  init(_ project: Project) {
    self.project = project
    let folder = SurroundingTree.around(project.layout.root)?.commonFolder
    exist = folder.map { FileFacts(at: $0 + "/worktrees").kind == .folder } ?? false
  }

  /// The other worktree that has a batch's branch checked out; nil where this one can land it.
  mutating func whereabouts(
    of batch: BatchID, _ state: BatchState
  ) throws(Fault) -> BatchChoice.Elsewhere? {
    guard exist, let registration = state.registration else { return nil }
    let ref = registration.branch
    if known[ref] == nil {
      // Where git can't tell, the run itself will say why.
      known[ref] = .some((try? project.repository())?.worktree(with: ref))
    }
    guard let found = known[ref], let path = found else { return nil }
    return .init(batch: batch, branch: registration.branchName, worktree: path)
  }
}

extension Repository {
  fileprivate func worktree(with ref: String) -> String? { (try? checkedOutElsewhere(ref)) ?? nil }
}
