import Core
import Files

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Moving a branch, and the locks that may be in its way.
extension GitRepository {
  package func compareAndSwap(
    _ ref: String, from old: GitID?, to new: GitID, committer: String, subject: String
  ) throws(Fault) -> SwapOutcome {
    let result = try git.run(
      ["update-ref", "-m", "ledgerctl: \(subject)", ref, new.text, old?.text ?? layout.objectFormat.zero],
      .init(
        answers: [0, 1, 128],
        // Only the reflog's line is by them; without a name git would look for one and might refuse.
        variables: Dictionary(
          uniqueKeysWithValues: CommitObject.variables(of: committer, "COMMITTER", timeMs: 0).dropLast()),
        // Killed between making its lock and moving it into place, git would leave the lock behind.
        survivesParent: true))
    if result.succeeded { return .swapped }
    // A failure says little: what the branch is now decides.
    let now = try tip(of: ref)
    if now == new { return .alreadyThere }
    if now != old { return .moved(to: now) }
    if let lock = refLocks(ref, holding: new).first { return .locked(lock) }
    if try objectHeads([new.text]).contains(nil) { throw .objectsCollected() }
    throw .swapRefused(ref, result)
  }

  package func syncRef(_ ref: String) throws(Fault) {
    try syncReftables()
    try syncPath("\(layout.commonFolder)/\(ref)")
    // A branch `a/b` may have made the folder `a`.
    var folder = ref[...]
    while let end = folder.lastIndex(of: "/") {
      folder = folder[..<end]
      try syncPath("\(layout.commonFolder)/\(folder)")
    }
  }

  package func clearRefLocks(_ ref: String, holding new: GitID) throws(Fault) -> LockFile? {
    for lock in refLocks(ref, holding: new) {
      guard lock.isOurs else { return lock }
      guard unlink(lock.path) == 0 || errno == ENOENT else { throw .gitFileUnwritable(lock.path) }
    }
    return nil
  }

  /// The lock files that keep a ref from being moved: its own, and HEAD's, which is taken with it for the
  /// reflog.
  private func refLocks(_ ref: String, holding new: GitID) -> [LockFile] {
    ["\(layout.commonFolder)/\(ref).lock", "\(layout.gitFolder)/HEAD.lock"].compactMap { path in
      let facts = FileFacts(at: path)
      guard facts.kind != .absent else { return nil }
      // Git writes the line feed by itself, and may be killed before.
      let isOurs = ["\(new)\n", "\(new)"].contains { line in
        facts.sizeBytes == line.utf8.count && WholeFile.read(path) == Array(line.utf8)
      }
      return LockFile(path: path, sizeBytes: facts.sizeBytes, isOurs: isOurs)
    } + reftableLocks
  }
}
