import Core
import Runner

/// What goes wrong in a history: each injected fault strikes when a kind of operation is done for the n-th time.
package struct FaultPlan: Hashable, Sendable {
  package var misfortunes: [Misfortune]

  package init(_ misfortunes: [Misfortune] = []) { self.misfortunes = misfortunes }

  /// Operations that an injected fault can wait for.
  package enum Site: String, Hashable, Sendable, CaseIterable {
    case any, append, read, objects, worktree, repository, swap, extract
    /// Asking the extractor what it is; taking a lock; waiting for a time.
    case identity, lock, clock
    /// Any operation of a process that continues what one before it left in the middle.
    case recovery

    /// What one operation here counts as: the swap is one of the repository's.
    func counted(inRecovery: Bool) -> [Site] {
      let own: [Site] = self == .swap ? [.any, .repository, .swap] : [.any, self]
      return inRecovery ? own + [.recovery] : own
    }
  }

  package struct Misfortune: Hashable, Sendable, CustomStringConvertible {
    package var site: Site
    /// From 1.
    package var nth: Int
    package var kind: Kind

    package init(_ kind: Kind, at site: Site, _ nth: Int) {
      self.kind = kind
      self.site = site
      self.nth = nth
    }

    package var description: String { "\(kind) at \(site.rawValue) \(nth)" }
  }

  package enum Kind: Hashable, Sendable {
    case crashBefore, crashAfter
    /// The operation is done half, or its effect is there and its answer is lost.
    case crashWithin
    case powerLoss
    case fail(Failure)
    /// The operation is done, and is said to have failed.
    case failAfter(Failure)
    /// The operation takes its time.
    case delay(ms: Int64)
    case damageObject(pick: Int)
    case loseObject(pick: Int)
    /// The whole folder of objects is gone.
    case loseObjects
    /// Everything stops, and the ledger comes back without its log.
    case loseLog
    case user(UserAct, pick: Int)
    case stop
    /// The terminal is gone.
    case hangUp
    /// A signal, and a second one some time later: the process waits for nothing.
    case leave(ms: Int64)
    /// The process is stopped and continues later, and nobody has touched its locks.
    case suspend(ms: Int64)
    /// The process is stopped, its lock file removed, a second runner started; later it wakes up.
    case sleep(ms: Int64)
    case secondRunner
    case clockStep(hours: Int64)
    /// A wait ends before its time.
    case earlyAlarm
    /// Nothing more fits on the disk until this many writes have failed.
    case fullDisk(writes: Int)
    case answer(Answer)
  }

  package enum Failure: String, Hashable, Sendable, CaseIterable {
    case noSpace, inputOutput, busy, poisoned
  }

  /// What an extractor says instead of an IDF.
  package enum Answer: Hashable, Sendable {
    case limited(ms: Int64?)
    /// Something else than us has ended the program.
    case killed
    case dailyQuota, gone, timeout, protocolBroken, nonsense, nonsenseForEver, surroundings
    /// Asked for several assets, it has an answer to all but the last.
    case partly
  }

  /// What the user's own hands do.
  package enum UserAct: String, Hashable, Sendable, CaseIterable {
    case commit, commitAll, amend, resetHard, resetSoft, rebase, renameBranch, switchBranch, editTarget
    case deleteTarget, stage, plumbingCommit, plumbingReset, foreignIndexLock, foreignRefLock, moveToOtherRef
    /// A merge that waits to be finished; the branch checked out in another worktree.
    case startMerge, checkOutElsewhere
    /// Other bytes in an image that was handed in.
    case changeSource
    /// `git gc --prune=now`: what no ref and no reflog leads to is gone.
    case collectGarbage
  }

  /// Draws a plan.
  package static func drawn(seed: UInt64) -> FaultPlan {
    var random = SplitMix64(seed: seed)
    // Now and then enough of them that they meet each other.
    let most = Int.random(in: 0..<6, using: &random) == 0 ? 16 : 6
    let count = Int.random(in: 0...most, using: &random)
    return FaultPlan((0..<count).map { _ in Misfortune.drawn(using: &random) } + drawnLosses(seed: seed))
  }
}

extension FaultPlan {
  /// Now and then a part of `.ledger` is lost: drawn apart, so that all other seeds keep their plans.
  private static func drawnLosses(seed: UInt64) -> [Misfortune] {
    var random = SplitMix64(seed: seed &* 13 &+ 7)
    guard Int.random(in: 0..<8, using: &random) == 0 else { return [] }
    let kind = Int.random(in: 0..<3, using: &random) == 0 ? Kind.loseObjects : .loseLog
    let sites: [(Site, Int)] = [(.any, 250), (.append, 30), (.repository, 60), (.swap, 2), (.recovery, 60)]
    let (site, count) = sites[Int.random(in: 0..<sites.count, using: &random)]
    return [Misfortune(kind, at: site, Int.random(in: 1...count, using: &random))]
  }
}

