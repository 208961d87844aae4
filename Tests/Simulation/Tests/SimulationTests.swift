import Foundation
import SimulatedWorld
import Testing

@Suite("The whole runner in simulated worlds")
struct SimulationTests {
  @Test("No crash, fault, user or second runner breaks a property", .timeLimit(.minutes(10)))
  func everyPropertyHolds() async {
    let environment = ProcessInfo.processInfo.environment
    let count = environment["LEDGERCTL_SIMULATIONS"].flatMap { Int($0) } ?? 1_500
    let (tally, broken) = await Hall.play(from: 1, count: count, within: .seconds(100))
    if let (history, violation) = broken {
      Issue.record("\(Report.of(history, violation.property))")
    }
    print("simulated: \(tally.summary)")
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
      let outcome = await onThread { History(seed: seed, plan: FaultPlan()).play() }
      #expect(outcome.violations.isEmpty, "seed \(seed)")
      #expect(outcome.endings.allSatisfy { $0 == .committed }, "seed \(seed)")
      #expect((1...outcome.endings.count).contains(outcome.commits), "seed \(seed)")
      #expect(outcome.processes == outcome.endings.count, "seed \(seed)")
    }
  }

  @Test("A broken history is shrunk to the misfortunes that break it")
  func shrinking() async {
    let broken = await Hall.play(from: 1, count: 400, within: .seconds(60), mutant: .confirmWithoutSwap)
      .broken
    guard let (history, violation) = broken else {
      Issue.record("The mutant was not caught.")
      return
    }
    let shortest = await onThread { history.shrunk(violation.property) }
    #expect(
      shortest.plan.misfortunes.isEmpty, "A commit that is never made needs no misfortune to be missed.")
  }
}

/// Plays on a thread of its own, as a history's jobs must all run on one.
func onThread<Value: Sendable>(_ body: @escaping @Sendable () -> Value) async -> Value {
  await withCheckedContinuation { continuation in
    Thread.detachNewThread { continuation.resume(returning: body()) }
  }
}
