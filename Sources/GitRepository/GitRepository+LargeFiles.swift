import Core
import FileStore
import Files

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Files whose bytes Git LFS keeps: see `docs/decisions/git-lfs-without-its-program.md`.
extension GitRepository {
  package var largeFiles: LargeFileStore { LargeFileStore(layout, settings) }

  package func contents(_ ids: [GitID], limitBytes: Int) throws(Fault) -> [GitID: [UInt8]] {
    let store = largeFiles
    var found: [GitID: [UInt8]] = [:]
    for (id, bytes) in try blobs(ids, limitBytes: limitBytes) {
      guard let pointer = LargeFilePointer(bytes) else {
        found[id] = bytes
        continue
      }
      found[id] = store.bytes(of: pointer, limitBytes: limitBytes)
    }
    return found
  }

  package func keepLargeFiles(of commit: GitID, from source: (Digest) -> String) throws(Fault) {
    let store = largeFiles
    let blobs = try changes(of: commit).compactMap { $0.new?.id }
    for pointer in Set(try pointers(blobs).values) where store.isMissing(pointer) {
      guard FileFacts(at: source(pointer.digest)).kind == .file else {
        throw .objectMissing(pointer.digest, source(pointer.digest))
      }
      _ = try store.keep(source(pointer.digest))
    }
  }

  package func refreshLargeFiles(_ paths: [String], token: PrivateToken) {
    guard largeFiles.isThere else { return }
    do { try refreshIndex(of: paths, token: token) } catch { releaseIndex(token: token) }
  }

  private func refreshIndex(of paths: [String], token: PrivateToken) throws(Fault) {
    var changes: [TreeChange] = []
    for (path, staged) in try stagedEntries(paths) {
      guard case .entry(let entry) = staged else { continue }
      changes.append(TreeChange(path: path, old: entry, new: entry))
    }
    let pointers = try pointers(changes.compactMap { $0.new?.id })
    changes.removeAll { change in change.new.flatMap { pointers[$0.id] } == nil }
    if changes.isEmpty { return }
    guard case .held = try holdIndex(for: changes, token: token, patience: .zero) else { return }
    try publishIndex(token: token)
  }

  /// Those of the blobs that are pointers.
  package func pointers(_ ids: [GitID]) throws(Fault) -> [GitID: LargeFilePointer] {
    try blobs(Set(ids).sorted { $0.text < $1.text }, limitBytes: LargeFilePointer.limitBytes)
      .compactMapValues { LargeFilePointer($0) }
  }

  /// Lets an index know the times of working files, so that git needn't read them to see that they are unchanged.
  ///
  /// `pointers` says which of them are in the index as a pointer. An index without the times is right too, so
  /// that no failure counts: a file may be gone, or lie outside of a sparse checkout.
  package func refresh(
    _ paths: [String], pointers: [String: LargeFilePointer], _ options: GitProgram.Options
  ) throws(Fault) {
    let plain = paths.filter { pointers[$0] == nil }
    if !plain.isEmpty {
      _ = try git.run(["add", "--refresh", "--"] + plain, .accepting([0, 1, 128], options))
    }
    var facts: [String: IndexFile.Facts] = [:]
    for (path, pointer) in pointers {
      facts[path] = settledFacts("\(layout.topLevel)/\(path)", holding: pointer)
    }
    guard !facts.isEmpty, let path = options.variables["GIT_INDEX_FILE"], let bytes = WholeFile.read(path),
      var index = IndexFile(bytes, layout.objectFormat), index.set(facts)
    else { return }
    guard WholeFile.write(index.bytes, to: path, mode: FileFacts(at: path).mode) else {
      throw .gitFileUnwritable(path)
    }
  }

  /// The facts of a working file that holds what a pointer stands for, with a time of change that is past.
  ///
  /// git doesn't trust the times of a file that was changed in the very second in which the index was written; it
  /// would ask the filter, which may not be there. The facts are taken before the bytes are looked at: whoever writes
  /// to the file later changes them.
  private func settledFacts(_ path: String, holding pointer: LargeFilePointer) -> IndexFile.Facts? {
    guard let file = try? OpenFile.open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK),
      let status = try? file.status(), status.kind == .regular, status.sizeBytes == pointer.sizeBytes,
      (try? file.setModified(beforeSecondsAgo: 2)) != nil, let facts = try? file.facts(),
      let (digest, _) = try? file.digest(), digest == pointer.digest
    else { return nil }
    return IndexFile.Facts(facts)
  }
}
