import BatchModel
import Core
import FileStore
import GitRepository
import Ledger

/// The user's index around a commit: held before the branch is swapped, published after it, freed where that is not to be.
extension StageWork {
  /// Takes `index.lock`, with the index in it that the user has after the commit.
  func holdIndex(_ changes: [TreeChange]) throws(Fault) {
    let outcome = try surroundings.repository().holdIndex(
      for: changes, token: token, patience: .seconds(3))
    if case .locked(let lock) = outcome { throw .lockInTheWay(lock) }
  }

  /// What tells the private files of this ledger's commits from those of others.
  var token: PrivateToken { surroundings.mark.tokenOfCommits }

  /// Frees git's index, if a commit of ours that was killed before its intent left it locked.
  ///
  /// The caller holds the commit lock, for the index may be in the hands of another batch's commit.
  func freeIndexUnderLock() async throws(Fault) {
    try await finishIndexOfAnother()
    try surroundings.repository().releaseIndex(token: token)
  }

  /// Frees git's index after a fault, unless the branch was swapped or may have been.
  ///
  /// Then the user's index is older than the branch, and their next commit would undo ours: it stays locked until it is
  /// published.
  func freeIndex(after run: BatchRun) async {
    do {
      let repository = try surroundings.repository()
      if let intent = await run.state.intent, try repository.tip(of: intent.ref)?.text == intent.new {
        return
      }
      repository.releaseIndex(token: token)
    } catch {
      // A branch that can't be read may have been swapped.
    }
  }

  /// Publishes the index of a commit that landed, where the kill came before it.
  ///
  /// Where the branch has moved on since, only what it still holds of the commit is brought into the index.
  func finishIndex(
    of commit: GitID, on ref: String, at tip: GitID, inWorkingTree: Bool
  ) throws(Fault) {
    let repository = try surroundings.repository()
    guard inWorkingTree, case .branch(ref, _) = try repository.head() else {
      repository.releaseIndex(token: token)
      return
    }
    var changes = try repository.changes(of: commit)
    if tip != commit {
      let entries = try repository.entries(at: tip, changes.map(\.path))
      changes = changes.filter { entries[$0.path] == $0.new }
    }
    try holdIndex(changes)
    try repository.publishIndex(token: token)
  }

  /// Does the same for another batch's commit, whose lock this batch would free or take over: its own run can come
  /// later. Commits come one after another, so it is the newest in the ledger.
  func finishIndexOfAnother() async throws(Fault) {
    var query = EventQuery()
    query.kinds = [.commitIntended, .commitConfirmed, .commitSuperseded]
    query.reversed = true
    query.limit = 1
    let newest: Event?
    do { newest = try await surroundings.store.events(matching: query).first } catch { throw .ledger(error) }
    guard let newest, newest.batch != batch.text, newest.kind == .commitIntended,
      let other = BatchID(newest.batch),
      let state = try? await BatchState.load(other, from: surroundings.store),
      let intent = state.intent, let new = GitID(intent.new)
    else { return }
    let repository = try surroundings.repository()
    guard let tip = try repository.tip(of: intent.ref) else { return }
    let isLanded = if tip == new { true } else { try repository.isAncestor(new, of: tip) }
    let inWorkingTree = state.placement?.inWorkingTree == true || intent.purpose == .revert
    if isLanded { try finishIndex(of: new, on: intent.ref, at: tip, inWorkingTree: inWorkingTree) }
  }
}

extension Runner {
  /// Frees git's index where a killed run of ours left it locked, whatever the ledger still knows of that run: what its
  /// commit brought to the checked-out branch is brought to the index, too.
  ///
  /// Without it, a lost ledger, or one that has lost its newest events, would leave the user's git locked for ever, and
  /// the index older than the branch. Costs two looks at files where the index is not locked.
  func finishForgottenIndex() async throws(Fault) {
    // Where no repository can be opened, the run says so when it needs one.
    guard let repository = try? surroundings.repository() else { return }
    let token = surroundings.mark.tokenOfCommits
    guard repository.holdsIndex(token: token) else { return }
    let lock = try await surroundings.locks.acquireCommit()
    defer { lock.release() }
    // Another run's commit may have held it until now.
    guard repository.holdsIndex(token: token) else { return }
    var changes: [TreeChange] = []
    if let tip = try repository.head().commit { changes = try repository.changesHeld(token: token, at: tip) }
    guard !changes.isEmpty else { return repository.releaseIndex(token: token) }
    if case .locked(let lock) = try repository.holdIndex(for: changes, token: token, patience: .seconds(3)) {
      throw .lockInTheWay(lock)
    }
    try repository.publishIndex(token: token)
  }
}
