import Core
import FileStore
import Files

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The user's index: brought up to date for the batch's paths, untouched in all others.
///
/// The finished new index is a private file beside the user's, so that it can be hard-linked to `index.lock`:
/// a lock with the same inode is ours, whoever of us made it.
extension GitRepository {
  package func holdIndex(
    for changes: [TreeChange], token: PrivateToken, patience: Duration
  ) throws(Fault) -> IndexOutcome {
    let deadline = ContinuousClock.now + patience
    try takeBackLock(token)
    while true {
      let base = try indexBytes()
      try stage(changes, on: base, token)
      let isLinked = link(privateIndex(token), lockPath) == 0
      let number = errno
      if isLinked {
        // From here nobody else writes the index; it must still be the one we started from.
        if try indexBytes() == base { return .held }
        try removeLock()
      } else if number != EEXIST {
        discardPrivateIndex(token)
        throw .indexUnlockable(lockPath, cause: String(cString: strerror(number)))
      } else if holdsOurBytes(token) {
        try removeLock()
      } else if ContinuousClock.now >= deadline {
        discardPrivateIndex(token)
        let facts = FileFacts(at: lockPath)
        return .locked(LockFile(path: lockPath, sizeBytes: facts.sizeBytes, isOurs: false))
      } else {
        // Someone's `git add` or an editor's refresh: a matter of milliseconds.
        repeat {
          usleep(5_000)
        } while FileFacts(at: lockPath).kind != .absent && ContinuousClock.now < deadline
      }
    }
  }

  package func publishIndex(token: PrivateToken) throws(Fault) {
    if FileFacts(at: privateIndex(token)).kind == .absent { return }
    guard isLock(token.text) else { throw .indexLockLost(lockPath) }
    guard rename(lockPath, layout.indexFile) == 0 else {
      throw .indexUnlockable(lockPath, cause: String(cString: strerror(errno)))
    }
    discardPrivateIndex(token)
    // Else a power cut might bring the lock back, after nobody of us comes to take it over.
    try syncPath(layout.gitFolder)
  }

  package func holdsIndex(token: PrivateToken) -> Bool { token.all.contains(where: isLock) }

  package func changesHeld(token: PrivateToken, at commit: GitID) throws(Fault) -> [TreeChange] {
    guard let name = token.all.first(where: isLock),
      let held = try changes(toIndexAt: privateIndex(named: name), from: commit),
      let own = try changes(toIndexAt: layout.indexFile, from: commit)
    else { return [] }
    let others = Set(held.map(\.path))
    return own.compactMap { change in
      others.contains(change.path) ? nil : TreeChange(path: change.path, old: change.new, new: change.old)
    }
  }

  package func releaseIndex(token: PrivateToken) {
    // While the lock stays, so does the file by which the next run knows it as ours.
    do { try takeBackLock(token) } catch { return }
    discardPrivateIndex(token)
  }

  // MARK: - The lock

  private var lockPath: String { "\(layout.indexFile).lock" }

  private func privateIndex(_ token: PrivateToken) -> String { privateIndex(named: token.text) }

  private func privateIndex(named token: String) -> String { "\(layout.gitFolder)/ledgerctl-\(token).index" }

  /// Whether the lock is the private index of this name.
  private func isLock(_ name: String) -> Bool {
    FileFacts(at: lockPath).isSameFile(as: FileFacts(at: privateIndex(named: name)))
  }

  private func takeBackLock(_ token: PrivateToken) throws(Fault) {
    if holdsIndex(token: token) { try removeLock() }
  }

  private func removeLock() throws(Fault) {
    guard unlink(lockPath) == 0 || errno == ENOENT else {
      throw .indexUnlockable(lockPath, cause: String(cString: strerror(errno)))
    }
  }

  private func holdsOurBytes(_ token: PrivateToken) -> Bool {
    let (lock, ours) = (FileFacts(at: lockPath), FileFacts(at: privateIndex(token)))
    return lock.sizeBytes == ours.sizeBytes && WholeFile.read(lockPath) == WholeFile.read(privateIndex(token))
  }

  private func discardPrivateIndex(_ token: PrivateToken) {
    for name in token.all {
      unlink(privateIndex(named: name))
      unlink("\(privateIndex(named: name)).lock")
    }
  }

  // MARK: - The new index

  /// The user's index as it is now; nil where there is none yet.
  private func indexBytes() throws(Fault) -> [UInt8]? {
    if FileFacts(at: layout.indexFile).kind == .absent { return nil }
    // A link, say, must not be taken for an index that is empty.
    guard let bytes = WholeFile.read(layout.indexFile) else { throw .indexUnreadable(layout.indexFile) }
    return bytes
  }

  /// Writes the private index: the base with those changes whose paths are there as they were before the
  /// commit.
  private func stage(_ changes: [TreeChange], on base: [UInt8]?, _ token: PrivateToken) throws(Fault) {
    let path = privateIndex(token)
    discardPrivateIndex(token)
    if let base {
      guard WholeFile.write(base, to: path, mode: FileFacts(at: layout.indexFile).mode) else {
        throw .gitFileUnwritable(path)
      }
    }
    let variables = ["GIT_INDEX_FILE": path]
    let staged = try stagedEntries(changes.map(\.path), variables: variables)
    let clashing = clashes(of: changes.filter { $0.new != nil }.map(\.path), inIndex: base)
    let wanted = changes.filter { change in
      // What the user has staged as a file where ours needs a folder, or the other way round, stays.
      if clashing.contains(change.path) { return false }
      let before = change.old.map { PathStatus.Staged.entry($0) } ?? .absent
      return staged[change.path] ?? .absent == before
    }
    let zero = layout.objectFormat.zero
    let lines = wanted.map { change in
      change.new.map { "\($0.mode) \($0.id)\t\(change.path)" } ?? "0 \(zero)\t\(change.path)"
    }
    _ = try git.run(
      ["update-index", "-z", "--force-write-index", "--index-info"],
      .init(input: nulTerminated(lines), variables: variables))
    let placed = wanted.filter { $0.new != nil }
    let pointers = largeFiles.isThere ? try pointers(placed.compactMap { $0.new?.id }) : [:]
    try refresh(
      placed.map(\.path),
      pointers: placed.reduce(into: [:]) { found, change in
        found[change.path] = change.new.flatMap { pointers[$0.id] }
      }, .init(variables: variables))
  }
}
