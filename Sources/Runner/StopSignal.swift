import Synchronization

/// A request from outside that a run stop: it starts nothing new, writes down what it has, and ends.
public final class StopSignal: Sendable {
  private struct State {
    var status: ExitStatus?
    var waiting: [CheckedContinuation<Void, Never>] = []
  }

  private let state = Mutex(State())

  public init() {}

  /// The status to exit with, once a stop was asked for.
  public var status: ExitStatus? { state.withLock { $0.status } }

  /// Asks for a stop; the first request's status stands.
  public func request(_ status: ExitStatus) {
    let waiting = state.withLock { state in
      state.status = state.status ?? status
      defer { state.waiting = [] }
      return state.waiting
    }
    for continuation in waiting { continuation.resume() }
  }

  /// Returns once a stop is asked for or the task is cancelled.
  func wait() async {
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let now = state.withLock { state in
          if state.status != nil || Task.isCancelled { return true }
          state.waiting.append(continuation)
          return false
        }
        if now { continuation.resume() }
      }
    } onCancel: {
      let waiting = state.withLock { state in
        defer { state.waiting = [] }
        return state.waiting
      }
      for continuation in waiting { continuation.resume() }
    }
  }
}
