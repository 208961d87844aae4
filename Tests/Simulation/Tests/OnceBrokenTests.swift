import SimulatedWorld
import Testing

extension Simulation {
  /// Each is played in many orders.
  @Suite("Histories that once broke a property")
  struct OnceBrokenTests {
    @Test("A commit killed before its intent leaves the index locked only as long as its files stay placed")
    func indexLeftLocked() async {
      // Whatever operation of the commit it dies at, the images are taken anew, and then all is called off.
      for nth in 10...50 {
        let plan = FaultPlan([.init(.crashBefore, at: .repository, nth)])
        await expectSound(plan, seeds: [1, 2], script: [.run, .refresh, .cancel])
        await expectSound(plan, seeds: [3], script: [.run, .cancel])
      }
    }

    @Test(
      "A branch's lock that a killed git left with a commit that is given up later is still known as ours")
    func lockOfGivenUpCommit() async {
      let plan = FaultPlan([
        .init(.crashBefore, at: .swap, 1), .init(.user(.collectGarbage, pick: 0), at: .recovery, 1),
      ])
      await expectSound(plan, seeds: 1...UInt64(History.scenarios), script: [.run, .resume])
    }

    @Test("A branch's lock that a killed git left goes even where a target is in the way of going on")
    func lockBesideChangedTarget() async {
      for nth in 1...24 {
        let plan = FaultPlan([
          .init(.crashBefore, at: .swap, 1), .init(.user(.editTarget, pick: nth), at: .recovery, nth),
        ])
        await expectSound(plan, seeds: [4, 6, 9], script: [.run, .resume, .cancel])
      }
    }

    @Test("A batch is gone on with after its placing met an object that was lost meanwhile")
    func objectLostWhilePlacing() async {
      for pick in 210...220 {
        let plan = FaultPlan([
          .init(.sleep(ms: 3_142_878), at: .append, 15), .init(.loseObject(pick: pick), at: .any, 133),
        ])
        await expectSound(plan, seeds: [101_605], script: [])
      }
    }

    @Test("A file that was there already, and was taken away before the placing, is not left behind")
    func identicalFileTakenAway() async {
      for nth in 238...248 {
        let plan = FaultPlan([
          .init(.powerLoss, at: .repository, 57), .init(.powerLoss, at: .objects, 54),
          .init(.user(.resetHard, pick: 75), at: .any, nth), .init(.fail(.poisoned), at: .read, 8),
        ])
        await expectSound(plan, seeds: [205_157], script: [])
      }
    }

    private func expectSound(
      _ plan: FaultPlan, seeds: some Sequence<UInt64>, script: [UserCommand],
      sourceLocation: SourceLocation = #_sourceLocation
    ) async {
      for seed in seeds {
        var history = History(seed: seed, plan: plan)
        history.script = script
        let played = history
        let outcome = await onThread { played.play() }
        guard let violation = outcome.violations.first else { continue }
        Issue.record("\(Report.of(history, violation.property))", sourceLocation: sourceLocation)
      }
    }
  }
}
