import BatchModel
import Core
import FileStore
import GitRepository

/// Undoes the commit that landed a batch, by another commit: the same intent, swap and confirmation.
///
/// The commit comes first, then the working tree: killed between, the next `revert` confirms and clears the tree. What a
/// later commit has changed is no longer the batch's, and stops it.
extension StageWork {
  func revert(in run: BatchRun) async throws(Fault) {
    do {
      let lock = try await surroundings.locks.acquireCommit()
      defer { lock.release() }
      try await finishIndexOfAnother()
      do { try await revertUnderLock(in: run) } catch {
        await freeIndex(after: run)
        throw error
      }
    } catch {
      throw Fault(error)
    }
  }

  private func revertUnderLock(in run: BatchRun) async throws {
    guard let landed = await run.state.landedCommit, let commit = GitID(landed.sha) else {
      throw Fault.nothingToRevert(
        batch, why: "the branch held its bundles already, and nothing was committed")
    }
    try await settleIntent(in: run)
    let started = surroundings.clock.now()
    while await run.state.revertConfirmation == nil {
      if try await revertOnce(commit, on: landed.ref, in: run) { break }
      if let status = run.stop.status { throw Fault.stopped(batch, status) }
      guard elapsedMs(since: started) < run.maxWaitMs(configuration.limits) else {
        throw Fault.branchKeepsMoving(landed.ref)
      }
    }
    guard let confirmation = await run.state.revertConfirmation else { return }
    let left = try await clearTree(of: commit, on: landed.ref)
    try await run.append([
      .batchReverted(BatchReversion(commit: confirmation.sha, reverts: commit.text, left: left))
    ])
    await run.noteLeft(left)
  }

  /// Builds, intends and swaps once; false where the branch moved meanwhile.
  private func revertOnce(_ commit: GitID, on ref: String, in run: BatchRun) async throws -> Bool {
    let repository = try surroundings.repository()
    let name = ref.hasPrefix("refs/heads/") ? String(ref.dropFirst("refs/heads/".count)) : ref
    let destination = try Preflight(repository: repository, commit: configuration.commit)
      .destination(branch: name)
    guard let tip = destination.tip else { throw Fault.branchVanished(ref) }
    guard let bytes = try repository.commitBytes(commit) else {
      throw Fault.nothingToRevert(
        batch, why: "the commit \(commit.text.prefix(12)) is not in this repository")
    }
    let changes = try repository.changes(of: commit)
    try check(changes, at: tip, inWorkingTree: destination.inWorkingTree)
    let old = String(decoding: bytes, as: UTF8.self)
    let subject = old.firstRange(of: "\n\n").map { old[$0.upperBound...].prefix { $0 != "\n" } } ?? ""
    var draft = CommitDraft(
      parent: tip, files: [], removing: changes.filter { $0.old == nil }.map(\.path),
      message: CommitMessage.revert(
        of: commit.text, subject: String(subject), batch: batch, head: try await surroundings.store.head()),
      author: destination.identities.author, committer: destination.identities.committer,
      timeMs: surroundings.clock.now().wallMs)
    for change in changes { draft.restoring[change.path] = change.old }
    draft.runsHooks = configuration.commit.hooks
    draft.signs = configuration.commit.sign
    guard
      case .built(let built) = try repository.build(draft, scratch: surroundings.scratch, token: token),
      let object = String(validating: built.bytes, as: UTF8.self)
    else { throw Fault.intentUnreadable(commit.text) }
    if destination.inWorkingTree {
      try holdIndex(built.changes)
    } else {
      repository.releaseIndex(token: token)
    }
    guard try repository.tip(of: destination.ref) == tip else {
      repository.releaseIndex(token: token)
      return false
    }
    let intent = CommitIntent(
      ref: destination.ref, old: tip.text, new: built.id.text, object: object, purpose: .revert)
    try await run.append([.commitIntended(intent)])
    return try await swap(intent, holdingIndex: destination.inWorkingTree, in: run, started: nil)
  }

