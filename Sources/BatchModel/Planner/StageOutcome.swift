import Core

/// How one go at a stage ended, before it is written down.
package enum StageOutcome: Hashable, Sendable {
  case completed(StageCompletion, package: AssetPackage? = nil)
  /// Spends an attempt.
  case failed(Failure)
  /// Spends none.
  case deferred(Deferral)
  /// The runner gave the work up itself; nothing is written, and the next run finds the start without an end.
  case abandoned
  /// The call did not begin while its grant was good, so it was not made; it is asked for again at once.
  case lapsed

  package struct Failure: Hashable, Sendable {
    package var code: String
    package var message: String
    package var exit = ExitStatus.someFailed
    package var retryable: Bool
    package var durationMs: Int64
    package var reply: String?
    package var hint: String?
  }

  package struct Deferral: Hashable, Sendable {
    package var reason: StageDeferral.Reason
    package var code: String
    package var message: String
    package var exit: ExitStatus
    /// The other side's own time to wait, in milliseconds from now; nil where we choose it.
    package var afterMs: Int64?
    package var source: String?
    package var worthWaiting: Bool
    /// What an outside program printed.
    package var output: String?
    /// Targets left in the working tree.
    package var left: [String] = []
    package var cause: String?
  }

  /// What a fault of ours means for the stage of an asset that met it: a fault of the environment defers it, any other
  /// fails it.
  package init(_ fault: Fault, durationMs: Int64) {
    if let reason = Self.surroundings(fault) {
      self = .putOff(by: fault, reason)
    } else {
      self = .failed(
        Failure(
          code: fault.code, message: fault.message, exit: fault.exit, retryable: false,
          durationMs: durationMs, hint: fault.hint))
    }
  }

  /// What any fault means for a stage of the batch itself: no asset is to blame, so there is none to retry, and
  /// continuing must always be tried again.
  package static func ofBatch(_ fault: Fault) -> StageOutcome {
    .putOff(by: fault, surroundings(fault) ?? .surroundings)
  }

  private static func putOff(by fault: Fault, _ reason: StageDeferral.Reason) -> StageOutcome {
    .deferred(
      Deferral(
        reason: reason, code: fault.code, message: fault.message, exit: fault.exit,
        worthWaiting: false, output: fault.output, left: fault.left))
  }

  /// Why a fault puts a stage off; nil for one that is the asset's own.
  package static func surroundings(_ fault: Fault) -> StageDeferral.Reason? {
    switch fault.exit {
    case .inTheWay: .inTheWay
    case .canGoOn, .disk, .configuration: fault.kind?.awaited ?? .surroundings
    default: nil
    }
  }

  /// What an extractor's refusal means.
  package init(_ refusal: ExtractorRefusal, durationMs: Int64) {
    switch refusal {
    case .limited(let retryAfterMs, let source, let daily, let message):
      self = .deferred(
        Deferral(
          reason: .limited, code: daily ? FaultCode.dailyQuota.rawValue : FaultCode.limited.rawValue,
          message: message,
          exit: .canGoOn, afterMs: retryAfterMs, source: retryAfterMs == nil ? nil : source,
          worthWaiting: !daily))
    case .unavailable(.timeout, let message):
      self = .failed(
        Failure(
          code: FaultCode.extractorTimeout.rawValue, message: message, exit: .extractorUnavailable,
          retryable: true, durationMs: durationMs))
    case .unavailable(let reason, let message):
      self = .deferred(
        Deferral(
          reason: .serverGone, code: FaultCode.extractorUnavailable.rawValue, message: message,
          exit: reason == .notFound ? .configuration : .extractorUnavailable,
          worthWaiting: !refusal.isPermanent, cause: refusal.cause))
    case .protocolBroken(let message, let retryable):
      self = .failed(
        Failure(
          code: FaultCode.extractorProtocol.rawValue, message: message, exit: .protocolBroken,
          retryable: retryable,
          durationMs: durationMs))
    case .badReply(let message, let raw, let retryable):
      self = .failed(
        Failure(
          code: StageFailure.unreadable, message: message, retryable: retryable, durationMs: durationMs,
          reply: raw))
    case .rejected(let message, let retryable):
      self = .failed(
        Failure(
          code: FaultCode.rejected.rawValue, message: message, retryable: retryable, durationMs: durationMs))
    case .surroundings(let message):
      self = .deferred(
        Deferral(
          reason: .surroundings, code: FaultCode.surroundings.rawValue, message: message, exit: .canGoOn,
          worthWaiting: false))
    case .cancelled: self = .abandoned
    }
  }
}

