import Core
import Threads

/// An outside program that runs for as long as it is needed, such as a server on stdio.
///
/// One thread of its own moves all its bytes. A child nobody holds any more is killed with its group.
package final class ChildProcess: Sendable {
  private let loop: ChildLoop

  private init(_ loop: ChildLoop) { self.loop = loop }

  deinit { loop.abandon() }

  /// Starts a program that is written to and read from until it is terminated. `input`, `timeout` and
  /// `outputLimitBytes` of the command play no part.
  package static func start(_ command: Command) throws(Fault) -> ChildProcess {
    ChildProcess(try ChildLoop.start(command))
  }

  /// Hands bytes to the child's stdin, after those of earlier calls; returns when the pipe has taken them
  /// all.
  ///
  /// A cancelled caller no longer waits, but what it began to write is still written to its end.
  package func write(_ bytes: [UInt8]) async throws(Fault) { try await loop.write(bytes) }

  /// Hands bytes to the child's stdin, after those of earlier calls, and doesn't wait; also from a cancelled task.
  package func enqueue(_ bytes: [UInt8]) { loop.enqueue(bytes) }

  /// Closes the child's stdin once everything handed over before is written.
  package func closeStdin() { loop.closeStdin() }

  /// The next bytes of the child's stdout, as they come; nil at its end. One reader at a time.
  package func readChunk() async throws(Fault) -> [UInt8]? { try await loop.readChunk() }

  /// The last 64 KiB of the child's stderr so far.
  package var errorTail: [UInt8] { loop.errorTail }

  /// Ends the child and its group: closes stdin, waits for `patience`, sends SIGTERM, waits for `grace`,
  /// sends SIGKILL.
  ///
  /// Returns how the child ended; the same again for one that has ended already.
  @discardableResult
  package func terminate(patience: Duration = .zero, grace: Duration) async -> ExitState {
    loop.stop(patience: patience, grace: grace)
    return await loop.waitForExit()
  }

  /// Waits until the child has ended by itself or been terminated.
  package func waitForExit() async -> ExitState { await loop.waitForExit() }

  /// Runs a short command on a thread of its own. Cancelling the task ends the command and its group.
  package static func run(_ command: Command) async throws(Fault) -> ProcessResult {
    let program = command.words.first ?? ""
    guard let cancellation = WakePipe() else {
      throw .noDescriptors(for: program, cause: "no descriptors are left")
    }
    let result = await withTaskCancellationHandler {
      await withCheckedContinuation {
        (continuation: CheckedContinuation<Result<ProcessResult, Fault>, Never>) in
        let started = DedicatedThread.start {
          continuation.resume(
            returning: Result { () throws(Fault) in
              try ProcessExchange.run(command, cancellation: cancellation)
            })
        }
        if !started {
          continuation.resume(returning: .failure(.noDescriptors(for: program, cause: "no threads are left")))
        }
      }
    } onCancel: {
      cancellation.wake()
    }
    return try result.get()
  }

  /// Runs a short command on the calling thread, which waits: only for commands that take milliseconds.
  package static func runBlocking(_ command: Command) throws(Fault) -> ProcessResult {
    try ProcessExchange.run(command)
  }
}
