import Ledger
import Runner

/// Looks at everything that is written and remembers what the properties are about.
struct Watch {
  var struck: [FaultPlan.Misfortune] = []
  var violations: [Violation] = []
  /// Events that a runner was told are on disk.
  var acknowledged: [Event] = []
  /// What every event says, read once, by its hash.
  var facts: [Digest: BatchEvent] = [:]
  /// Every batch as its events tell it, folded as they are written.
  var states: [BatchID: BatchState] = [:]
  var position: Int64 = 0
  var lastWriter: [BatchID: Int32] = [:]
  var harmedObjects: Set<Digest> = []
  /// Contents that a user wrote at a batch's target.
  var userDigests: Set<Digest> = []
  /// Successful swaps since a batch's latest registration.
  var swaps: [BatchID: [GitID]] = [:]
  /// Folders that were made for a batch.
  var folders: [BatchID: Set<String>] = [:]
  var completions: [Digest: [(position: Int64, outputs: [Digest])]] = [:]
  /// Answers that were failures of an asset's own, since it was opened last.
  var failures: [String: Int] = [:]
  /// When calls were debited.
  var callStartsMs: [Int64] = []
  var callsUnderWay = 0
  var mostCallsAtOnce = 0
  var longestWaitMs: Int64 = 0
  var commits = 0
  /// Every path from the top that a batch of the history may write.
  var targets: Set<String> = []

  mutating func violate(_ property: Property, _ detail: String) {
    violations.append(Violation(property: property, detail: detail))
  }
}

extension World {
  func violate(_ property: Property, _ detail: String) {
    say("VIOLATED \(property.rawValue): \(detail)")
    watch.violate(property, detail)
  }

  // MARK: - Events

  func noteAppended(_ events: [Event], _ request: AppendRequest, by process: SimulatedProcess) {
    guard let batch = BatchID(request.batch), !events.isEmpty else { return }
    if process.hasWritten, let last = watch.lastWriter[batch], last != process.id {
      violate(.fence, "p\(process.id) wrote \(events[0].type) after p\(last) had taken over")
    }
    process.hasWritten = true
    watch.lastWriter[batch] = process.id
    for event in events {
      watch.position = max(watch.position, event.position)
      guard let fact = try? BatchEvent(event) else {
        violate(.replay, "event \(event.position) can't be read")
        continue
      }
      watch.facts[event.hash] = fact
      var state = watch.states[batch] ?? BatchState()
      check(fact, at: event.position, state, batch, process)
      state.apply(StampedEvent(fact, timeMs: event.timeMs, run: event.run))
      watch.states[batch] = state
    }
    noteCallStarts(events, batch)
    if let state = watch.states[batch], state.phase.rawValue != request.state {
      violate(.replay, "the batch table says \(request.state), the events \(state.phase.rawValue)")
    }
  }

  /// Counts the calls that an append lets start, whatever it says of them itself.
  private func noteCallStarts(_ events: [Event], _ batch: BatchID) {
    guard let extractor = watch.states[batch]?.registration?.configuration.extractor, extractor.kind != .local
    else {
      return
    }
    let starts = events.count { $0.type == "stage.started" && $0.stage == Stage.extract.rawValue }
    let calls = extractor.batch ? min(1, starts) : starts
    watch.callStartsMs += Array(repeating: queue.nowMs, count: calls)
  }

  private func check(
    _ fact: BatchEvent, at position: Int64, _ state: BatchState, _ batch: BatchID, _ process: SimulatedProcess
  ) {
    switch fact {
    case .batchRegistered(let registration), .batchRevised(let registration):
      requireSynced(registration.images.map(\.digest) + Array(registration.templates.values), fact)
      if case .batchRegistered = fact { watch.swaps[batch] = [] }
      for image in registration.images { watch.failures["\(batch)/\(image.asset)"] = 0 }
    case .assetRetried(let asset, _): watch.failures["\(batch)/\(asset)"] = 0
    case .stageInvalidated(let ref, _):
      if let asset = ref.asset { watch.failures["\(batch)/\(asset)"] = 0 }
    case .stageStarted(let ref, let start): checkStart(ref, start, state, process)
    case .stageCompleted(let ref, let completion):
      checkDoubling(ref, state)
      requireSynced(completion.outputs.map(\.digest), fact)
      if let key = completion.key?.digest, completion.how != .reused {
        watch.completions[key, default: []].append((position, completion.outputs.map(\.digest)))
      }
    case .stageFailed(let ref, _): checkAttempts(ref, state, batch)
    case .commitIntended(let intent):
      if state.intent != nil { violate(.acknowledged, "a commit was intended twice") }
      if state.placement == nil {
        violate(.packagedFirst, "a commit was intended before the batch was placed")
      }
      if !(GitID(intent.new).map(git.written.contains) ?? false) {
        violate(.syncedFirst, "the intent names a commit that is not written")
      }
    case .batchPlaced:
      if state.placement != nil { violate(.acknowledged, "a batch was placed twice") }
      if !state.isWhollyPackaged { violate(.packagedFirst, "batch.placed before all is packaged") }
    case .commitConfirmed(let confirmation):
      if state.confirmation != nil { violate(.acknowledged, "a commit was confirmed twice") }
      checkConfirmation(confirmation)
    case .runFinished:
      if state.openRun == nil { violate(.acknowledged, "a run was finished twice") }
    case .batchCompleted(let completion):
      if state.completion != nil { violate(.acknowledged, "a batch was completed twice") }
      if completion.alreadyPresent { checkPresence(state) }
    default: break
    }
  }

