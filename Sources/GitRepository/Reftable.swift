import Core
import Files

/// Where git keeps refs in tables instead of files, as `git init --ref-format=reftable` makes a repository.
///
/// Each working tree has a stack of tables: the one that all share holds branches and their reflogs, a linked worktree's
/// own its HEAD. Looked at each time, for `git refs migrate` changes the format of a repository in use.
extension GitRepository {
  /// The folders of the stacks that a commit here writes to; none where refs are files.
  package var reftableStacks: [String] {
    Set([layout.commonFolder, layout.gitFolder]).sorted().map { "\($0)/reftable" }
      .filter { FileFacts(at: "\($0)/tables.list").kind == .file }
  }

  /// Makes the tables and their list outlast a power cut.
  package func syncReftables() throws(Fault) {
    for stack in reftableStacks {
      for table in Self.tables(in: stack) { try syncPath("\(stack)/\(table)") }
      try syncPath("\(stack)/tables.list")
      try syncPath(stack)
    }
  }

  /// The locks of the stacks that are there: never provably ours, since git writes them alone.
  package var reftableLocks: [LockFile] {
    reftableStacks.compactMap { stack in
      let path = "\(stack)/tables.list.lock"
      let facts = FileFacts(at: path)
      guard facts.kind != .absent else { return nil }
      return LockFile(path: path, sizeBytes: facts.sizeBytes, isOurs: false)
    }
  }

  /// Whether a ref that is not a branch, such as `CHERRY_PICK_HEAD`, is in a table.
  package func hasTableRef(_ name: String) -> Bool {
    guard !reftableStacks.isEmpty else { return false }
    let asked = try? git.run(["rev-parse", "-q", "--verify", name], .init(answers: [0, 1]))
    return asked?.succeeded == true
  }

  /// Whether a reflog in the tables shows that a ref was at a commit and left it.
  ///
  /// A ref and its reflog are written as one, but HEAD's may lie in another stack, which is written first: the newest
  /// line of a reflog says only where the ref was going to.
  package func tablesShowItLeft(_ commit: GitID) throws(Fault) -> Bool {
    guard !reftableStacks.isEmpty else { return false }
    var refs = try git.run(["for-each-ref", "--format=%(refname)"]).lines.map(String.init) + ["HEAD"]
    refs += try Self.names(in: "\(layout.commonFolder)/worktrees").map { "worktrees/\($0)/HEAD" }
    for ref in refs {
      let ids = try git.run(
        ["rev-list", "--walk-reflogs", ref, "--"], .init(answers: [0, 128])
      ).lines
      if ids.dropFirst().contains(commit.text[...]) { return true }
    }
    return false
  }

  private static func tables(in stack: String) -> [String] {
    let list = WholeFile.read("\(stack)/tables.list") ?? []
    return String(decoding: list, as: UTF8.self).split(separator: "\n").map(String.init)
      .filter { !$0.contains("/") }
  }
}
