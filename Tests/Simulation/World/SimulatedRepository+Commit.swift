import Core
import FileStore
import GitRepository
import Runner

/// Making a commit, moving the branch and publishing the index.
extension SimulatedRepository {
  func build(_ draft: CommitDraft, scratch: String, token: PrivateToken) throws(Fault) -> BuildOutcome {
    try perform("build") { () throws(Fault) in
      let parentTree = draft.parent.flatMap { world.git.commits[$0]?.tree } ?? [:]
      var tree = parentTree
      for path in draft.removing { tree[path] = nil }
      for file in draft.files {
        guard let digest = Digest(hex: file.source.suffix(64)), let object = world.disk.objects[digest],
          !object.isDamaged
        else { throw Fault(.gitFailed, "hash-object: no file \(file.source)") }
        tree[file.path] = world.git.blob(digest)
      }
      if tree == parentTree, draft.parent != nil { return .unchanged(tree: GitModel.treeID(tree)) }
      let bytes = Self.bytes(of: draft, tree: tree)
      let id = world.git.write(bytes, parent: draft.parent, tree: tree)
      return .built(
        BuiltCommit(
          id: id, tree: GitModel.treeID(tree), bytes: bytes, changes: Self.changes(from: parentTree, to: tree)
        ))
    }
  }

  private static func bytes(of draft: CommitDraft, tree: [String: GitID]) -> [UInt8] {
    var text = "tree \(GitModel.treeID(tree))\n"
    if let parent = draft.parent { text += "parent \(parent)\n" }
    text += "author \(draft.author) \(draft.timeMs / 1000) +0000\ncommitter \(draft.committer) "
    text += "\(draft.timeMs / 1000) +0000\n\n\(draft.message)"
    return Array(text.utf8)
  }

  func writeCommit(_ bytes: [UInt8]) throws(Fault) -> GitID {
    try perform("write commit") { () throws(Fault) in
      let id = GitModel.id(bytes)
      guard world.git.commits[id] != nil else {
        throw Fault(.commitIncomplete, "The commit \"\(id)\" has lost its tree.")
      }
      return id
    }
  }

  func compareAndSwap(
    _ ref: String, from old: GitID?, to new: GitID, committer: String, subject: String
  ) throws(Fault) -> SwapOutcome {
    // A git that was killed, alone or with its parent, may leave its lock behind.
    let leavesLock = world.flip()
    let wasAlive = process.isAlive
    var isAnswered = false
    defer {
      if wasAlive, !isAnswered, leavesLock, world.git.refLocks[ref] == nil, world.git.refs[ref] == old {
        world.git.refLocks[ref] = "\(new)\n"
        // It writes the reflog first.
        if process.id.isMultiple(of: 2) { world.git.reflog.append((old, new)) }
      }
    }
    let outcome = try perform("swap \(ref) \(old?.text.prefix(7) ?? "-") \(new.text.prefix(7))", at: .swap) {
      () throws(Fault) -> SwapOutcome in
      let now = world.git.refs[ref]
      if let lock = world.git.refLocks[ref], now == old {
        return .locked(
          LockFile(path: "\(ref).lock", sizeBytes: Int64(lock.utf8.count), isOurs: lock == "\(new)\n"))
      }
      if now == new { return .alreadyThere }
      guard now == old else { return .moved(to: now) }
      // Git moves no ref to what it does not have.
      guard world.git.commits[new] != nil else { throw .git(.inputOutput) }
      world.noteSwap(ref, from: old, to: new, by: process)
      world.git.move(ref, to: new)
      return SwapOutcome.swapped
    }
    isAnswered = process.isAlive
    return outcome
  }

  func syncRef(_ ref: String) throws(Fault) { try perform("sync \(ref)") {} }

  func clearRefLocks(_ ref: String, holding new: GitID) throws(Fault) -> LockFile? {
    try perform("clear locks") { () throws(Fault) in
      guard let lock = world.git.refLocks[ref] else { return nil }
      guard lock == "\(new)\n" else {
        return LockFile(path: "\(ref).lock", sizeBytes: Int64(lock.utf8.count), isOurs: false)
      }
      world.git.refLocks[ref] = nil
      return nil
    }
  }

  // MARK: The user's index

  func holdIndex(
    for changes: [TreeChange], token: PrivateToken, patience: Duration
  ) throws(Fault) -> IndexOutcome {
    try perform("hold index") { () throws(Fault) in
      world.requireCommitLock("took the index", process)
      if let lock = world.git.indexLock, lock.token != token {
        return .locked(LockFile(path: "index.lock", sizeBytes: 0, isOurs: false))
      }
      var index = world.git.index
      for change in changes where index[change.path] == change.old?.id { index[change.path] = change.new?.id }
      world.git.indexLock = GitModel.IndexLock(token: token, index: index, holder: process.id)
      return .held
    }
  }

  func publishIndex(token: PrivateToken) throws(Fault) {
    try perform("publish index") { () throws(Fault) in
      guard let lock = world.git.indexLock, lock.token == token else {
        throw Fault(.indexLockLost, "The lock of git's index is no longer ours.")
      }
      world.requireCommitLock("published the index", process)
      world.noteIndex(lock.index, by: process)
      world.git.index = lock.index
      world.git.indexLock = nil
    }
  }

  func holdsIndex(token: PrivateToken) -> Bool { world.git.indexLock?.token == token }

  func changesHeld(token: PrivateToken, at commit: GitID) throws(Fault) -> [TreeChange] {
    try perform("compare index") { () throws(Fault) in
      guard let held = world.git.indexLock, held.token == token else { return [] }
      let (tree, index) = (world.git.commits[commit]?.tree ?? [:], world.git.index)
      return Set(tree.keys).union(index.keys).filter { held.index[$0] == tree[$0] && index[$0] != tree[$0] }
        .sorted().map { TreeChange(path: $0, old: index[$0].map(Self.entry), new: tree[$0].map(Self.entry)) }
    }
  }

  func releaseIndex(token: PrivateToken) {
    do {
      try perform("release index") { () throws(Fault) in
        guard world.git.indexLock?.token == token else { return }
        world.requireCommitLock("freed the index", process)
        world.git.indexLock = nil
      }
    } catch {
      process.couldNotFreeIndex = true
    }
  }
}
