import SimulatedWorld
import Testing

extension Simulation {
  /// Each is played in many orders.
  @Suite("Histories that once broke a property")
  struct OnceBrokenTests {
    @Test("A commit killed before its intent leaves the index locked only as long as its files stay placed")
    func indexLeftLocked() async {
      // Whatever operation of the commit it dies at, the images are taken again, and then all is called off.
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

    @Test("A branch's lock that a killed git left goes even where a target prevents continuing")
    func lockBesideChangedTarget() async {
      for nth in 1...24 {
        let plan = FaultPlan([
          .init(.crashBefore, at: .swap, 1), .init(.user(.editTarget, pick: nth), at: .recovery, nth),
        ])
        await expectSound(plan, seeds: [4, 6, 9], script: [.run, .resume, .cancel])
      }
    }

    @Test("A batch is resumed after its placing met an object that was lost meanwhile")
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

    @Test(
      "A process that slept between its grant and its call asks again, so that no minute has too many calls")
    func grantSleptThrough() async {
      // Scenarios with two calls a minute, and whatever the process was doing when it was stopped.
      let seeds = (0..<UInt64(History.scenarios)).filter { History(seed: $0).callsAMinute == 2 }
      for nth in stride(from: 8, through: 24, by: 4) {
        for ms in [2_500, 61_000] as [Int64] {
          let plan = FaultPlan([
            .init(.sleep(ms: ms), at: .any, nth * 5), .init(.delay(ms: ms), at: .append, nth / 2),
          ])
          await expectSound(plan, seeds: seeds.prefix(4), script: [])
        }
      }
    }

    @Test("A dead process's append comes to nothing, and its call is not counted")
    func deadInTheQueue() async {
      for nth in 10...20 {
        let plan = FaultPlan([.init(.powerLoss, at: .objects, nth), .init(.sleep(ms: 8_076), at: .append, 4)])
        await expectSound(plan, seeds: [5_012_573], script: [])
      }
    }

    @Test("A file that another batch has committed since is not left behind by the one that placed it")
    func placedAndCommittedByAnother() async {
      for nth in 44...52 {
        let plan = FaultPlan([
          .init(.powerLoss, at: .repository, nth), .init(.fail(.inputOutput), at: .append, 12),
          .init(.fail(.busy), at: .worktree, 1), .init(.user(.plumbingReset, pick: 346), at: .recovery, 31),
        ])
        await expectSound(plan, seeds: [5_007_109], script: [])
      }
    }

    @Test("An index whose commit the ledger has forgotten is published before its files are looked at")
    func forgottenIndex() async {
      let plan = FaultPlan([
        .init(.leave(ms: 71), at: .any, 61), .init(.powerLoss, at: .objects, 11),
        .init(.loseLog, at: .swap, 1),
      ])
      await expectSound(plan, seeds: [581], script: [])
    }

    @Test("A commit that was intended is given up where an object of its files is lost, and made again")
    func objectLostAfterIntent() async {
      for nth in [47, 49, 51, 53, 55] {
        let plan = FaultPlan([
          .init(.user(.deleteTarget, pick: 638), at: .swap, 1), .init(.crashBefore, at: .repository, 17),
          .init(.user(.foreignRefLock, pick: 584), at: .append, 14),
          .init(.loseObjects, at: .repository, nth),
        ])
        await expectSound(plan, seeds: [6_008_657], script: [])
      }
    }

    @Test("What the user committed of a placing that the ledger has lost is theirs to remove")
    func committedHalfPlacedAndForgotten() async {
      let plan = FaultPlan([
        .init(.user(.commitAll, pick: 10), at: .worktree, 42), .init(.crashBefore, at: .clock, 1),
        .init(.answer(.protocolBroken), at: .extract, 1), .init(.fail(.busy), at: .recovery, 8),
        .init(.crashBefore, at: .any, 119), .init(.crashBefore, at: .repository, 24),
        .init(.loseLog, at: .swap, 1),
      ])
      await expectSound(plan, seeds: [20_285_907], script: [])
    }

    @Test("A ledger whose end is gone before its batch was looked at leaves no index locked")
    func lostLogBeforeLooking() async {
      let plan = FaultPlan([
        .init(.crashWithin, at: .objects, 33), .init(.fail(.inputOutput), at: .recovery, 5),
        .init(.loseLog, at: .swap, 2),
      ])
      await expectSound(plan, seeds: [20_305_137], script: [])
    }

    @Test("The removal of a file that is gone already is on the disk before it is told")
    func removedBeforeAndForgotten() async {
      for nth in 30...34 {
        let plan = FaultPlan([
          .init(.crashWithin, at: .worktree, nth), .init(.loseLog, at: .recovery, 16),
        ])
        await expectSound(plan, seeds: [6_021_500], script: [])
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
