import BatchModel
import Core
import FileStore
import GitRepository
import Ledger

/// Makes the batch's one commit, and finds out after a crash whether it was made.
///
/// The order is what makes it exactly one: the index is held, the intent with the commit's exact bytes is on disk, the
/// branch is swapped only if it still is where the intent says, the index is published, the confirmation is written.
/// A fault before the swap frees the index again; a death leaves it locked, until the next commit takes the lock over.
extension StageWork {
  /// How often a branch that keeps moving is followed at least, however short the wait.
  private static let patience = 5

  func commit(in run: BatchRun) async throws {
    let lock = try await surroundings.locks.acquireCommit()
    defer { lock.release() }
    try await finishIndexOfAnother()
    do { try await commitUnderLock(in: run) } catch {
      await freeIndex(after: run)
      throw error
    }
  }

  private func commitUnderLock(in run: BatchRun) async throws {
    try await settleIntent(in: run)
    if await run.state.confirmation != nil {
      try await completeCommit(in: run)
      return
    }
    let started = surroundings.clock.now()
    let attempt = await run.state.commit.nextAttempt
    try await run.append([.stageStarted(StageRef(nil, .commit, attempt: attempt), StageStart())])
    var tries = 0
    while true {
      if try await commitOnce(in: run, started: started) { return }
      tries += 1
      let waitedMs = elapsedMs(since: started)
      if let status = run.stop.status { throw Fault.stopped(batch, status) }
      guard tries < Self.patience || waitedMs < run.maxWaitMs(configuration.limits) else { break }
      // Whoever else commits here gets on meanwhile: many ledgers of one repository, say.
      let pauseMs = min(waitedMs / 4, 1000) + Int64(surroundings.newSeed() % 50)
      try? await surroundings.clock.sleep(until: Deadline(surroundings.clock.now(), plusMs: pauseMs))
    }
    throw Fault.branchKeepsMoving(registration.branch)
  }

  /// Builds, intends and swaps once; false where the branch moved meanwhile.
  private func commitOnce(in run: BatchRun, started: Moment) async throws -> Bool {
    let state = await run.state
    guard let placement = state.placement else {
      preconditionFailure("commit is planned after place.")
    }
    if let damage = try await damagedPackage(state) {
      try await run.append([damage])
      throw Fault.batchNotSound(damage.typeName)
    }
    let destination = try currentDestination()
    try await refuseReplacing(on: destination, in: run)
    let draft = try await draft(state, placement, on: destination)
    guard case .built(let commit) = try await build(draft, in: run) else {
      // The branch holds all of it by now, and no later commit frees what a killed start of this one left locked.
      try surroundings.repository().releaseIndex(token: token)
      try await completeCommit(in: run, started: started)
      return true
    }
    let holdsIndex = destination.inWorkingTree && placement.inWorkingTree
    if holdsIndex {
      try await rewriteTargets(placement, in: run)
      try holdIndex(commit.changes)
    } else {
      // A killed start left it locked, if the branch was checked out then.
      try surroundings.repository().releaseIndex(token: token)
    }
    guard try currentDestination().tip == destination.tip else {
      try surroundings.repository().releaseIndex(token: token)
      return false
    }
    guard let object = String(validatingUTF8Bytes: commit.bytes) else {
      throw Fault.intentUnreadable(commit.id.text)
    }
    let intent = CommitIntent(
      ref: destination.ref, old: destination.tip?.text, new: commit.id.text, object: object)
    try await run.append([.commitIntended(intent)])
    return try await swap(intent, holdingIndex: holdsIndex, in: run, started: started)
  }

  /// Looks at a tip that the targets were not planned for: what others landed there meanwhile must not be replaced.
  private func refuseReplacing(on destination: Preflight.Destination, in run: BatchRun) async throws {
    guard !surveyed.isAt(destination.parent) else { return }
    let survey = try survey(destination, await run.state)
    do throws(Faults) { try survey.refuseReplacing() } catch {
      guard error.first.exit == .inTheWay else { throw error.first }
      throw try await returnToPackaged(run, because: error.first)
    }
    surveyed.note(destination.parent)
  }

