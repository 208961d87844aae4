import BatchModel
import Core
import GitRepository

/// Where what a batch has landed is now. Raw values are words of the contract.
package enum Landing: String, Hashable, Sendable {
  /// The branch holds it, or later commits that continue from it.
  case landed
  /// A later commit, which is not a batch's, has put everything back as it was before.
  case reverted
  /// The commit is not on the branch, and neither is what it brought.
  case gone
}

extension Landing {
  /// Finds out where a batch's commit is now: the content of the branch's tip decides, and not whether the commit is
  /// among its ancestors, for a squash or a rebase brings the same content under another name.
  static func of(_ state: BatchState, in repository: any Repository) throws(Fault) -> Landing {
    guard let landed = state.landedCommit, let commit = GitID(landed.sha) else { return .landed }
    var tip = try repository.tip(of: landed.ref)
    // The branch of a pull request goes once it is merged.
    if tip == nil, case .branch(_, let checkedOut) = try repository.head() { tip = checkedOut }
    guard let tip else { return .gone }
    if tip == commit { return .landed }
    if try repository.commitBytes(commit) != nil { return try of(commit, at: tip, in: repository) }
    return try holds(state.placement?.targets ?? [], at: tip, in: repository) ? .landed : .gone
  }

  /// The same of a commit that is there, seen from a tip.
  static func of(
    _ commit: GitID, at tip: GitID, in repository: any Repository
  ) throws(Fault) -> Landing {
    let changes = try repository.changes(of: commit)
    let now = try repository.entries(at: tip, changes.map(\.path))
    if changes.allSatisfy({ now[$0.path] == $0.new }) { return .landed }
    guard try repository.isAncestor(commit, of: tip) else { return .gone }
    guard let first = changes.first, changes.allSatisfy({ now[$0.path] == $0.old }) else { return .landed }
    // A later batch that moves an asset takes its old paths away, too.
    let message = try repository.lastMessage(touching: first.path, at: tip) ?? ""
    let lines = message.split(separator: "\n")
    let isBatch = lines.contains { $0.hasPrefix("Ledger-Batch: ") }
    return isBatch && !lines.contains { $0.hasPrefix("Ledger-Revert: ") } ? .landed : .reverted
  }

  /// Whether a tip holds what was placed, byte for byte: for a commit that this clone does not have.
  private static func holds(
    _ targets: [PlannedTarget], at tip: GitID, in repository: any Repository
  ) throws(Fault) -> Bool {
    let prefix = repository.layout.prefix
    let entries = try repository.entries(at: tip, targets.map { prefix + $0.path })
    let bytes = try repository.contents(entries.values.map(\.id), limitBytes: 1 << 30)
    return !targets.isEmpty
      && targets.allSatisfy { target in
        let found = entries[prefix + target.path].flatMap { bytes[$0.id] }.map { Digest.sha256($0) }
        return found == target.digest
      }
  }
}

extension BatchState {
  /// The commit that the batch landed as, and its branch: its own, or one that was found in the history.
  var landedCommit: (sha: String, ref: String)? {
    if let confirmation { return (confirmation.sha, confirmation.ref) }
    guard let sha = completion?.commit, let ref = registration?.branch else { return nil }
    return (sha, ref)
  }
}

extension BatchState {
  /// What lands: a retry may have taken newer bytes of an image than the registration names.
  var content: Digest? {
    registration.map { Registration.content(of: $0.manifestDigest, assets.map(\.image)) }
  }
}

/// A commit that was found in the history of a branch, and lands the same manifest with the same images.
package struct FoundLanding: Hashable, Sendable {
  package var commit: String
  package var landing: Landing
}

/// A batch's commits in the history of a branch, newest first, whichever ledger they are of.
struct BatchHistory {
  var commits: [(id: GitID, message: String)]

  init(of batch: BatchID, on ref: String, at tip: GitID?, in repository: any Repository) throws(Fault) {
    commits = []
    guard let tip else { return }
    commits = try repository.commits(
      withLine: CommitMessage.batchTrailer(batch), in: tip, of: ref
    ).filter { !$0.message.split(separator: "\n").contains { $0.hasPrefix("Ledger-Revert: ") } }
  }

  /// The newest that landed this content, and where that is now.
  func landing(of content: Digest, at tip: GitID?, in repository: any Repository) throws(Fault)
    -> FoundLanding?
  {
    let line = CommitMessage.manifestTrailer(content)
    guard let tip, let found = commits.first(where: { $0.message.split(separator: "\n").contains(line[...]) })
    else { return nil }
    return FoundLanding(commit: found.id.text, landing: try Landing.of(found.id, at: tip, in: repository))
  }
}
