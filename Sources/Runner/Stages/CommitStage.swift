import Ledger

/// Makes the batch's one commit, and finds out after a crash whether it was made.
///
/// The order is what makes it exactly one: the index is held, the intent with the commit's exact bytes is on disk, the
/// branch is swapped only if it still is where the intent says, the index is published, the confirmation is written.
extension StageWork {
  /// How often a branch that keeps moving is followed.
  private static let patience = 5

  func commit(in run: BatchRun) async throws {
    let lock = try await surroundings.locks.acquireCommit()
    defer { lock.release() }
    try await settleIntent(in: run)
    if await run.state.confirmation != nil {
      try await completeCommit(in: run)
      return
    }
    let started = surroundings.clock.now()
    let attempt = await run.state.commit.nextAttempt
    try await run.append([.stageStarted(StageRef(nil, .commit, attempt: attempt), StageStart())])
    for _ in 0..<Self.patience {
      if try await commitOnce(in: run, started: started) { return }
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
    let build = try surroundings.repository().build(
      try await draft(state, placement, on: destination), scratch: surroundings.scratch,
      token: token(run))
    guard case .built(let commit) = build else {
      try await completeCommit(in: run, started: started)
      return true
    }
    if destination.inWorkingTree, placement.inWorkingTree {
      try await write(placement.targets)
      try holdIndex(commit.changes, run)
    }
    guard try currentDestination().tip == destination.tip else {
      try surroundings.repository().releaseIndex(token: token(run))
      return false
    }
    guard let object = String(validatingUTF8Bytes: commit.bytes) else {
      throw Fault.intentUnreadable(commit.id.text)
    }
    let intent = CommitIntent(
      ref: destination.ref, old: destination.tip?.text, new: commit.id.text, object: object)
    try await run.append([.commitIntended(intent)])
    return try await swap(intent, in: run, started: started)
  }

  private func draft(
    _ state: BatchState, _ placement: Placement, on destination: Preflight.Destination
  ) async throws -> CommitDraft {
    let prefix = try surroundings.repository().layout.prefix
    let head = try await surroundings.store.head()
    let message = try commitMessage(for: placement.targets, head: head)
    var draft = CommitDraft(
      parent: destination.parent,
      files: placement.targets.compactMap { target in
        target.digest.map {
          CommitFile(path: prefix + target.path, source: objects.path(of: $0))
        }
      },
      removing: placement.targets.filter { $0.digest == nil }.map { prefix + $0.path },
      message: message, author: registration.author, committer: registration.committer,
      timeMs: state.placedMs)
    draft.runsHooks = configuration.commit.hooks
    return draft
  }

  /// The message of a commit of these targets, anchored at a head of the ledger.
  func commitMessage(for targets: [PlannedTarget], head: LedgerHead) throws(Fault) -> String {
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
      updating: updating, head: head)
  }

