import SimulatedWorld
import Testing

extension Simulation {
  /// A part of `.ledger` is lost while nobody works: by a copy without it, or by hand.
  @Suite("What is lost of a ledger")
  struct LossTests {
    private static let seeds: StrideTo<UInt64> = stride(from: 0, to: UInt64(History.scenarios), by: 24)

    @Test(
      "A log that is lost at any moment lands no batch a second time: its commit is found, or its end is missed",
      arguments: [
        ("append", Array(stride(from: 2, through: 30, by: 4))), ("swap", [1, 2]),
        ("repository", Array(stride(from: 20, through: 56, by: 9))), ("recovery", [1, 12, 40]),
      ] as [(String, [Int])])
    func log(site: String, moments: [Int]) async throws {
      let site = try #require(FaultPlan.Site(rawValue: site))
      for nth in moments {
        var plan = FaultPlan([.init(.loseLog, at: site, nth)])
        await expectSound(plan)
        // The commit is on the branch by then, and the index locked.
        plan.misfortunes.append(.init(.crashAfter, at: .swap, 1))
        await expectSound(plan)
      }
    }

    @Test("A folder of objects that is lost at any moment costs the stages' results, and no more")
    func objects() async {
      for nth in stride(from: 5, through: 215, by: 30) {
        await expectSound(FaultPlan([.init(.loseObjects, at: .any, nth)]))
        await expectSound(
          FaultPlan([.init(.crashBefore, at: .swap, 1), .init(.loseObjects, at: .recovery, nth / 5)]))
      }
    }

    private func expectSound(_ plan: FaultPlan, sourceLocation: SourceLocation = #_sourceLocation) async {
      for seed in Self.seeds {
        let history = History(seed: seed, plan: plan)
        let outcome = await onThread { history.play() }
        guard let violation = outcome.violations.first else { continue }
        Issue.record("\(Report.of(history, violation.property))", sourceLocation: sourceLocation)
      }
    }
  }
}
