/// The state of one stage of one asset, or of the batch.
public struct StageState: Hashable, Sendable {
  public enum Progress: Hashable, Sendable {
    case waiting
    case started(StageStart, run: String)
    case completed(StageCompletion)
    case failed(StageFailure)
    /// Deferred by the run named.
    case deferred(StageDeferral, run: String)
  }

  public internal(set) var progress = Progress.waiting
  /// Starts of any kind, ever.
  public internal(set) var starts = 0
  /// The batch's version at the latest start.
  public internal(set) var startedVersion: Int64 = 0
  /// When the latest start was.
  public internal(set) var startedMs: Int64 = 0
  /// Attempts that came to an end of their own: deferrals and interruptions spend none.
  public internal(set) var attemptsSpent = 0
  /// Replies that could not be read, among the attempts spent.
  public internal(set) var unreadableReplies = 0
  /// Deferrals since the last start that came to an end of its own.
  public internal(set) var deferralsInARow = 0
  /// Starts since the last that came to an end which were cut off by a death that nobody asked for.
  public internal(set) var interruptionsInARow = 0
  /// The key it last started or was completed with; kept when it is opened again, for `explain`.
  public internal(set) var lastKey: StageKey?
  /// Why it is open again, if it was complete before.
  public internal(set) var invalidation: StageInvalidation?

  public var completion: StageCompletion? {
    if case .completed(let completion) = progress { completion } else { nil }
  }

  public var isCompleted: Bool { completion != nil }

  /// The number the next start has.
  public var nextAttempt: Int { attemptsSpent + 1 }

  package mutating func start(_ start: StageStart, run: String, version: Int64, timeMs: Int64 = 0) {
    progress = .started(start, run: run)
    starts += 1
    startedVersion = version
    startedMs = timeMs
    lastKey = start.key ?? lastKey
  }

  package mutating func complete(_ completion: StageCompletion) {
    progress = .completed(completion)
    attemptsSpent += completion.how == .executed ? 1 : 0
    interruptionsInARow = 0
    deferralsInARow = 0
    lastKey = completion.key ?? lastKey
    invalidation = nil
  }

  package mutating func fail(_ failure: StageFailure) {
    progress = .failed(failure)
    attemptsSpent += 1
    unreadableReplies += failure.code == StageFailure.unreadable ? 1 : 0
    interruptionsInARow = 0
    deferralsInARow = 0
  }

  package mutating func `defer`(_ deferral: StageDeferral, run: String) {
    progress = .deferred(deferral, run: run)
    interruptionsInARow = 0
    deferralsInARow += 1
  }

  /// Lets go of the time before which it would not be tried again.
  package mutating func forgetWait() {
    switch progress {
    case .deferred(var deferral, let run):
      deferral.until = nil
      progress = .deferred(deferral, run: run)
    case .failed(let failure) where failure.next != nil: progress = .waiting
    case .waiting, .started, .completed, .failed: break
    }
  }

  /// A stop that somebody asked for says nothing against the stage.
  package mutating func interrupt(_ interruption: StageInterruption) {
    progress = .waiting
    if interruption.signal == nil { interruptionsInARow += 1 }
  }

  package mutating func reopen(_ why: StageInvalidation?) {
    progress = .waiting
    attemptsSpent = 0
    unreadableReplies = 0
    interruptionsInARow = 0
    deferralsInARow = 0
    invalidation = why
  }
}
