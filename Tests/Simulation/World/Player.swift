import Core
import GitRepository
import Runner

/// Gives the commands of a history, again and again, until every batch has ended.
///
/// `@unchecked Sendable`: only its world's one thread touches it.
final class Player: @unchecked Sendable {
  let world: World
  let scenario: Scenario
  let seed: UInt64
  let mutant: Mutant?
  private let only: Manifest?
  /// The first commands of a batch; the seed gives those after them.
  private let script: [UserCommand]
  private(set) var batches: [BatchID] = []
  private var manifests: [BatchID: Manifest] = [:]
  /// Manifests that a later command may bring for a batch.
  private var revisions: [BatchID: Manifest] = [:]
  /// Batches that were landed a second time.
  private var relanded: Set<BatchID?> = []
  private var underWay = 0
  private var secondRunners = 0
  private(set) var reports: [String] = []

  /// Commands a batch gets before the world calms down, and before it is given up.
  private static let patience = (lively: 7, all: 24)

  init(
    world: World, scenario: Scenario, seed: UInt64, mutant: Mutant?, only: Manifest?, script: [UserCommand]
  ) {
    self.world = world
    self.scenario = scenario
    self.seed = seed
    self.mutant = mutant
    self.only = only
    self.script = script
  }

  /// Plays to the end; false where everything stopped before.
  func play() -> Bool {
    world.startSecondRunner = { [self] batch in startSecondRunner(batch) }
    underWay += 1
    Task(executorPreference: world.queue) { [self] in
      await playAll()
      underWay -= 1
    }
    return world.queue.run { underWay == 0 || world.operations > World.endlessOperations }
  }

  private func playAll() async {
    if let only { return await bring(only, revision: nil) }
    if scenario.hasEarlier {
      world.isCalm = true
      await bring(scenario.manifest("batch-earlier", edition: 0), revision: nil)
      world.isCalm = false
      world.forgetCounts()
    }
    let first = scenario.manifest("batch-one", edition: 1)
    let revision = scenario.isLively ? scenario.manifest("batch-one", edition: 2) : nil
    switch scenario.second {
    case .none: await bring(first, revision: revision)
    case .apart, .alike:
      let other = scenario.manifest("batch-two", edition: 1, first: scenario.second == .alike ? 0 : 3)
      await withTaskGroup(of: Void.self) { group in
        group.addTask { [self] in await bring(first, revision: revision) }
        group.addTask { [self] in await bring(other, revision: nil) }
      }
    }
    world.isCalm = true
    world.wakeAll()
  }

  /// Works on a batch until it has ended.
  private func bring(_ manifest: Manifest, revision: Manifest?) async {
    let batch = manifest.batchID
    batches.append(batch)
    manifests[batch] = manifest
    revisions[batch] = revision
    for known in [manifest, revision].compactMap({ $0 }) {
      world.watch.targets.formUnion(scenario.targets(of: known))
    }
    for number in 0..<Self.patience.all {
      if number == Self.patience.lively {
        world.isCalm = true
        world.wakeAll()
      }
      let isCalm = world.isCalm
      if isCalm { world.mend() }
      let process = world.startProcess(batch)
      let command = choose(batch, number, isCalm: isCalm)
      world.say("\(command)", process)
      guard let report = await give(command, to: process) else { continue }
      // A ledger whose end is gone is refused until the user has seen to it: nobody has looked at the batch.
      if world.checksHead, world.isTailLost {
        await wait(10_000)
        continue
      }
      let state = world.watch.states[batch] ?? BatchState()
      // A ledger that has lost the batch finds its commit: there is nothing more to come.
      if report.isFoundInHistory, world.hasLostLog { return }
      if landsAgain(state, number) { continue }
      if state.isEnded, !(command == .cancel && number < 4) { return }
      if let retryAt = report.retryAt { await wait(retryAt.remainingMs(at: world.now)) }
      if isCalm { moveAway(report.faults, of: batch) }
      if report.faults.contains(where: { $0.code == "batch_held" }) { await wait(600_000) }
      // Whatever is in the way takes a while to be seen to, or to go away by itself.
      if report.exit != .done { await wait(10_000) }
    }
    if world.watch.states[batch]?.isEnded != true {
      world.violate(.ends, "\(batch) has not ended after \(Self.patience.all) commands: \(reports.suffix(2))")
    }
  }

