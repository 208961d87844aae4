#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Making a commit out of objects, without the working tree and the user's index.
extension GitRepository {
  package func build(
    _ draft: CommitDraft, scratch: String, token: String
  ) throws(Fault) -> BuildOutcome {
    for identity in [draft.author, draft.committer] where !CommitObject.isIdentity(identity) {
      throw .badIdentity(identity)
    }
    let index = PrivateIndex(path: "\(scratch)/git-\(token).index")
    index.remove()
    defer { index.remove() }
    // Always the same kind of index, whatever the user likes theirs to be.
    let options = GitProgram.Options(
      variables: ["GIT_INDEX_FILE": index.path],
      settings: [
        ("core.splitIndex", "false"), ("core.untrackedCache", "false"), ("core.sparseCheckout", "false"),
        ("index.sparse", "false"),
      ])
    if let parent = draft.parent { _ = try git.run(["read-tree", parent.text], options) }
    let blobs = try writeBlobs(draft.files.map(\.source))
    try update(index: options, zip(draft.files.map(\.path), blobs), removing: draft.removing)
    var message = draft.message
    if draft.runsHooks {
      message = try runHooks(on: draft, options, scratch: "\(scratch)/git-\(token).message")
    }
    try check(message, of: draft)
    let treeText = try git.run(["write-tree"], options).lines.first ?? ""
    guard let tree = GitID(treeText) else { throw .gitUnreadable("write-tree", "no id") }
    let difference = try difference(from: draft.parent?.text ?? layout.objectFormat.emptyTree, to: tree.text)
    let ours = Set(draft.files.map(\.path) + draft.removing)
    if let foreign = difference.changes.first(where: { !ours.contains($0.path) }) {
      throw .foreignPathInCommit(foreign.path)
    }
    if difference.changes.isEmpty && draft.parent != nil { return .unchanged(tree: tree) }
    let bytes = CommitObject.bytes(of: draft, tree: tree, message: message)
    let commit = try writeCommitObject(bytes)
    try syncFolders(of: blobs + difference.newTrees + [tree, commit])
    return .built(BuiltCommit(id: commit, tree: tree, bytes: bytes, changes: difference.changes))
  }

  /// Refuses a message whose trailers nobody could find again.
  private func check(_ message: String, of draft: CommitDraft) throws(Fault) {
    let trailers = draft.message.split(separator: "\n").filter { $0.hasPrefix("Ledger-") }.map(String.init)
    do {
      try MessageRules.check(message, required: trailers)
    } catch {
      throw .badMessage(error, afterHooks: draft.runsHooks)
    }
  }

  private func writeBlobs(_ sources: [String]) throws(Fault) -> [GitID] {
    if sources.isEmpty { return [] }
    let input = Array(sources.map { "\($0)\n" }.joined().utf8)
    let ids = try git.run(["hash-object", "-w", "--no-filters", "--stdin-paths"], .init(input: input)).lines
      .compactMap { GitID($0) }
    guard ids.count == sources.count else { throw .gitUnreadable("hash-object", "\(ids.count) ids") }
    return ids
  }

  private func update(
    index options: GitProgram.Options, _ files: some Sequence<(String, GitID)>, removing: [String]
  ) throws(Fault) {
    var options = options
    let zero = layout.objectFormat.zero
    options.input = nulTerminated(
      removing.map { "0 \(zero)\t\($0)" } + files.map { "100644 \($0.1)\t\($0.0)" })
    _ = try git.run(["update-index", "-z", "--index-info"], options)
  }

  /// Runs the user's hooks on the private index, as `git commit` would, and returns the message they leave.
  private func runHooks(
    on draft: CommitDraft, _ options: GitProgram.Options, scratch: String
  ) throws(Fault) -> String {
    var options = options
    options.guise = .hooks
    options.answers = Set(0...127)
    options.variables["GIT_EDITOR"] = ":"
    guard WholeFile.write(Array(draft.message.utf8), to: scratch) else { throw .gitFileUnwritable(scratch) }
    defer { unlink(scratch) }
    for hook in [
      ["pre-commit"], ["prepare-commit-msg", "--", scratch, "message"], ["commit-msg", "--", scratch],
    ] {
      let result = try git.run(["hook", "run", "--ignore-missing"] + hook, options)
      if !result.succeeded { throw .hookRefused(hook[0], result) }
    }
    guard let bytes = WholeFile.read(scratch), let text = String(validating: bytes, as: UTF8.self) else {
      throw .gitFileUnwritable(scratch)
    }
    return text
  }

  private func writeCommitObject(_ bytes: [UInt8]) throws(Fault) -> GitID {
    let text = try git.run(["hash-object", "-t", "commit", "-w", "--stdin"], .init(input: bytes)).lines.first
    guard let id = text.flatMap({ GitID($0) }) else { throw .gitUnreadable("hash-object", "no id") }
    return id
  }

  package func writeCommit(_ bytes: [UInt8]) throws(Fault) -> GitID {
    let id = try writeCommitObject(bytes)
    let parent = CommitObject.header("parent", of: bytes)
    // What nobody points to yet may have been pruned since it was written.
    let complete = try git.run(
      ["rev-list", "--objects", "--quiet", id.text] + (parent.map { ["^\($0)"] } ?? []),
      .init(answers: [0, 1, 128]))
    guard complete.succeeded else { throw .commitIncomplete(id) }
    try syncFolders(of: [id])
    return id
  }

  /// Makes the names of new objects outlast a power cut, as git itself doesn't.
  private func syncFolders(of ids: [GitID]) throws(Fault) {
    let objects = "\(layout.commonFolder)/objects"
    for folder in Set(ids.map { "\(objects)/\($0.text.prefix(2))" }).sorted() + [objects] {
      if let cause = WholeFile.syncFolder(folder) { throw .gitFolderUnsynced(folder, cause: cause) }
    }
  }
}

/// An index file of ours, with the lock git makes beside it.
private struct PrivateIndex {
  let path: String

  func remove() {
    unlink(path)
    unlink("\(path).lock")
  }
}
