import Ledger
import Runner
import Synchronization

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Turns Ctrl-C and SIGTERM into a request to stop; a second one leaves at once.
enum Interruption {
  /// Signals seen so far, and the pipe by which the handler reports the first.
  private static let count = Atomic(0)
  private static let pipeEnd = Atomic<Int32>(-1)

  /// Starts listening, for as long as the process lives. `told` hears of the first signal, on a thread of its own.
  static func listen(_ stop: StopSignal, told: @escaping @Sendable () -> Void) {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { return }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    let readingEnd = ends[0]
    pipeEnd.store(ends[1], ordering: .sequentiallyConsistent)
    let isListening = DedicatedThread.start {
      var number: UInt8 = 0
      while read(readingEnd, &number, 1) != 1 { if errno != EINTR { return } }
      stop.request(Int32(number) == SIGTERM ? .terminated : .interrupted)
      told()
    }
    guard isListening else { return }
    var action = sigaction()
    #if canImport(Glibc)
      action.__sigaction_handler.sa_handler = handler
    #else
      action.__sigaction_u.__sa_handler = handler
    #endif
    action.sa_flags = SA_RESTART
    for number in [SIGINT, SIGTERM] { sigaction(number, &action, nil) }
  }

  /// Does only what a signal handler may: counts, writes a byte, or leaves.
  private static let handler: @convention(c) (Int32) -> Void = { number in
    if count.add(1, ordering: .sequentiallyConsistent).oldValue > 0 { _exit(128 + number) }
    var byte = UInt8(truncatingIfNeeded: number)
    let saved = errno
    _ = write(pipeEnd.load(ordering: .sequentiallyConsistent), &byte, 1)
    errno = saved
  }
}
