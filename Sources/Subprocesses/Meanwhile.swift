import Core
import Dispatch
import Synchronization
import Threads

/// A piece of work that waits for an outside program, begun at once on a thread of its own; its value is waited for
/// where it is needed.
package final class Meanwhile<Value: Sendable>: Sendable {
  private let outcome = Mutex<Result<Value, Fault>?>(nil)
  private let isDone = DispatchSemaphore(value: 0)
  private let work: @Sendable () throws(Fault) -> Value

  package init(_ work: @escaping @Sendable () throws(Fault) -> Value) {
    self.work = work
    // Where the system has no more threads, the work is done here and now.
    if !DedicatedThread.start({ self.perform() }) { perform() }
  }

  /// Waits for the work's end.
  package func value() throws(Fault) -> Value {
    isDone.wait()
    // Whoever asks next need not wait.
    isDone.signal()
    guard let outcome = outcome.withLock({ $0 }) else {
      preconditionFailure("Work that is done has an outcome.")
    }
    return try outcome.get()
  }

  private func perform() {
    let result = Result { () throws(Fault) in try work() }
    outcome.withLock { $0 = result }
    isDone.signal()
  }
}
