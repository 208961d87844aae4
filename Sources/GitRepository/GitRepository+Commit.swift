import Core
import FileStore
import Files

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Making a commit out of objects, without the working tree and the user's index.
extension GitRepository {
  package func build(
    _ draft: CommitDraft, scratch: String, token: PrivateToken
  ) throws(Fault) -> BuildOutcome {
    for identity in [draft.author, draft.committer] where !CommitObject.isIdentity(identity) {
      throw .badIdentity(identity)
    }
    let index = PrivateIndex(path: "\(scratch)/git-\(token.text).index")
    for name in token.all { PrivateIndex(path: "\(scratch)/git-\(name).index").remove() }
    defer { index.remove() }
    // Always the same kind of index, whatever the user likes theirs to be.
    let options = GitProgram.Options(
      variables: ["GIT_INDEX_FILE": index.path],
      settings: [
        ("core.splitIndex", "false"), ("core.untrackedCache", "false"), ("core.sparseCheckout", "false"),
        ("index.sparse", "false"),
      ])
    try read(draft, into: index, options)
    let pointers = try keepLargeFiles(of: draft)
    let blobs = try writeBlobs(draft.files, pointers, scratch: "\(scratch)/git-\(token.text).pointer")
    let files = Array(zip(draft.files.map(\.path), blobs))
    try update(index: options, files, removing: draft.removing, restoring: draft.restoring)
    var message = draft.message
    if draft.runsHooks {
      // As `git commit` does before its hooks.
      try refresh(draft.files.map(\.path), pointers: pointers, options)
      message = try runHooks(on: draft, options, scratch: "\(scratch)/git-\(token.text).message")
      try checkAfterHooks(files, of: draft, options)
    }
    try check(message, of: draft)
    let written = try git.run(["write-tree"], .accepting([0, 128], options))
    guard written.succeeded else {
      try checkNotCollected(blobs)
      throw .gitFailed("write-tree", written)
    }
    let treeText = written.lines.first ?? ""
    guard let tree = GitID(treeText) else { throw .gitCutShort("write-tree") }
    let difference: (changes: [TreeChange], newTrees: [GitID])
    do throws(Fault) {
      difference = try self.difference(
        from: draft.parent?.text ?? layout.objectFormat.emptyTree, to: tree.text)
    } catch {
      try checkNotCollected([tree])
      throw error
    }
    let ours = Set(draft.files.map(\.path) + draft.removing).union(draft.restoring.keys)
    if let foreign = difference.changes.first(where: { !ours.contains($0.path) }) {
      throw .foreignPathInCommit(foreign.path)
    }
    if difference.changes.isEmpty && draft.parent != nil { return .unchanged(tree: tree) }
    let (commit, bytes) =
      draft.signs
      ? try writeSigned(draft, tree: tree, message: message)
      : try write(CommitObject.bytes(of: draft, tree: tree, message: message))
    // Looked at once the commit is there: what is collected from here on takes the commit along, which the swap sees.
    try checkNotCollected(blobs + difference.newTrees + [tree])
    try sync(blobs + difference.newTrees + [tree, commit])
    return .built(BuiltCommit(id: commit, tree: tree, bytes: bytes, changes: difference.changes))
  }

  /// The user's own git may have swept up what no branch leads to yet; only what has no file of its own is asked for.
  private func checkNotCollected(_ ids: [GitID]) throws(Fault) {
    let elsewhere = ids.filter { FileFacts(at: looseFile(of: $0)).kind == .absent }
    if try objectHeads(elsewhere.map(\.text)).contains(nil) { throw .objectsCollected() }
  }

  /// Where an object is that is in no pack.
  private func looseFile(of id: GitID) -> String {
    "\(layout.commonFolder)/objects/\(id.text.prefix(2))/\(id.text.dropFirst(2))"
  }