  /// Writes the targets again, for they may have been changed since they were placed.
  ///
  /// Where one is in the way now, what was placed is undone and `place` is open again: the next run looks at every
  /// target again.
  private func rewriteTargets(_ placement: Placement, in run: BatchRun) async throws {
    do throws(Fault) { try await write(placement.targets) } catch {
      guard error.exit == .inTheWay else { throw error }
      throw try await returnToPackaged(run, because: error)
    }
  }

  /// Builds the commit. Where a hook refuses it, or it can't be signed, the batch is packaged again and no
  /// more: what was placed is undone.
  private func build(_ draft: CommitDraft, in run: BatchRun) async throws -> BuildOutcome {
    let repository = try surroundings.repository()
    do throws(Fault) {
      return try repository.build(draft, scratch: surroundings.scratch, token: token)
    } catch {
      var error = error
      if error.kind == .hookKilled {
        await run.awaitStop()
        if run.stop.status == nil { error = .refusal(byKilledHook: error) }
      }
      guard error.exit == .inTheWay || error.exit == .configuration else { throw error }
      throw try await returnToPackaged(run, because: error)
    }
  }

  /// Undoes what was placed; returns the fault, which knows then what is left in the working tree.
  private func returnToPackaged(_ run: BatchRun, because fault: Fault) async throws -> Fault {
    var fault = fault
    fault.left = try await takeBackUnderLock(in: run)
    let attempt = await run.state.place.nextAttempt
    try await run.append([
      .stageInvalidated(
        StageRef(nil, .place, attempt: attempt),
        StageInvalidation(code: fault.code, message: fault.message, left: fault.left))
    ])
    await run.noteLeft(fault.left)
    return fault
  }

  private func draft(
    _ state: BatchState, _ placement: Placement, on destination: Preflight.Destination
  ) async throws -> CommitDraft {
    let prefix = try surroundings.repository().layout.prefix
    let head = try await surroundings.store.head()
    let message = try commitMessage(for: placement.targets, content: state.content, head: head)
    let attributes = try surroundings.repository().attributes(
      of: placement.targets.map { prefix + $0.path },
      at: destination.inWorkingTree ? nil : destination.parent)
    var draft = CommitDraft(
      parent: destination.parent,
      files: placement.targets.compactMap { target in
        target.digest.map {
          CommitFile(
            path: prefix + target.path, source: objects.path(of: $0),
            isLarge: attributes[prefix + target.path]?.contains(.lfs) == true)
        }
      },
      removing: placement.targets.filter { $0.digest == nil }.map { prefix + $0.path },
      message: message, author: registration.author, committer: registration.committer,
      timeMs: state.placedMs)
    draft.runsHooks = configuration.commit.hooks
    draft.signs = configuration.commit.sign
    return draft
  }

  /// The message of a commit of these targets, anchored at a head of the ledger.
  func commitMessage(
    for targets: [PlannedTarget], content: Digest? = nil, head: LedgerHead
  ) throws(Fault) -> String {
    let updating = registration.manifest.assets.allSatisfy { asset in
      targets.contains { $0.asset == asset.id && $0.found != .absent }
    }
    return try CommitMessage(subject: configuration.commit.subject).text(
      batch: batch,
      assets: registration.manifest.assets.map { asset in
        let brief = brief(of: asset.id)
        return CommitMessage.Asset(
          id: asset.id, name: brief.name, category: brief.category, score: brief.score)
      },
      updating: updating, content: content ?? registration.content, head: head)
  }

