import Runner

extension Mutant {
  /// Injected faults without which the bug does no harm, so that not thousands of histories are needed to meet them.
  package var occasions: [FaultPlan.Misfortune] {
    switch self {
    case .limitedSpendsAttempts: (1...4).map { .init(.answer(.limited(ms: 200)), at: .extract, $0) }
    case .quotaIgnored: (1...3).map { .init(.answer(.nonsense), at: .extract, $0) }
    case .swapWithoutComparing: (8...40).map { .init(.user(.plumbingCommit, pick: 1), at: .append, $0) }
    case .landedCommitNotFound:
      (12...40).map { .init(.user(.plumbingReset, pick: 1), at: .append, $0) } + [
        .init(.crashAfter, at: .swap, 1)
      ]
    case .takeBackBlindly:
      (20...60).map { .init(.user(.editTarget, pick: $0), at: .worktree, $0) } + [
        .init(.crashBefore, at: .swap, 1)
      ]
    case .waitsForEver: (1...3).map { .init(.answer(.limited(ms: 600_000)), at: .extract, $0) }
    case .stagedForgotten: (1...8).map { .init(.user(.stage, pick: $0), at: .append, $0 * 3) }
    case .foundWithoutSync: [30, 42, 80].map { .init(.crashWithin, at: .worktree, $0) }
    case .signalForgotten:
      [
        .init(.leave(ms: 5), at: .extract, 1), .init(.leave(ms: 5), at: .extract, 2),
        .init(.crashAfter, at: .extract, 3),
      ]
    case .comparesBeforeLock: (2...30).map { .init(.sleep(ms: 3_600_000), at: .append, $0) }
    // A run that held the batch has published where the ledger ends; the next one begins when the log is lost.
    case .headNotChecked: (2...4).map { .init(.loseLog, at: .lock, $0) }
    case .foreignFilesTakenBack, .filesLeftByCancel, .foldersRemovedBlindly, .reflogBelieved,
      .removedWithoutSync:
      (1...4).map { .init(.crashBefore, at: .swap, $0) }
    default: []
    }
  }

  /// The first commands of every batch with which the bug does harm soon; none where any do.
  package var script: [UserCommand] {
    switch self {
    case .foreignFilesTakenBack, .filesLeftByCancel, .foldersRemovedBlindly, .takeBackBlindly,
      .removedWithoutSync:
      [.run, .cancel, .run, .cancel]
    case .headNotChecked: [.hold, .resume, .run]
    case .signalForgotten: [.run, .resume, .resume, .resume, .resume]
    default: []
    }
  }
}

/// A deliberate bug in what surrounds the runner: the simulator must notice each.
package enum Mutant: String, Hashable, Sendable, CaseIterable {
  case confirmWithoutSwap, swapWithoutComparing, reuseWithoutChecking, syncLeftOut, takeBackBlindly
  case appendWithoutVersion, interruptionForgotten, keyForgotten, placedBeforePackaged, swapBeforeIntent
  case limitedSpendsAttempts, quotaIgnored, indexLeftLocked, landedCommitNotFound, appendNotDurable
  case appendTwice, eventNotRead, wrongBatchTable, commitLockForgotten, stagedForgotten, answersMixedUp
  case foreignFilesTakenBack, filesLeftByCancel, foldersRemovedBlindly, waitsForEver, reflogBelieved
  case placedWithoutSync, folderMadeWithoutSync, foundWithoutSync, removedWithoutSync, comparesBeforeLock
  case signalForgotten, headNotChecked

  func bend(_ parts: World.Parts, world: World, process: SimulatedProcess) -> World.Parts {
    var bent = parts
    switch self {
    case .confirmWithoutSwap, .swapWithoutComparing, .swapBeforeIntent, .indexLeftLocked,
      .landedCommitNotFound, .stagedForgotten, .reflogBelieved:
      bent.repository = BentRepository(sound: parts.repository, world: world, process: process, bug: self)
    case .appendWithoutVersion, .interruptionForgotten, .keyForgotten, .quotaIgnored, .appendNotDurable,
      .appendTwice, .eventNotRead, .wrongBatchTable, .signalForgotten:
      bent.store = BentStore(sound: parts.store, world: world, process: process, bug: self)
    case .reuseWithoutChecking, .syncLeftOut:
      bent.objects = BentObjects(sound: parts.objects, world: world, bug: self)
    case .takeBackBlindly, .placedBeforePackaged, .filesLeftByCancel, .foldersRemovedBlindly,
      .foreignFilesTakenBack, .placedWithoutSync, .folderMadeWithoutSync, .foundWithoutSync,
      .removedWithoutSync:
      bent.worktree = BentWorktree(sound: parts.worktree, world: world, process: process, bug: self)
    case .limitedSpendsAttempts, .answersMixedUp:
      bent.extractor = { BentExtractor(sound: parts.extractor($0), world: world, bug: self) }
    case .commitLockForgotten: bent.locks = BentLocks(sound: parts.locks)
    case .comparesBeforeLock:
      bent.store = SimulatedStore(world: world, process: process, comparesBeforeLock: true)
    case .waitsForEver, .headNotChecked: break
    }
    return bent
  }
}
