import BatchModel
import Core
import FileStore

/// Undoing what `place` wrote.
extension StageWork {
  /// Opens `place` again after undoing what it wrote.
  func unplace(in run: BatchRun, why: String) async throws(Fault) {
    let left = try await takeBack(in: run)
    await run.noteLeft(left)
    let attempt = await run.state.place.nextAttempt
    try await run.write([
      .stageInvalidated(
        StageRef(nil, .place, attempt: attempt),
        StageInvalidation(code: "taken_back", message: why, left: left))
    ])
  }

  /// Removes what the batch placed and puts back what it replaced, where the files still hold the placed bytes.
  ///
  /// A file that the branch or the index holds by now, through another batch or the user, stays; so does one that
  /// another batch has placed since. Returns the paths left alone.
  func takeBack(in run: BatchRun) async throws(Fault) -> [String] {
    guard await !run.state.placePlan.isEmpty else { return [] }
    let lock = try await surroundings.locks.acquireCommit()
    defer { lock.release() }
    return try await takeBackUnderLock(in: run)
  }

  /// Those of the paths, left behind when files were undone earlier, that are still there and not in a commit by now.
  func stillLeft(_ paths: [String]) async throws(Fault) -> [String] {
    guard !paths.isEmpty else { return [] }
    let repository = try surroundings.repository()
    let prefix = repository.layout.prefix
    let tip = try repository.tip(of: registration.branch)
    let status = try repository.status(of: paths.map { prefix + $0 }, at: tip)
    return paths.filter { path in
      guard let found = status[prefix + path], found.working != .absent else { return false }
      return found.tip == nil || !found.isUnmodified
    }
  }

  /// Also frees git's index, if a commit of this ledger's that was killed before its intent left it locked: nothing
  /// else would, once nothing is placed.
  func takeBackUnderLock(in run: BatchRun) async throws(Fault) -> [String] {
    let state = await run.state
    try await freeIndexUnderLock()
    let plan = state.placePlan.filter { $0.found != .identical }
    guard !plan.isEmpty, state.placement?.inWorkingTree ?? true else { return [] }
    let others = try await placedLater(than: plan).union(pathsOfOthers(of: plan))
    var left: [String] = []
    for target in plan {
      if others.contains(target.path) {
        left.append(target.path)
        continue
      }
      if case .leftAlone = try await takeBack(target) { left.append(target.path) }
    }
    // What a kill left half written would keep its folder, and stay in the user's tree for good.
    let paths = try plan.map { target throws(Fault) in try TargetPath(checking: target.path) }
    _ = try await worktree.sweepTemporary(around: paths)
    _ = try await worktree.removeEmptyFolders(state.placeFolders)
    let repository = try surroundings.repository()
    repository.refreshLargeFiles(plan.map { repository.layout.prefix + $0.path }, token: token)
    return left
  }

  private func takeBack(_ target: PlannedTarget) async throws(Fault) -> TakeBackOutcome {
    let path = try TargetPath(checking: target.path)
    switch (target.digest, target.old) {
    case (let placed?, let old?):
      let earlier = ObjectFile(id: old, path: objects.path(of: old))
      do throws(Fault) { return try await worktree.restore(path, earlier, replacing: placed) } catch {
        guard try await keepAgain(old, of: target.path, after: error) else {
          return try await worktree.remove(path, ifHolding: placed)
        }
      }
      return try await worktree.restore(path, earlier, replacing: placed)
    case (let placed?, nil): return try await worktree.remove(path, ifHolding: placed)
    case (nil, let old?):
      let earlier = ObjectFile(id: old, path: objects.path(of: old))
      let state = try await worktree.inspect(path)
      guard state == .absent else {
        if case .regular(old, _, _) = state { return .alreadySo }
        return .leftAlone(state)
      }
      do throws(Fault) { _ = try await worktree.place(path, earlier, expecting: .absent) } catch {
        guard try await keepAgain(old, of: target.path, after: error) else { return .alreadySo }
        _ = try await worktree.place(path, earlier, expecting: .absent)
      }
      return .done
    case (nil, nil): return .alreadySo
    }
  }

  /// Where the copy of what was replaced is lost, copies it again from the branch, which has the bytes of an earlier
  /// bundle; false where it has no such file any more, so that there is nothing to put back.
  private func keepAgain(_ old: Digest, of path: String, after fault: Fault) async throws(Fault) -> Bool {
    guard fault.isOfObject else { throw fault }
    let repository = try surroundings.repository()
    let target = repository.layout.prefix + path
    let tip = try repository.tip(of: registration.branch)
    let entry = try tip.flatMap { tip throws(Fault) in try repository.entries(at: tip, [target])[target] }
    guard let entry else {
      // What the user gave up with `--force` was on no branch.
      if registration.forced.contains(path) { throw .oldBytesLost(path, old) }
      return false
    }
    guard let bytes = try repository.contents([entry.id], limitBytes: 1 << 30)[entry.id],
      try await objects.put(bytes) == old
    else { throw .oldBytesLost(path, old) }
    return true
  }

  /// Paths whose placed bytes the branch's tip or the index holds: they are somebody's by now.
  private func pathsOfOthers(of plan: [PlannedTarget]) throws(Fault) -> Set<String> {
    let repository = try surroundings.repository()
    let tip = try repository.tip(of: registration.branch)
    let prefix = repository.layout.prefix
    let placed = plan.filter { $0.digest != nil }
    let status = try repository.status(of: placed.map { prefix + $0.path }, at: tip)
    return Set(
      placed.map(\.path).filter { path in
        status[prefix + path].map { $0.workingMatchesTip || $0.workingMatchesIndex } ?? false
      })
  }
}