  /// The user does as they are told with what is in the way, if it is not a file that the batch itself has placed.
  private func moveAway(_ faults: [Fault], of batch: BatchID) {
    for path in faults.filter({ $0.code == "target_not_ours" }).compactMap(\.path) {
      let path = world.prefix + path
      guard world.disk.files[path]?.batch != batch else { continue }
      world.putBack(path)
      // What the user committed of a placing that the ledger has forgotten is theirs: only they can remove it.
      if world.hasLostLog { world.removeOwnCommitted(path) }
    }
  }

  /// Whether the user, after what has happened, takes the batch's commit off the branch and has it landed again.
  private func landsAgain(_ state: BatchState, _ number: Int) -> Bool {
    guard scenario.isLively, number < Self.patience.lively, !world.watch.struck.isEmpty,
      state.confirmation?.sha == world.git.tip?.text, state.confirmation != nil,
      relanded.insert(state.registration?.manifest.batchID).inserted
    else { return false }
    world.say("the user takes the commit back")
    world.user(.plumbingReset, 0)
    // What stays in the working tree is theirs from here on.
    let batch = state.registration?.manifest.batchID
    for path in world.disk.files.keys where world.disk.files[path]?.batch == batch {
      world.disk.files[path]?.batch = nil
    }
    return true
  }

  private func choose(_ batch: BatchID, _ number: Int, isCalm: Bool) -> UserCommand {
    let state = world.watch.states[batch] ?? BatchState()
    if script.indices.contains(number), !isCalm { return script[number] }
    guard state.registration != nil, state.cancellation == nil else {
      return scenario.isHeld && number == 0 ? .hold : .run
    }
    if state.completion != nil { return .runAgain }
    if isCalm {
      return state.assets.contains { $0.name == .failed } ? .retry : .resume
    }
    var random = SplitMix64(seed: seed &+ UInt64(number) &* 101)
    let share = Int.random(in: 0..<100, using: &random)
    guard scenario.isLively else { return share < 50 ? .resume : .retryIfFailed(in: state) }
    switch share {
    case 0..<15: return .cancel
    case 15..<25: return .retryFrom(Stage.ofAsset[Int.random(in: 0..<4, using: &random)])
    case 25..<30: return .refresh
    case 30..<40: return revisions[batch] == nil ? .resume : .runRevised
    case 40..<45: return .hold
    case 45..<60: return .retryIfFailed(in: state)
    default: return .resume
    }
  }

