import Core
import Runner

/// One history: a scenario, a plan of injected faults, and the order that the seed gives to everything.
package struct History: Sendable {
  package var seed: UInt64
  package var plan: FaultPlan
  package var mutant: Mutant?
  let scenario: Scenario
  /// The only batch; nil for the scenario's own.
  let only: Manifest?
  /// The first commands of every batch; the seed gives those after them.
  package var script: [UserCommand] = []
  /// Images that hold something else than the scenario's.
  private var sources: [String: Digest] = [:]

  /// Seeds from 0 up to this give every scenario once.
  package static var scenarios: Int { Scenario.count }

  /// The history of a seed; `sharpened` adds the occasions and commands with which the mutant's bug does harm.
  package init(seed: UInt64, plan: FaultPlan? = nil, mutant: Mutant? = nil, sharpened: Bool = false) {
    self.seed = seed
    self.plan = plan ?? .drawn(seed: seed ^ 0x5eed)
    if plan == nil, sharpened, let mutant {
      self.plan.misfortunes += mutant.occasions
      script = mutant.script
    }
    self.mutant = mutant
    scenario = Scenario(number: Int(seed % UInt64(Scenario.count)))
    only = nil
  }

  /// Commands that each batch needs where nothing goes wrong: one held is resumed once.
  package var fewestCommands: Int { scenario.isHeld ? 2 : 1 }

  /// Calls that the scenario's limits let start in a minute.
  package var callsAMinute: Int { scenario.requestsPerMinute }

  /// Whether more commands may be needed: of two batches with the same targets one may have to be asked again, and a
  /// held one may be called off.
  package var mayNeedMoreCommands: Bool {
    scenario.second == .alike || (scenario.isHeld && scenario.isLively)
  }

  /// One batch alone, undisturbed, of the images given.
  init(running manifest: Manifest, from sources: [String: Digest], in scenario: Scenario) {
    self.sources = sources
    seed = 1
    plan = FaultPlan()
    self.scenario = scenario
    only = manifest
  }

  /// What came of a history.
  package struct Outcome: Sendable {
    package var violations: [Violation] = []
    package var struck: [FaultPlan.Misfortune] = []
    package var operations = 0
    package var processes = 0
    package var commits = 0
    package var fingerprint: UInt64 = 0
    package var trace: [String] = []
    /// The batches that ended, by their phase.
    package var endings: [BatchState.Phase] = []
    /// Contents of the commits, by manifest.
    var trees: [Digest: [String: Digest]] = [:]
  }

  /// Plays the history on this thread. `expected` are the undisturbed runs' trees; nil asks for none.
  package func play(keepingTrace: Bool = false, comparing: Bool = true) -> Outcome {
    let world = World(seed: seed, plan: plan, prefix: scenario.prefix)
    world.keepsTrace = keepingTrace
    scenario.furnish(world)
    world.disk.sources.merge(sources) { $1 }
    let player = Player(
      world: world, scenario: scenario, seed: seed, mutant: mutant, only: only, script: script)
    let wentOn = player.play()
    if !wentOn { world.violate(.ends, "nothing can happen any more, and the runners wait") }
    let check = FinalCheck(world: world, scenario: scenario, player: player)
    check.run(comparing: comparing)
    var outcome = Outcome()
    outcome.violations = world.watch.violations
    outcome.struck = world.watch.struck
    outcome.operations = world.operations
    outcome.processes = world.processes.count
    outcome.commits = world.watch.commits
    outcome.fingerprint = world.fingerprint
    outcome.trace = world.trace
    outcome.endings = player.batches.compactMap { world.watch.states[$0]?.phase }
    outcome.trees = check.trees
    world.end()
    return outcome
  }

  /// The same history with as few injected faults as still break the same property.
  package func shrunk(_ property: Property) -> History {
    var best = self
    func stillFails(_ plan: FaultPlan) -> Bool {
      var history = self
      history.plan = plan
      return history.play().violations.contains { $0.property == property }
    }
    var size = max(1, best.plan.misfortunes.count / 2)
    while true {
      var found = false
      for start in stride(from: 0, to: best.plan.misfortunes.count, by: size) {
        var fewer = best.plan
        fewer.misfortunes.removeSubrange(start..<min(start + size, fewer.misfortunes.count))
        if stillFails(fewer) {
          best.plan = fewer
          found = true
          break
        }
      }
      if found {
        size = max(1, min(size, best.plan.misfortunes.count))
        if best.plan.misfortunes.isEmpty { return best }
      } else if size > 1 {
        size /= 2
      } else {
        return best
      }
    }
  }
}