extension FaultPlan.Kind {
  /// What it is, apart from its numbers.
  package var name: String {
    switch self {
    case .fail(let failure): "fail \(failure.rawValue)"
    case .failAfter(let failure): "failAfter \(failure.rawValue)"
    case .user(let act, _): "user \(act.rawValue)"
    case .answer(let answer): "answer \("\(answer)".prefix { $0 != "(" })"
    default: String("\(self)".prefix { $0 != "(" })
    }
  }
}

extension FaultPlan.Misfortune {
  static func drawn(using random: inout SplitMix64) -> Self {
    func upTo(_ count: Int) -> Int { Int.random(in: 1...count, using: &random) }
    let share = Int.random(in: 0..<100, using: &random)
    switch share {
    case 0..<30: return drawnCrash(using: &random)
    case 30..<33: return Self(.fullDisk(writes: upTo(12)), at: .any, upTo(250))
    case 33..<42:
      let failure = FaultPlan.Failure.allCases[upTo(4) - 1]
      let sites: [(FaultPlan.Site, Int)] = [
        (.append, 25), (.read, 40), (.objects, 60), (.worktree, 30), (.repository, 40), (.swap, 2),
        (.recovery, 40), (.lock, 4),
      ]
      let (site, count) = sites[upTo(sites.count) - 1]
      return Self(upTo(3) == 1 ? .failAfter(failure) : .fail(failure), at: site, upTo(count))
    case 42..<58:
      let answers: [FaultPlan.Answer] = [
        .limited(ms: Int64(upTo(90_000))), .limited(ms: nil), .limited(ms: 900), .dailyQuota, .gone, .timeout,
        .protocolBroken, .nonsense, .nonsenseForEver, .surroundings, .partly, .killed,
      ]
      let answer = FaultPlan.Kind.answer(answers[upTo(answers.count) - 1])
      return upTo(6) == 1 ? Self(answer, at: .identity, upTo(3)) : Self(answer, at: .extract, upTo(5))
    case 58..<64:
      let pick = upTo(1000)
      return Self(upTo(2) == 1 ? .damageObject(pick: pick) : .loseObject(pick: pick), at: .any, upTo(200))
    case 64..<84:
      let act = FaultPlan.UserAct.allCases[upTo(FaultPlan.UserAct.allCases.count) - 1]
      let sites: [(FaultPlan.Site, Int)] = [
        (.any, 250), (.repository, 60), (.swap, 2), (.append, 30), (.worktree, 60), (.recovery, 60),
      ]
      let (site, count) = sites[upTo(sites.count) - 1]
      return Self(.user(act, pick: upTo(1000)), at: site, upTo(count))
    case 84..<88: return Self(.sleep(ms: Int64(upTo(3_600_000))), at: .any, upTo(200))
    case 88..<90: return Self(.sleep(ms: Int64(upTo(3_600_000))), at: .append, upTo(30))
    case 90..<93: return Self(.secondRunner, at: .any, upTo(200))
    case 93..<95:
      let steps: [Int64] = [24, -24, 1, -1, 9_000]
      let kind = upTo(4) == 1 ? FaultPlan.Kind.earlyAlarm : .clockStep(hours: steps[upTo(steps.count) - 1])
      let isAtClock = kind == .earlyAlarm || upTo(2) == 1
      return Self(kind, at: isAtClock ? .clock : .any, upTo(isAtClock ? 3 : 200))
    case 95..<98:
      let kinds: [FaultPlan.Kind] = [
        .stop, .hangUp, .leave(ms: Int64(upTo(200))), .suspend(ms: Int64(upTo(7_200_000))),
      ]
      let kind = kinds[upTo(kinds.count) - 1]
      return upTo(4) == 1 ? Self(kind, at: .extract, upTo(4)) : Self(kind, at: .any, upTo(200))
    default: return Self(.delay(ms: Int64(upTo(5_000))), at: .any, upTo(200))
    }
  }

  private static func drawnCrash(using random: inout SplitMix64) -> Self {
    let kinds: [FaultPlan.Kind] = [.crashBefore, .crashAfter, .crashWithin, .powerLoss]
    let kind = kinds[Int.random(in: 0..<4, using: &random)]
    let sites: [(FaultPlan.Site, Int)] = [
      (.any, 250), (.append, 30), (.worktree, 60), (.repository, 60), (.swap, 2), (.objects, 60),
      (.extract, 4), (.identity, 2), (.lock, 4), (.clock, 2), (.recovery, 12), (.recovery, 60),
    ]
    let (site, count) = sites[Int.random(in: 0..<sites.count, using: &random)]
    return Self(kind, at: site, Int.random(in: 1...count, using: &random))
  }
}
