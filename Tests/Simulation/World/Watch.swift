import Core
import Ledger
import Runner

/// Looks at everything that is written and remembers what the properties are about.
struct Watch {
  var struck: [FaultPlan.Misfortune] = []
  var violations: [Violation] = []
  /// Events that a runner was told are on disk.
  var acknowledged: [Event] = []
  /// Every event that is in the ledger.
  var stored: [Event] = []
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
  /// Processes of a batch that died without having been asked to stop.
  var deaths: [BatchID: Int] = [:]
  /// When calls to a limited extractor began.
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
    if isTailLost { violate(.acknowledged, "\(events[0].type) was written over the ledger's lost end") }
    appended.append(Appended(request: request, events: events))
    watch.stored += events
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
    if let state = watch.states[batch], state.phase.rawValue != request.state {
      violate(.replay, "the batch table says \(request.state), the events \(state.phase.rawValue)")
    }
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
    case .stageFailed(let ref, let failure):
      checkAttempts(ref, state, batch)
      if failure.code == "crash_loop", watch.deaths[batch, default: 0] < 3 {
        violate(
          .attempts, "\(batch) is said to bring runs down after \(watch.deaths[batch, default: 0]) deaths")
      }
    case .commitIntended(let intent):
      if state.intent != nil { violate(.acknowledged, "a commit was intended twice") }
      if state.placement == nil {
        violate(.packagedFirst, "a commit was intended before the batch was placed")
      }
      if !(GitID(intent.new).map(git.written.contains) ?? false) {
        violate(.syncedFirst, "the intent names a commit that is not written")
      }
    case .batchPlaced(let placement):
      if placement.inWorkingTree { requireSettled(placement.targets, fact) }
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
    case .batchCancelled(let cancellation):
      requireSettled(state.placePlan.filter { !cancellation.left.contains($0.path) }, fact)
    default: break
    }
  }

  private func requireSettled(_ targets: [PlannedTarget], _ fact: BatchEvent) {
    for target in targets where !disk.isSettled(prefix + target.path) {
      violate(.syncedFirst, "\(fact.typeName) speaks of \(target.path), which is not synced")
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
      violate(.neverAgain, "\(asset.id) runs \(ref.stage.rawValue), whose result is at \(known.position)")
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
}

extension BatchState {
  var isWhollyPackaged: Bool { !assets.isEmpty && assets.allSatisfy(\.isPackaged) }
}