  /// Swaps the branch to the intended commit; false where it had moved, after superseding the intent.
  func swap(
    _ intent: CommitIntent, holdingIndex holdsIndex: Bool, in run: BatchRun, started: Moment?
  ) async throws -> Bool {
    let repository = try surroundings.repository()
    guard let new = GitID(intent.new) else { throw Fault.intentUnreadable(intent.new) }
    let subject = intent.message.split(separator: "\n").first.map(String.init) ?? ""
    func attempt() throws(Fault) -> SwapOutcome {
      try repository.compareAndSwap(
        intent.ref, from: intent.old.flatMap { GitID($0) }, to: new,
        committer: registration.committer, subject: subject)
    }
    var outcome = try attempt()
    if case .locked = outcome {
      if let foreign = try repository.clearRefLocks(intent.ref, holding: new) {
        repository.releaseIndex(token: token)
        throw Fault.lockInTheWay(foreign)
      }
      outcome = try attempt()
    }
    switch outcome {
    case .swapped, .alreadyThere:
      if holdsIndex { try repository.publishIndex(token: token) }
      try await confirm(intent.new, on: intent.ref, in: run)
      if intent.purpose == nil { try await completeCommit(in: run, started: started) }
      return true
    case .moved:
      repository.releaseIndex(token: token)
      try await settleIntent(in: run)
      if intent.purpose == .revert { return await run.state.revertConfirmation != nil }
      if await run.state.confirmation != nil {
        try await completeCommit(in: run, started: started)
        return true
      }
      return false
    case .locked(let lock):
      repository.releaseIndex(token: token)
      throw Fault.lockInTheWay(lock)
    }
  }

  // MARK: - After a crash

  /// Brings an open intent to its end: confirms it if the commit landed, supersedes it if it never can.
  ///
  /// Where the branch still is at the intent's old commit, the recorded bytes are written again and swapped.
  func settleIntent(in run: BatchRun) async throws(Fault) {
    guard let intent = await run.state.intent else { return }
    do {
      try await settle(intent, in: run)
    } catch {
      throw Fault(error)
    }
  }

  /// Brings an open intent to its end under the commit lock, for commands that go no further than that.
  func settleIntentAlone(in run: BatchRun) async throws(Fault) {
    guard await run.state.intent != nil else { return }
    let lock = try await surroundings.locks.acquireCommit()
    defer { lock.release() }
    try await finishIndexOfAnother()
    do { try await settleIntent(in: run) } catch {
      await freeIndex(after: run)
      throw error
    }
  }

  private func settle(_ intent: CommitIntent, in run: BatchRun) async throws {
    let repository = try surroundings.repository()
    guard let new = GitID(intent.new) else { throw Fault.intentUnreadable(intent.new) }
    // A lock that a killed git left with this commit in it: whatever comes of the intent, the user's git must not stay
    // locked, and once another commit is intended nobody would know the lock as ours. A foreign one is the swap's business.
    let left = try repository.clearRefLocks(intent.ref, holding: new)
    let tip = try repository.tip(of: intent.ref)
    if let tip, try tip == new || repository.isAncestor(new, of: tip) {
      if let left {
        await run.note(
          "Git's lock file \"\(left.path)\" (\(left.sizeBytes) bytes) is there. If no git command is running here, "
            + "remove it.")
      }
      let inWorkingTree = await run.state.placement?.inWorkingTree == true || intent.purpose == .revert
      try finishIndex(of: new, on: intent.ref, at: tip, inWorkingTree: inWorkingTree)
      try await confirm(new.text, on: intent.ref, in: run)
      return
    }
    let found = try repository.commits(withLines: intent.trailers, from: intent.ref)
    if let landed = found.first {
      repository.releaseIndex(token: token)
      var ref = intent.ref
      if case .ref(let other) = landed.place { ref = other }
      if landed.place != .history {
        await run.note(
          "The batch's commit \(landed.id.text.prefix(12)) was made, and has left \(intent.ref) since.")
      }
      try await confirm(landed.id.text, on: ref, in: run)
      return
    }
    if tip?.text == intent.old, tip != nil || registration.tip == nil {
      try await resume(intent, new, in: run)
      return
    }
    repository.releaseIndex(token: token)
    guard tip != nil else { throw Fault.branchVanished(intent.ref) }
    try await run.append([
      .commitSuperseded(
        CommitSupersession(new: intent.new, reason: "The branch moved to \(tip?.text ?? "nothing")."))
    ])
  }

  /// Writes down that the commit is made, once the ref that leads to it is on disk, whoever moved it.
  private func confirm(_ sha: String, on ref: String, in run: BatchRun) async throws {
    try surroundings.repository().syncRef(ref)
    try await run.append([.commitConfirmed(CommitConfirmation(sha: sha, ref: ref))])
  }

