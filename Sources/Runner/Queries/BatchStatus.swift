import BatchModel
import Core
import Ledger

/// The one word for where a batch is, as screens and scripts see it. Raw values are part of the contract.
package enum BatchStatus: String, Hashable, Sendable, Codable, CaseIterable {
  /// Registered, and no run has begun on it.
  case queued
  /// A process works on it now.
  case running
  /// For a quota, until a time; nobody works on it meanwhile.
  case waiting
  /// Its runner died.
  case interrupted
  /// Can be resumed now.
  case stopped
  /// All is packaged, and placing waits for a `resume`.
  case held
  /// An asset has failed for good.
  case failed
  case landed
  /// It landed, and its commit was reverted.
  case reverted
  /// It landed, and its commit is no longer on the branch.
  case gone
  case cancelled
}

/// A process that works on a batch.
package struct BatchOwner: Hashable, Sendable {
  package var process: Int32
  package var host: String
  package var user: String?
  /// The number is counted in another PID namespace, as in a container.
  package var isElsewhere: Bool
}

extension BatchState {
  /// The word for it, given what its events don't tell.
  package func status(isRunning: Bool, landing: Landing? = nil, at now: Moment) -> BatchStatus {
    if cancellation != nil { return .cancelled }
    if completion != nil {
      return switch landing {
      case .gone: .gone
      case .reverted: .reverted
      case .landed, nil: .landed
      }
    }
    if isRunning { return .running }
    if runs.isEmpty { return .queued }
    if openRun != nil { return .interrupted }
    if assets.contains(where: { $0.name == .failed }) { return .failed }
    if isHeld { return .held }
    return waitsUntil(at: now) == nil ? .stopped : .waiting
  }

  /// Until when it is of no use to resume: something waits, and nothing else could start.
  package func waitsUntil(at now: Moment) -> Deadline? {
    guard !isEnded else { return nil }
    var earliest: Deadline?
    for asset in assets {
      guard let stage = asset.currentStage else { continue }
      var until: Deadline?
      switch asset[stage].progress {
      case .failed(let failure):
        guard let next = failure.next else { continue }
        until = next
      case .deferred(let deferral, _): until = deferral.until
      case .waiting, .started, .completed: until = stage == .extract ? calls.pausedUntil : nil
      }
      guard let until, until.remainingMs(at: now) > 0 else { return nil }
      if earliest.map({ $0.remainingMs(at: now) > until.remainingMs(at: now) }) ?? true { earliest = until }
    }
    return earliest
  }
}

extension Project {
  /// The process that works on a batch now; nil where nobody does. Takes no lock that a runner would wait for.
  package func owner(of batch: BatchID) -> BatchOwner? {
    let path = layout.batchLock(batch)
    guard FileLock.isHeld(at: path) else { return nil }
    guard let holder = FileLock.lastHolder(of: path) else {
      return BatchOwner(process: 0, host: "", user: nil, isElsewhere: false)
    }
    return BatchOwner(
      process: holder.process, host: holder.host, user: holder.user, isElsewhere: holder.isElsewhere)
  }
}