  /// Refuses where a path is no longer as the batch's commit left it, in the branch or in the working tree.
  private func check(
    _ changes: [TreeChange], at tip: GitID, inWorkingTree: Bool
  ) throws(Fault) {
    let repository = try surroundings.repository()
    let now = try repository.entries(at: tip, changes.map(\.path))
    if changes.allSatisfy({ now[$0.path] == $0.old }) {
      throw .nothingToRevert(batch, why: "a later commit has done so")
    }
    if let later = changes.first(where: { now[$0.path] != $0.new }) { throw .changedSince(later.path, batch) }
    guard inWorkingTree else { return }
    let status = try repository.status(of: changes.map(\.path), at: tip)
    for change in changes {
      guard let found = status[change.path] else { continue }
      let isClear = change.new == nil ? found.isAbsent : found.isUnmodified
      guard isClear else { throw .changedSince(change.path, batch) }
    }
  }

  /// Takes the batch's files out of the working tree, and puts back what they had replaced; returns what is left.
  private func clearTree(of commit: GitID, on ref: String) async throws(Fault) -> [String] {
    let repository = try surroundings.repository()
    guard case .branch(ref, let tip?) = try repository.head() else { return [] }
    let prefix = repository.layout.prefix
    // What has been landed again meanwhile stays.
    let now = try repository.entries(at: tip, try repository.changes(of: commit).map(\.path))
    let changes = try repository.changes(of: commit).filter {
      $0.path.hasPrefix(prefix) && now[$0.path] == $0.old
    }
    let ids = changes.flatMap { [$0.old?.id, $0.new?.id].compactMap { $0 } }
    let bytes = try repository.contents(ids, limitBytes: 1 << 30)
    var left: [String] = []
    for change in changes {
      let path = String(change.path.dropFirst(prefix.count))
      let target = try TargetPath(checking: path)
      var earlier: ObjectFile?
      if let old = change.old, let bytes = bytes[old.id] {
        let id = try await objects.put(bytes)
        earlier = ObjectFile(id: id, path: objects.path(of: id))
      }
      let placed = change.new.flatMap { bytes[$0.id] }.map { Digest.sha256($0) }
      var outcome = TakeBackOutcome.alreadySo
      switch (placed, earlier) {
      case (let placed?, let earlier?):
        outcome = try await worktree.restore(target, earlier, replacing: placed)
      case (let placed?, nil): outcome = try await worktree.remove(target, ifHolding: placed)
      case (nil, let earlier?):
        if case .absent = try await worktree.inspect(target) {
          _ = try await worktree.place(target, earlier, expecting: .absent)
        }
      case (nil, nil): break
      }
      if case .leftAlone = outcome { left.append(path) }
    }
    let removed = changes.filter { $0.old == nil }.map { String($0.path.dropFirst(prefix.count)) }
    _ = try await worktree.removeEmptyFolders(Self.folders(above: removed))
    repository.refreshLargeFiles(changes.map(\.path), token: token)
    return left
  }
}

extension Runner {
  /// Adds the commit that undoes a landed batch; once it is made, nothing happens any more.
  public func revert(_ batch: BatchID, options: RunOptions = RunOptions()) async -> RunReport {
    await holding(batch) { state throws(Fault) in
      guard let registration = state.registration else { throw .batchUnknown(batch.text) }
      guard state.completion != nil else { throw .notLanded(batch, state: state.phase.rawValue) }
      if state.reversion != nil { return RunReport(batch: batch, state: state) }
      let run = makeRun(batch, state, options)
      let stages = try StageWork(
        batch: batch, registration: registration, surroundings: surroundings, extractor: NoExtractor(),
        templates: .builtIn)
      let started = surroundings.clock.now()
      try await run.write(takeOver(state, run: run.id, start(of: run, state, nil, options)))
      return await conclude(run, started) { () throws(Fault) in
        try await stages.revert(in: run)
        return .finished
      }
    }
  }
}
