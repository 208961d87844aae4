import Core
import Extractors
import GitRepository
import Runner

/// What is looked at when a runner acts outside the ledger.
extension World {
  func noteSwap(_ ref: String, from old: GitID?, to new: GitID, by process: SimulatedProcess) {
    let batch = process.batch
    let state = watch.states[batch] ?? BatchState()
    watch.commits += 1
    watch.swaps[batch, default: []].append(new)
    // Where the ledger forgot that the user took a commit back, another may land; never two on one branch.
    let swaps = (watch.swaps[batch] ?? []).filter { !hasLostLog || git.isAncestor($0, of: new) }
    if swaps.count > 1 { violate(.oneCommit, "\(batch) was swapped in \(swaps.count) times") }
    if state.intent?.new != new.text { violate(.intentFirst, "the branch was swapped without an intent") }
    if !state.isWhollyPackaged { violate(.packagedFirst, "the branch was swapped before all is packaged") }
    if let old, git.commits[new]?.parent != old {
      violate(.nothingLost, "the new commit is not on top of the branch's tip")
    }
    if git.refs[ref] != old { violate(.nothingLost, "the branch was swapped although it had moved") }
    requireCommitLock("swapped", process)
  }

  func requireCommitLock(_ what: String, _ process: SimulatedProcess) {
    if !process.heldLocks.contains("commit") {
      violate(.lockedEffects, "p\(process.id) \(what) without the lock")
    }
  }

  /// A runner is about to write a target (`new`), or to remove it (nil).
  func noteWrite(_ path: String, _ new: Digest?, by process: SimulatedProcess) {
    let state = watch.states[process.batch] ?? BatchState()
    let target = state.placePlan.first { prefix + $0.path == path }
    requireCommitLock("wrote \(path)", process)
    guard let target else {
      if new == nil, let owner = disk.files[path]?.batch, owner != process.batch {
        violate(.nothingLost, "\(process.batch) undid \(path), which \(owner) had placed")
      }
      violate(.intentFirst, "\(path) was written without being in the plan")
      return
    }
    let isPlacing = new == target.digest
    if isPlacing, !state.isWhollyPackaged {
      violate(.packagedFirst, "\(path) was placed before all is packaged")
    }
    guard let old = disk.files[path] else { return }
    // What the user has committed stays in the history, and so isn't lost.
    let isCommitted = git.tip.flatMap { git.commits[$0]?.tree[path] }.flatMap { git.blobs[$0] } == old.digest
    if watch.userDigests.contains(old.digest), !isCommitted {
      violate(.nothingLost, "the user's bytes at \(path) were lost")
    }
    if !isPlacing, let owner = old.batch, owner != process.batch {
      violate(.nothingLost, "\(process.batch) undid \(path), which \(owner) had placed")
    }
  }

  /// A runner is about to make this the user's index: only entries of targets may differ from what it was.
  func noteIndex(_ index: [String: GitID], by process: SimulatedProcess) {
    for path in Set(index.keys).union(git.index.keys) where index[path] != git.index[path] {
      if !watch.targets.contains(path) {
        violate(.nothingLost, "p\(process.id) changed what the user had staged at \(path)")
      }
    }
  }

  /// A runner is about to remove an empty folder.
  func noteFolderGone(_ path: String, by process: SimulatedProcess) {
    requireCommitLock("removed \(path)", process)
    if !watch.folders.values.contains(where: { $0.contains(path) }) {
      violate(.nothingLost, "p\(process.id) removed the user's empty folder \(path)")
    }
  }

  func noteFolder(_ path: String, by process: SimulatedProcess) {
    watch.folders[process.batch, default: []].insert(path)
    let state = watch.states[process.batch] ?? BatchState()
    // What placing removed is put back when it is undone, with the folder that had become empty.
    let isPutBack = state.placePlan.contains { target in
      target.found == .removed && (prefix + target.path).hasPrefix(path + "/")
    }
    if !state.isWhollyPackaged, !isPutBack {
      violate(.packagedFirst, "folder \(path) was made before all is packaged")
    }
  }

  // MARK: - Calls

  func noteCall(_ request: ExtractionRequest, by process: SimulatedProcess) {
    let state = watch.states[process.batch] ?? BatchState()
    if state.registration?.configuration.extractor.kind != .local { watch.callStartsMs.append(queue.nowMs) }
    guard case .started? = state[asset: request.asset]?[.extract].progress else {
      // A runner that was overtaken in its sleep may still make the call it had written down.
      if watch.lastWriter[process.batch] == process.id {
        violate(.intentFirst, "\(request.asset) was extracted without a start in the ledger")
      }
      return
    }
    watch.callsUnderWay += 1
    watch.mostCallsAtOnce = max(watch.mostCallsAtOnce, watch.callsUnderWay)
  }

  func noteCallEnded(_ request: ExtractionRequest, by process: SimulatedProcess) {
    watch.callsUnderWay = max(0, watch.callsUnderWay - 1)
  }

  /// Counts an answer that spends an attempt of the asset's, or of any where it is about none in particular.
  func noteRefusal(_ refusal: ExtractorRefusal, _ asset: AssetID?) {
    switch refusal {
    case .unavailable(reason: .timeout, _), .protocolBroken, .badReply, .rejected:
      for (batch, state) in watch.states {
        for id in asset.map({ [$0] }) ?? state.assets.map(\.id) {
          watch.failures["\(batch)/\(id)", default: 0] += 1
        }
      }
    case .limited, .unavailable, .surroundings, .cancelled: break
    }
  }
}