  /// Fills the private index with what the commit starts from.
  ///
  /// Hooks look at the working tree through it: for them it is made out of the user's own, so that git needn't
  /// read every file again to see that it is unchanged.
  private func read(
    _ draft: CommitDraft, into index: PrivateIndex, _ options: GitProgram.Options
  ) throws(Fault) {
    guard let parent = draft.parent else { return }
    guard draft.runsHooks, let users = WholeFile.read(layout.indexFile),
      WholeFile.write(users, to: index.path),
      try git.run(["read-tree", "--reset", parent.text], .accepting([0, 128], options)).succeeded
    else {
      index.remove()
      _ = try git.run(["read-tree", parent.text], options)
      return
    }
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

  /// Has Git LFS keep the bytes of a draft's large files; pointers by path.
  private func keepLargeFiles(of draft: CommitDraft) throws(Fault) -> [String: LargeFilePointer] {
    let store = largeFiles
    var pointers: [String: LargeFilePointer] = [:]
    for file in draft.files where file.isLarge { pointers[file.path] = try store.keep(file.source) }
    return pointers
  }

  /// Writes the files' blobs, in one process. A pointer goes by a file of its own, whose path `scratch` begins.
  private func writeBlobs(
    _ files: [CommitFile], _ pointers: [String: LargeFilePointer], scratch: String
  ) throws(Fault) -> [GitID] {
    if files.isEmpty { return [] }
    var sources: [String] = []
    defer { for source in sources where source.hasPrefix(scratch) { unlink(source) } }
    for file in files {
      guard let pointer = pointers[file.path] else {
        sources.append(file.source)
        continue
      }
      let path = "\(scratch)-\(sources.count)"
      guard WholeFile.write(pointer.bytes, to: path) else { throw .gitFileUnwritable(path) }
      sources.append(path)
    }
    let input = Array(sources.map { "\($0)\n" }.joined().utf8)
    let ids = try git.run(["hash-object", "-w", "--no-filters", "--stdin-paths"], .init(input: input)).lines
      .compactMap { GitID($0) }
    guard ids.count == sources.count else { throw .gitCutShort("hash-object") }
    return ids
  }

  private func update(
    index options: GitProgram.Options, _ files: some Sequence<(String, GitID)>, removing: [String],
    restoring: [String: TreeEntry]
  ) throws(Fault) {
    var options = options
    let zero = layout.objectFormat.zero
    options.input = nulTerminated(
      removing.map { "0 \(zero)\t\($0)" } + files.map { "100644 \($0.1)\t\($0.0)" }
        + restoring.sorted { $0.key < $1.key }.map { "\($0.value.mode) \($0.value.id)\t\($0.key)" })
    _ = try git.run(["update-index", "-z", "--index-info"], options)
  }

  private func write(_ commit: [UInt8]) throws(Fault) -> (id: GitID, bytes: [UInt8]) {
    (try writeCommitObject(commit), commit)
  }

  private func writeCommitObject(_ bytes: [UInt8]) throws(Fault) -> GitID {
    let text = try git.run(["hash-object", "-t", "commit", "-w", "--stdin"], .init(input: bytes)).lines.first
    guard let id = text.flatMap({ GitID($0) }) else { throw .gitCutShort("hash-object") }
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
    try sync([id])
    return id
  }

  /// Makes objects and their names outlast a power cut, as git itself doesn't: it syncs what it writes, but not its
  /// name, and nothing that a `git add` of the user's has left there unsynced before.
  private func sync(_ ids: [GitID]) throws(Fault) {
    let objects = "\(layout.commonFolder)/objects"
    for id in ids { try syncPath(looseFile(of: id)) }
    for folder in Set(ids.map { "\(objects)/\($0.text.prefix(2))" }).sorted() + [objects] {
      try syncPath(folder)
    }
  }

  /// Syncs a file, or a folder's names; what isn't there needs none.
  package func syncPath(_ path: String) throws(Fault) {
    if let cause = WholeFile.sync(path) { throw .gitFolderUnsynced(path, cause: cause) }
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
