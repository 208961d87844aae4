import Runner

/// What goes wrong in a history: each misfortune strikes when a kind of operation is done for the n-th time.
package struct FaultPlan: Hashable, Sendable {
  package var misfortunes: [Misfortune]

  package init(_ misfortunes: [Misfortune] = []) { self.misfortunes = misfortunes }

  /// Operations that a misfortune can wait for.
  package enum Site: String, Hashable, Sendable, CaseIterable {
    case any, append, read, objects, worktree, repository, swap, extract

    /// What one operation here counts as: the swap is one of the repository's.
    var counted: [Site] { self == .swap ? [.any, .repository, .swap] : [.any, self] }
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
    /// The operation takes its time.
    case delay(ms: Int64)
    case damageObject(pick: Int)
    case loseObject(pick: Int)
    case user(UserAct, pick: Int)
    case stop
    /// The process is stopped, its lock file removed, a second runner started; later it wakes up.
    case sleep(ms: Int64)
    case secondRunner
    case clockStep(hours: Int64)
    case answer(Answer)
  }

  package enum Failure: String, Hashable, Sendable, CaseIterable {
    case noSpace, inputOutput, busy, poisoned
  }

  /// What an extractor says instead of an IDF.
  package enum Answer: Hashable, Sendable {
    case limited(ms: Int64?)
    case dailyQuota, gone, timeout, protocolBroken, nonsense, nonsenseForEver, surroundings
  }

  /// What the user's own hands do.
  package enum UserAct: String, Hashable, Sendable, CaseIterable {
    case commit, commitAll, amend, resetHard, resetSoft, rebase, renameBranch, switchBranch, editTarget
    case deleteTarget, stage, plumbingCommit, plumbingReset, foreignIndexLock, foreignRefLock, moveToOtherRef
  }

  /// Draws a plan.
  package static func drawn(seed: UInt64) -> FaultPlan {
    var random = SplitMix64(seed: seed)
    let count = Int.random(in: 0...6, using: &random)
    return FaultPlan((0..<count).map { _ in Misfortune.drawn(using: &random) })
  }
}

extension FaultPlan.Misfortune {
  static func drawn(using random: inout SplitMix64) -> Self {
    func upTo(_ count: Int) -> Int { Int.random(in: 1...count, using: &random) }
    let share = Int.random(in: 0..<100, using: &random)
    switch share {
    case 0..<30: return drawnCrash(using: &random)
    case 30..<42:
      let failure = FaultPlan.Failure.allCases[upTo(4) - 1]
      let sites: [(FaultPlan.Site, Int)] = [
        (.append, 25), (.objects, 60), (.worktree, 30), (.repository, 40), (.swap, 2),
      ]
      let (site, count) = sites[upTo(sites.count) - 1]
      return Self(.fail(failure), at: site, upTo(count))
    case 42..<58:
      let answers: [FaultPlan.Answer] = [
        .limited(ms: Int64(upTo(90_000))), .limited(ms: nil), .limited(ms: 900), .dailyQuota, .gone, .timeout,
        .protocolBroken, .nonsense, .nonsenseForEver, .surroundings,
      ]
      return Self(.answer(answers[upTo(answers.count) - 1]), at: .extract, upTo(5))
    case 58..<64:
      let pick = upTo(1000)
      return Self(upTo(2) == 1 ? .damageObject(pick: pick) : .loseObject(pick: pick), at: .any, upTo(200))
    case 64..<84:
      let act = FaultPlan.UserAct.allCases[upTo(FaultPlan.UserAct.allCases.count) - 1]
      let sites: [(FaultPlan.Site, Int)] = [
        (.any, 250), (.repository, 60), (.swap, 2), (.append, 30), (.worktree, 60),
      ]
      let (site, count) = sites[upTo(sites.count) - 1]
      return Self(.user(act, pick: upTo(1000)), at: site, upTo(count))
    case 84..<88: return Self(.sleep(ms: Int64(upTo(3_600_000))), at: .any, upTo(200))
    case 88..<90: return Self(.sleep(ms: Int64(upTo(3_600_000))), at: .append, upTo(30))
    case 90..<93: return Self(.secondRunner, at: .any, upTo(200))
    case 93..<95: return Self(.clockStep(hours: upTo(2) == 1 ? 24 : -24), at: .any, upTo(200))
    case 95..<97: return Self(.stop, at: .any, upTo(200))
    default: return Self(.delay(ms: Int64(upTo(5_000))), at: .any, upTo(200))
    }
  }

  private static func drawnCrash(using random: inout SplitMix64) -> Self {
    let kinds: [FaultPlan.Kind] = [.crashBefore, .crashAfter, .crashWithin, .powerLoss]
    let kind = kinds[Int.random(in: 0..<4, using: &random)]
    let sites: [(FaultPlan.Site, Int)] = [
      (.any, 250), (.append, 30), (.worktree, 60), (.repository, 60), (.swap, 2), (.objects, 60),
      (.extract, 4),
    ]
    let (site, count) = sites[Int.random(in: 0..<sites.count, using: &random)]
    return Self(kind, at: site, Int.random(in: 1...count, using: &random))
  }
}
