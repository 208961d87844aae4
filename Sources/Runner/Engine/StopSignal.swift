import Core
import Synchronization

/// A request from outside that a run stop: it starts nothing new, writes down what it has, and ends.
///
/// A second, more urgent request has it write down what is running as interrupted, and end without waiting for it.
public final class StopSignal: Sendable {
  private struct State {
    var status: ExitStatus?
    var signal: String?
    var isUrgent = false
    var leftBehind: RunReport?
    var nextWaiter: UInt64 = 0
    var waiting: [UInt64: Waiter] = [:]

    /// Takes out those whose wait is over.
    mutating func takeDue() -> [CheckedContinuation<Void, Never>] {
      let due = waiting.filter { !$0.value.isForUrgent || isUrgent }
      for number in due.keys { waiting[number] = nil }
      return due.values.map(\.continuation)
    }
  }

  private struct Waiter {
    var isForUrgent: Bool
    var continuation: CheckedContinuation<Void, Never>
  }

  private let state = Mutex(State())

  public init() {}

  /// The status to exit with, once a stop was asked for.
  public var status: ExitStatus? { state.withLock { $0.status } }

  /// The signal that asked first, such as `SIGTERM`; nil where no signal did.
  public var signal: String? { state.withLock { $0.signal } }

  /// Whether the run is to end without waiting for what is running.
  public var isUrgent: Bool { state.withLock { $0.isUrgent } }

  /// What the run that was left at once wrote down last; nil until it has.
  public var leftBehind: RunReport? { state.withLock { $0.leftBehind } }

  /// Asks for a stop; the first request's status is kept.
  public func request(_ status: ExitStatus, signal: String? = nil) {
    let due = state.withLock { state in
      if state.status == nil { (state.status, state.signal) = (status, signal) }
      return state.takeDue()
    }
    for continuation in due { continuation.resume() }
  }

  /// Asks for a stop that waits for nothing.
  public func requestAtOnce(_ status: ExitStatus, signal: String? = nil) {
    let due = state.withLock { state in
      if state.status == nil { (state.status, state.signal) = (status, signal) }
      state.isUrgent = true
      return state.takeDue()
    }
    for continuation in due { continuation.resume() }
  }

  /// Tells whoever asked for an urgent stop that everything is written down.
  func leave(_ report: RunReport) { state.withLock { $0.leftBehind = report } }

  /// Returns once a stop, or an urgent one, is asked for or the task is cancelled.
  func wait(forUrgent isForUrgent: Bool = false) async {
    let number = state.withLock { state in
      state.nextWaiter += 1
      return state.nextWaiter
    }
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let now = state.withLock { state in
          if Task.isCancelled || (isForUrgent ? state.isUrgent : state.status != nil) { return true }
          state.waiting[number] = Waiter(isForUrgent: isForUrgent, continuation: continuation)
          return false
        }
        if now { continuation.resume() }
      }
    } onCancel: {
      state.withLock { $0.waiting.removeValue(forKey: number) }?.continuation.resume()
    }
  }
}
