import Ledger
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
  private(set) var batches: [BatchID] = []
  private var manifests: [BatchID: Manifest] = [:]
  /// Manifests that a later command may bring for a batch.
  private var revisions: [BatchID: Manifest] = [:]
  private var underWay = 0
  private var secondRunners = 0
  private(set) var reports: [String] = []

  /// Commands a batch gets before the world calms down, and before it is given up.
  private static let patience = (lively: 7, all: 24)

  init(world: World, scenario: Scenario, seed: UInt64, mutant: Mutant?, only: Manifest?) {
    self.world = world
    self.scenario = scenario
    self.seed = seed
    self.mutant = mutant
    self.only = only
  }

  /// Plays to the end; false where everything stood still before.
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
      let state = world.watch.states[batch] ?? BatchState()
      if state.isEnded, !(command == .cancel && number < 4) { return }
      if let retryAt = report.retryAt { await wait(retryAt.remainingMs(at: world.now)) }
      if report.faults.contains(where: { $0.code == "batch_held" }) { await wait(600_000) }
    }
    if world.watch.states[batch]?.isEnded != true {
      world.violate(.ends, "\(batch) has not ended after \(Self.patience.all) commands: \(reports.suffix(2))")
    }
  }

  enum Command: Hashable {
    case run, runRevised, resume, retry
    case retryFrom(Stage)
    case cancel
  }

  private func choose(_ batch: BatchID, _ number: Int, isCalm: Bool) -> Command {
    let state = world.watch.states[batch] ?? BatchState()
    guard state.registration != nil, state.cancellation == nil else { return .run }
    if isCalm {
      return state.assets.contains { $0.name == .failed } ? .retry : .resume
    }
    var random = SplitMix64(seed: seed &+ UInt64(number) &* 101)
    let share = Int.random(in: 0..<100, using: &random)
    guard scenario.isLively else { return share < 50 ? .resume : .retryIfFailed(state) }
    switch share {
    case 0..<15: return .cancel
    case 15..<30: return .retryFrom(Stage.ofAsset[Int.random(in: 0..<4, using: &random)])
    case 30..<45: return revisions[batch] == nil ? .resume : .runRevised
    case 45..<60: return .retryIfFailed(state)
    default: return .resume
    }
  }

  /// Gives a command in a process; nil where the process died.
  private func give(_ command: Command, to process: SimulatedProcess) async -> RunReport? {
    let batch = process.batch
    let runner = Runner(world.surroundings(process, mutant: mutant), stop: process.stop)
    let report: RunReport
    switch command {
    case .run, .runRevised:
      guard let manifest = command == .run ? manifests[batch] : revisions[batch] else { return nil }
      manifests[batch] = manifest
      report = await runner.run(
        RunRequest(
          manifest: manifest, configuration: scenario.configuration,
          branch: scenario.onOtherBranch ? "side" : nil))
    case .resume: report = await runner.resume(batch)
    case .retry: report = await runner.retry(batch, RetryRequest())
    case .retryFrom(let stage):
      let asset = manifests[batch]?.assets.first?.id
      report = await runner.retry(batch, RetryRequest(assets: asset.map { [$0] } ?? [], from: stage))
    case .cancel: report = await runner.cancel(batch, why: "The user thought better of it.")
    }
    guard process.isAlive else { return nil }
    world.say("ends \(report.exit.rawValue) \(report.faults.map { "\($0.code): \($0.message)" })", process)
    reports.append("\(report.exit.rawValue) \(report.faults.map(\.code))")
    compareStates(report, process)
    if process.heldLocks.contains("commit") {
      world.violate(.tidy, "p\(process.id) ended with the commit lock")
    }
    // Only a death may leave git's index locked, or a swap that was made and whose index was not yet published.
    if world.git.indexLock?.holder == process.id, world.watch.states[process.batch]?.intent == nil {
      world.violate(.tidy, "p\(process.id) ended, and git's index is locked")
    }
    world.kill(process)
    return report
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
        ? Command.run : choose(batch, 50 + number, isCalm: false)
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

extension Player.Command {
  fileprivate static func retryIfFailed(_ state: BatchState) -> Self {
    state.assets.contains { $0.name == .failed } ? .retry : .run
  }
}