  /// Swaps the branch to the intended commit; false where it had moved, after superseding the intent.
  private func swap(_ intent: CommitIntent, in run: BatchRun, started: Moment?) async throws -> Bool {
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
        repository.releaseIndex(token: token(run))
        throw Fault.lockInTheWay(foreign)
      }
      outcome = try attempt()
    }
    switch outcome {
    case .swapped, .alreadyThere:
      try repository.publishIndex(token: token(run))
      try await run.append([.commitConfirmed(CommitConfirmation(sha: intent.new, ref: intent.ref))])
      try await completeCommit(in: run, started: started)
      return true
    case .moved:
      repository.releaseIndex(token: token(run))
      try await settleIntent(in: run)
      if await run.state.confirmation != nil {
        try await completeCommit(in: run, started: started)
        return true
      }
      return false
    case .locked(let lock):
      repository.releaseIndex(token: token(run))
      throw Fault.lockInTheWay(lock)
    }
  }

  /// Takes `index.lock`, with the index in it that the user has after the commit.
  private func holdIndex(_ changes: [TreeChange], _ run: BatchRun) throws(Fault) {
    let outcome = try surroundings.repository().holdIndex(
      for: changes, token: token(run), patience: .seconds(3))
    if case .locked(let lock) = outcome { throw .lockInTheWay(lock) }
  }

  /// What tells our private files of this batch's commit apart: the same in every run, so that a later one finds them.
  private func token(_ run: BatchRun) -> String {
    "commit-" + Digest.sha256(run.batch.text.utf8).hex.prefix(16)
  }

  // MARK: - After a crash

  /// Brings an open intent to its end: confirms it if the commit landed, supersedes it if it never can.
  ///
  /// Where the branch still is at the intent's old commit, the recorded bytes are written again and swapped.
  func settleIntent(in run: BatchRun) async throws(Fault) {
    guard let intent = await run.state.intent else { return }
    do {
      try await settle(intent, in: run)
    } catch let fault as Fault {
      throw fault
    } catch let error as StoreError {
      throw .ledger(error)
    } catch {
      throw .unexpected(error)
    }
  }

  private func settle(_ intent: CommitIntent, in run: BatchRun) async throws {
    let repository = try surroundings.repository()
    guard let new = GitID(intent.new) else { throw Fault.intentUnreadable(intent.new) }
    let tip = try repository.tip(of: intent.ref)
    if let tip, try tip == new || repository.isAncestor(new, of: tip) {
      try await finishIndex(of: new, isTip: tip == new, in: run)
      try await run.append([.commitConfirmed(CommitConfirmation(sha: new.text, ref: intent.ref))])
      return
    }
    let found = try repository.commits(withLines: intent.trailers, from: intent.ref)
    if let landed = found.first {
      repository.releaseIndex(token: token(run))
      var ref = intent.ref
      if case .ref(let other) = landed.place { ref = other }
      if landed.place != .history {
        await run.note(
          "The batch's commit \(landed.id.text.prefix(12)) was made, and has left \(intent.ref) since.")
      }
      try await run.append([.commitConfirmed(CommitConfirmation(sha: landed.id.text, ref: ref))])
      return
    }
    if tip?.text == intent.old, tip != nil || registration.tip == nil {
      try await resume(intent, new, in: run)
      return
    }
    repository.releaseIndex(token: token(run))
    guard tip != nil else { throw Fault.branchVanished(intent.ref) }
    try await run.append([
      .commitSuperseded(
        CommitSupersession(new: intent.new, reason: "The branch moved to \(tip?.text ?? "nothing")."))
    ])
  }

  /// Swaps to a commit that was intended and never made; the branch still is where the intent says.
  private func resume(_ intent: CommitIntent, _ new: GitID, in run: BatchRun) async throws {
    let repository = try surroundings.repository()
    guard try repository.writeCommit(Array(intent.object.utf8)) == new else {
      throw Fault.intentUnreadable(intent.new)
    }
    let destination = try currentDestination()
    if destination.inWorkingTree, let placement = await run.state.placement, placement.inWorkingTree {
      try await write(placement.targets)
      try holdIndex(try repository.changes(of: new), run)
    }
    _ = try await swap(intent, in: run, started: nil)
  }

  /// Publishes the index of a commit that landed, where the kill came before it.
  private func finishIndex(of commit: GitID, isTip: Bool, in run: BatchRun) async throws {
    let repository = try surroundings.repository()
    guard isTip, let placement = await run.state.placement, placement.inWorkingTree,
      case .branch(registration.branch, _) = try repository.head()
    else {
      repository.releaseIndex(token: token(run))
      return
    }
    try holdIndex(try repository.changes(of: commit), run)
    try repository.publishIndex(token: token(run))
  }

  // MARK: - Completion

  /// Writes down that the stage is complete.
  func completeCommit(in run: BatchRun, started: Moment? = nil) async throws(Fault) {
    guard await !run.state.commit.isCompleted else { return }
    let attempt = await run.state.commit.nextAttempt
    try await run.write([
      .stageCompleted(
        StageRef(nil, .commit, attempt: attempt),
        StageCompletion(
          how: .executed, key: nil, outputs: [],
          durationMs: started.map { elapsedMs(since: $0) } ?? 0))
    ])
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

  /// The lines that tell the batch's commit apart from every other.
  var trailers: [String] {
    message.split(separator: "\n").map(String.init)
      .filter { $0.hasPrefix("Ledger-Batch: ") || $0.hasPrefix("Ledger-Head: ") }
  }
}

extension String {
  /// Reads UTF-8; nil where the bytes are none.
  fileprivate init?(validatingUTF8Bytes bytes: [UInt8]) {
    guard let text = String(validating: bytes, as: UTF8.self) else { return nil }
    self = text
  }
}