  private func requireSynced(_ digests: [Digest], _ fact: BatchEvent) {
    for digest in digests
    where !watch.harmedObjects.contains(digest) && disk.objects[digest]?.isSynced != true {
      violate(.syncedFirst, "\(fact.typeName) names \(digest.hex.prefix(8)), which is not synced")
    }
  }

  /// What is complete can't be completed: the event was written twice.
  private func checkDoubling(_ ref: StageRef, _ state: BatchState) {
    let stage =
      ref.asset.map { state[asset: $0]?[ref.stage] } ?? (ref.stage == .place ? state.place : state.commit)
    if stage?.isCompleted == true { violate(.acknowledged, "\(ref.stage.rawValue) was completed twice") }
  }

  private func checkStart(
    _ ref: StageRef, _ start: StageStart, _ state: BatchState, _ process: SimulatedProcess
  ) {
    requireSynced((start.targets ?? []).compactMap(\.old), .stageStarted(ref, start))
    if ref.stage == .place, !state.isWhollyPackaged { violate(.packagedFirst, "place started too early") }
    guard let asset = ref.asset.flatMap({ state[asset: $0] }) else { return }
    if asset[ref.stage].isCompleted {
      violate(.neverAgain, "\(asset.id) started a completed \(ref.stage.rawValue)")
    }
    guard let key = start.key?.digest else { return }
    let known = watch.completions[key, default: []].first { earlier in
      earlier.position <= process.bornAt && watch.harmedObjects.isDisjoint(with: earlier.outputs)
    }
    if let known {
      violate(.neverAgain, "\(asset.id) runs \(ref.stage.rawValue), whose result stands at \(known.position)")
    }
  }

  private func checkAttempts(_ ref: StageRef, _ state: BatchState, _ batch: BatchID) {
    guard let id = ref.asset, let asset = state[asset: id], ref.stage == .extract else { return }
    let spent = asset[.extract].attemptsSpent + 1
    let limit = state.registration?.configuration.limits.maxAttempts ?? 0
    if spent > limit { violate(.attempts, "\(id) has spent \(spent) attempts of \(limit)") }
    let failures = watch.failures["\(batch)/\(id)", default: 0]
    // A stage that brings the runner down fails once without an answer.
    if spent > failures + 1 {
      violate(.attempts, "\(id) has spent \(spent) attempts on \(failures) failures")
    }
  }

  private func checkConfirmation(_ confirmation: CommitConfirmation) {
    guard let id = GitID(confirmation.sha), git.hasBeenReached(id) else {
      violate(.oneCommit, "commit \(confirmation.sha.prefix(7)) was confirmed, and no ref was ever there")
      return
    }
  }

  /// Checks that some commit the branch has been at holds all of a batch's bundles: it may have moved since.
  private func checkPresence(_ state: BatchState) {
    let targets = state.placement?.targets ?? []
    let isThere = git.known.contains { id in
      let tree = git.commits[id]?.tree ?? [:]
      return targets.allSatisfy { target in
        tree[prefix + target.path].flatMap { git.blobs[$0] } == target.digest
      }
    }
    if !isThere { violate(.oneCommit, "the batch is said to be present, and no commit holds its bundles") }
  }

  // MARK: - Effects

  func noteSwap(_ ref: String, from old: GitID?, to new: GitID, by process: SimulatedProcess) {
    let batch = process.batch
    let state = watch.states[batch] ?? BatchState()
    watch.commits += 1
    watch.swaps[batch, default: []].append(new)
    let swaps = watch.swaps[batch] ?? []
    if swaps.count > 1 { violate(.oneCommit, "\(batch) was swapped in \(swaps.count) times") }
    if state.intent?.new != new.text { violate(.intentFirst, "the branch was swapped without an intent") }
    if !state.isWhollyPackaged { violate(.packagedFirst, "the branch was swapped before all is packaged") }
    if let old, git.commits[new]?.parent != old {
      violate(.nothingLost, "the new commit does not stand on the branch's tip")
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
        violate(.nothingLost, "\(process.batch) took back \(path), which \(owner) had placed")
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
      violate(.nothingLost, "\(process.batch) took back \(path), which \(owner) had placed")
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
    if !state.isWhollyPackaged { violate(.packagedFirst, "folder \(path) was made before all is packaged") }
  }

  // MARK: - Calls

  func noteCall(_ request: ExtractionRequest, by process: SimulatedProcess) {
    let state = watch.states[process.batch] ?? BatchState()
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
    case .unavailable(reason: "timeout", _), .protocolBroken, .badReply, .rejected:
      for (batch, state) in watch.states {
        for id in asset.map({ [$0] }) ?? state.assets.map(\.id) {
          watch.failures["\(batch)/\(id)", default: 0] += 1
        }
      }
    case .limited, .unavailable, .surroundings, .cancelled: break
    }
  }
}

extension BatchState {
  var isWhollyPackaged: Bool { !assets.isEmpty && assets.allSatisfy(\.isPackaged) }
}