extension FaultCode {
  /// What a stage that it deferred waits for; nil where it is nothing in particular.
  fileprivate var awaited: StageDeferral.Reason? {
    switch self {
    case .diskFull, .gitDiskFull, .ledgerDiskFull: .diskFull
    case .batchHeld, .commitLockHeld, .gitLocked, .ledgerBusy, .indexLockLost: .lockHeld
    case .limited, .waitsTooLong: .limited
    default: nil
    }
  }
}

/// Turns outcomes into the events that record them. Pure but for the random numbers handed in.
package struct OutcomeRecorder: Sendable {
  package var policy: RetryPolicy
  package var now: Moment
  /// The limiter of the extractor that is asked.
  package var limiter: String

  package init(policy: RetryPolicy, now: Moment, limiter: String) {
    self.policy = policy
    self.now = now
    self.limiter = limiter
  }

  /// A wait the other side asks for is believed up to a day.
  package static let longestBelievedWaitMs: Int64 = 24 * 3_600_000

  /// The events for an outcome of a stage whose state is `stage`.
  package func events(
    for outcome: StageOutcome, of ref: StageRef, at stage: StageState, calls: BatchState.CallRecord,
    using random: inout some RandomNumberGenerator
  ) -> [BatchEvent] {
    switch outcome {
    case .completed(let completion, let package):
      var events = [BatchEvent.stageCompleted(ref, completion)]
      if let asset = ref.asset, let package { events.append(.assetPackaged(asset, package)) }
      return events
    case .failed(let failure):
      return [.stageFailed(ref, record(failure, after: stage, using: &random))]
    case .deferred(let deferral):
      return [.stageDeferred(ref, record(deferral, at: stage, calls: calls, using: &random))]
    case .abandoned: return []
    case .lapsed:
      let deferral = StageDeferral(
        reason: .limited, code: FaultCode.grantLapsed.rawValue,
        message: "The call did not begin in time after the limits had allowed it, so it was not made.",
        exit: .canGoOn, until: nil, source: BatchState.ownLimit, worthWaiting: true)
      return [.stageDeferred(ref, deferral)]
    }
  }

  private func record(
    _ failure: StageOutcome.Failure, after stage: StageState,
    using random: inout some RandomNumberGenerator
  ) -> StageFailure {
    let spent = stage.attemptsSpent + 1
    let isUnreadable = failure.code == StageFailure.unreadable
    let hope = !isUnreadable || stage.unreadableReplies + 1 < RetryPolicy.unreadableLimit
    let again = failure.retryable && hope && spent < policy.maxAttempts
    let next =
      again
      ? Deadline(now, plusMs: policy.delayMs(afterFailures: spent, using: &random)) : nil
    return StageFailure(
      code: failure.code, message: failure.message, exit: failure.exit,
      retryable: failure.retryable, durationMs: failure.durationMs, next: next,
      reply: failure.reply, hint: failure.hint)
  }

  private func record(
    _ deferral: StageOutcome.Deferral, at stage: StageState, calls: BatchState.CallRecord,
    using random: inout some RandomNumberGenerator
  ) -> StageDeferral {
    var until: Deadline?
    var source = deferral.source
    var worthWaiting = deferral.worthWaiting
    if let afterMs = deferral.afterMs {
      until = Deadline(now, plusMs: min(max(0, afterMs), Self.longestBelievedWaitMs))
    } else if worthWaiting {
      let delay = policy.delayMs(afterFailures: calls.refusalsInARow + 1, using: &random)
      until = Deadline(now, plusMs: delay)
      source = BatchState.backOff
    }
    if deferral.reason == .serverGone, stage.deferralsInARow + 1 >= policy.maxAttempts {
      worthWaiting = false
      until = nil
    }
    return StageDeferral(
      reason: deferral.reason, code: deferral.code, message: deferral.message, exit: deferral.exit,
      until: until, source: source, worthWaiting: worthWaiting,
      output: deferral.output.map { String($0.suffix(Self.outputLimit)) },
      left: deferral.left.isEmpty ? nil : deferral.left,
      quota: deferral.reason == .limited || deferral.reason == .serverGone ? limiter : nil,
      cause: deferral.cause)
  }

  /// How much of a program's output an event keeps, in characters.
  package static let outputLimit = 4096
}