  /// Swaps to a commit that was intended and never made; the branch still is where the intent says.
  private func resume(_ intent: CommitIntent, _ new: GitID, in run: BatchRun) async throws {
    let repository = try surroundings.repository()
    guard try writeAgain(intent, new, in: repository) else {
      try await run.append([
        .commitSuperseded(
          CommitSupersession(new: intent.new, reason: "Objects of the commit were collected by git."))
      ])
      return
    }
    let destination = try currentDestination()
    let placement = await run.state.placement
    let isRevert = intent.purpose == .revert
    let holdsIndex = destination.inWorkingTree && (isRevert || placement?.inWorkingTree == true)
    do {
      try repository.keepLargeFiles(of: new) { objects.path(of: $0) }
      if holdsIndex, !isRevert, let placement { try await rewriteTargets(placement, in: run) }
    } catch let error as Fault where error.isOfObject {
      // The bytes are made again, and another commit of them: this one would be waited for in vain.
      repository.releaseIndex(token: token)
      try await run.append([.commitSuperseded(CommitSupersession(new: intent.new, reason: error.message))])
      return
    }
    if holdsIndex {
      try holdIndex(try repository.changes(of: new))
    } else {
      repository.releaseIndex(token: token)
    }
    _ = try await swap(intent, holdingIndex: holdsIndex, in: run, started: nil)
  }

  /// Writes the recorded commit again; false where the user's git has collected what no branch knew of.
  private func writeAgain(
    _ intent: CommitIntent, _ new: GitID, in repository: any Repository
  ) throws(Fault) -> Bool {
    do throws(Fault) {
      guard try repository.writeCommit(Array(intent.object.utf8)) == new else {
        throw .intentUnreadable(intent.new)
      }
      return true
    } catch {
      if error.kind == .commitIncomplete { return false }
      throw error
    }
  }

  // MARK: - Completion

  /// Writes down that the stage is complete.
  func completeCommit(in run: BatchRun, started: Moment? = nil) async throws(Fault) {
    guard await !run.state.commit.isCompleted else { return }
    await removeEmptied(by: run.state.placement)
    let attempt = await run.state.commit.nextAttempt
    try await run.write([
      .stageCompleted(
        StageRef(nil, .commit, attempt: attempt),
        StageCompletion(
          how: .executed, key: nil, outputs: [],
          durationMs: started.map { elapsedMs(since: $0) } ?? 0))
    ])
  }

  /// Removes the folders that the batch's removals have left empty, as git does; one that can't be removed stays.
  private func removeEmptied(by placement: Placement?) async {
    guard let placement, placement.inWorkingTree else { return }
    var folders: Set<String> = []
    for target in placement.targets where target.digest == nil {
      guard let path = try? TargetPath(checking: target.path) else { continue }
      folders.formUnion(path.folders)
    }
    if !folders.isEmpty { _ = try? await worktree.removeEmptyFolders(folders.sorted()) }
  }

  /// The last fact of a batch.
  nonisolated func completion(of state: BatchState) -> BatchCompletion {
    BatchCompletion(
      alreadyPresent: state.confirmation == nil, commit: state.confirmation?.sha,
      metrics: state.metrics)
  }
}

extension CommitIntent {
  /// The commit's message, from its bytes.
  var message: String {
    guard let gap = object.firstRange(of: "\n\n") else { return "" }
    return String(object[gap.upperBound...])
  }

  private static let trailerNames = ["Ledger-Batch", "Ledger-Revert", "Ledger-Head"]

  /// The lines that tell the batch's commit apart from every other.
  var trailers: [String] {
    message.split(separator: "\n").map(String.init)
      .filter { line in Self.trailerNames.contains { line.hasPrefix("\($0): ") } }
  }
}

extension String {
  /// Reads UTF-8; nil where the bytes are something else.
  fileprivate init?(validatingUTF8Bytes bytes: [UInt8]) {
    guard let text = String(validating: bytes, as: UTF8.self) else { return nil }
    self = text
  }
}