  /// Gives a command in a process; nil where the process died.
  private func give(_ command: UserCommand, to process: SimulatedProcess) async -> RunReport? {
    let batch = process.batch
    world.checksHead = mutant != .headNotChecked
    if world.checksHead, world.isTailLost { return refuse(process) }
    let runner = Runner(world.surroundings(process, mutant: mutant), stop: process.stop)
    let report: RunReport
    switch command {
    case .run, .runRevised, .runAgain, .hold:
      guard let manifest = command == .runRevised ? revisions[batch] : manifests[batch] else { return nil }
      manifests[batch] = manifest
      report = await runner.run(
        RunRequest(
          manifest: manifest, configuration: scenario.configuration,
          branch: scenario.onOtherBranch ? "side" : nil, replaced: ["all"], again: command == .runAgain),
        options: options(command))
    case .resume: report = await runner.resume(batch, options: options(command))
    case .retry: report = await runner.retry(batch, RetryRequest())
    case .retryFrom(let stage):
      let asset = manifests[batch]?.assets.first?.id
      report = await runner.retry(batch, RetryRequest(assets: asset.map { [$0] } ?? [], from: stage))
    case .refresh:
      let asset = manifests[batch]?.assets.first?.id
      report = await runner.retry(batch, RetryRequest(assets: asset.map { [$0] } ?? [], refresh: true))
    case .cancel: report = await runner.cancel(batch, why: "The user thought better of it.")
    }
    guard process.isAlive else { return nil }
    world.say("ends \(report.exit.rawValue) \(report.faults.map { "\($0.code): \($0.message)" })", process)
    reports.append("\(report.exit.rawValue) \(report.faults.map(\.code))")
    compareStates(report, process)
    if process.heldLocks.contains("commit") {
      world.violate(.tidy, "p\(process.id) ended with the commit lock")
    }
    // Only a death may leave git's index locked, or a swap that was made and whose index was not yet published; or a
    // disk that fails again: the ledger's next commit takes the lock over.
    if !process.couldNotFreeIndex, world.git.indexLock?.holder == process.id,
      world.watch.states[process.batch]?.intent == nil
    {
      world.violate(.tidy, "p\(process.id) ended, and git's index is locked")
    }
    if !report.faults.contains(where: { $0.code == "batch_held" }) { checkIndexLock(process) }
    // One that could not write down its end, for a full disk or a busy ledger, has for the ledger died.
    process.hasEnded = world.watch.states[process.batch]?.openRun?.id != "run-\(process.id)"
    world.kill(process)
    return report
  }

  /// Opens a ledger whose end is gone: nothing is written, and nobody works.
  private func refuse(_ process: SimulatedProcess) -> RunReport {
    world.say("is refused: the end of the ledger is gone", process)
    reports.append("74 [ledger_tail_lost]")
    process.hasEnded = true
    world.kill(process)
    return RunReport(
      batch: process.batch, state: world.watch.states[process.batch] ?? BatchState(), exit: .disk,
      faults: [.tailLost])
  }

  /// Once a batch has nothing placed, nothing would free an index that a commit of its own left locked.
  private func checkIndexLock(_ process: SimulatedProcess) {
    guard !process.couldNotFreeIndex, let holder = world.git.indexLock?.holder,
      world.processes.first(where: { $0.id == holder })?.batch == process.batch,
      let state = world.watch.states[process.batch], state.placement == nil || state.isEnded,
      state.intent == nil
    else { return }
    world.violate(.tidy, "p\(process.id) ended with nothing placed, and git's index is locked")
  }

  private func options(_ command: UserCommand) -> RunOptions {
    RunOptions(
      maxWaitMs: mutant == .waitsForEver ? 86_400_000 : nil, untilPackaged: command == .hold)
  }

  private func compareStates(_ report: RunReport, _ process: SimulatedProcess) {
    let unsure: Set = [
      "overtaken", "ledger_unknown", "ledger_failed", "ledger_disk_full", "ledger_busy", "batch_held",
    ]
    guard report.faults.allSatisfy({ !unsure.contains($0.code) }), !process.isPoisoned,
      world.watch.lastWriter[process.batch] == process.id
    else { return }
    if report.state != world.watch.states[process.batch] {
      world.violate(.replay, "p\(process.id) ended with another state than its events tell")
    }
  }

  private func startSecondRunner(_ batch: BatchID) {
    guard secondRunners < 4 else { return }
    secondRunners += 1
    underWay += 1
    let number = secondRunners
    Task(executorPreference: world.queue) { [self] in
      let process = world.startProcess(batch)
      let command =
        world.watch.states[batch]?.registration == nil
        ? UserCommand.run : choose(batch, 50 + number, isCalm: false)
      world.say("second: \(command)", process)
      _ = await give(command, to: process)
      underWay -= 1
    }
  }

  private func wait(_ ms: Int64) async {
    await withUnsafeContinuation { continuation in
      world.queue.at(world.queue.nowMs + ms) { continuation.resume() }
    }
  }
}
