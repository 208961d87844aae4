import Foundation
import SimulatedWorld
import Testing

@Suite("Simulated histories")
enum Simulation {}

extension Simulation {
  /// One after another: most play their histories on all processors.
  @Suite("The whole runner in simulated worlds", .serialized)
  struct SimulationTests {
    @Test("No crash, fault, user or second runner breaks a property", .timeLimit(.minutes(10)))
    func everyPropertyHolds() async {
      let environment = ProcessInfo.processInfo.environment
      let count = environment["LEDGERCTL_SIMULATIONS"].flatMap { Int($0) } ?? 3_000
      let first = environment["LEDGERCTL_SIMULATION_SEED"].flatMap { UInt64($0) } ?? 1
      let (tally, broken) = await Hall.play(from: first, count: count, within: .seconds(60))
      if let (history, violation) = broken {
        Issue.record("\(Report.of(history, violation.property))")
      }
      print("simulated from seed \(first) on: \(tally.summary)")
      print("struck: \(tally.misfortunes)")
      #expect(
        tally.histories >= min(count, 50), "The machine is too slow for a meaningful number of histories.")
      #expect(tally.committed > tally.histories / 2, "Most histories end with a commit.")
    }

    @Test("One seed is one history", arguments: [3, 17, 114, 126] as [UInt64])
    func seedsRepeat(seed: UInt64) async {
      let outcomes = await onThread { (History(seed: seed).play(), History(seed: seed).play()) }
      #expect(outcomes.0.fingerprint == outcomes.1.fingerprint)
      #expect(outcomes.0.operations == outcomes.1.operations)
    }

    @Test(
      "Where nothing goes wrong, every scenario ends, with a commit a batch unless another had the same bundles"
    )
    func undisturbed() async {
      for seed in 0..<UInt64(History.scenarios) {
        let history = History(seed: seed, plan: FaultPlan())
        let outcome = await onThread { history.play() }
        #expect(outcome.violations.isEmpty, "seed \(seed)")
        #expect(outcome.endings.allSatisfy { $0 == .committed }, "seed \(seed)")
        #expect((1...outcome.endings.count).contains(outcome.commits), "seed \(seed)")
        let fewest = outcome.endings.count * history.fewestCommands
        #expect(outcome.processes >= fewest, "seed \(seed)")
        if !history.mayNeedMoreCommands { #expect(outcome.processes == fewest, "seed \(seed)") }
      }
    }

    @Test("A broken history is shrunk to the injected faults that break it")
    func shrinking() async {
      let broken = await Hall.play(from: 1, count: 400, within: .seconds(60), mutant: .confirmWithoutSwap)
        .broken
      guard let (history, violation) = broken else {
        Issue.record("The mutant was not caught.")
        return
      }
      let shortest = await onThread { history.shrunk(violation.property) }
      #expect(
        shortest.plan.misfortunes.isEmpty, "A commit that is never made needs no injected fault to be missed."
      )
    }
  }
}

/// Plays on a thread of its own, as a history's jobs must all run on one.
func onThread<Value: Sendable>(_ body: @escaping @Sendable () -> Value) async -> Value {
  await withCheckedContinuation { continuation in
    Thread.detachNewThread { continuation.resume(returning: body()) }
  }
}
