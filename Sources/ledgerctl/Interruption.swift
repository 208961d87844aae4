import Core
import Runner
import Synchronization
import Threads

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Turns Ctrl-C, SIGTERM and a lost terminal into a request to stop; a second one leaves at once.
///
/// A signal that was ignored when the command was started stays ignored.
enum Interruption {
  /// What is done about signals now.
  private struct Response: Sendable {
    /// Asked to stop at the first signal; without one, the first leaves at once.
    var stop: StopSignal?
    /// Hears of the first signal.
    var told: @Sendable () -> Void = {}
    /// Says the last words; the process ends once it returns.
    var leave: @Sendable (Asked) -> Void = { _ in }
  }

  /// Who asked for the end.
  struct Asked: Hashable, Sendable {
    var number: Int32

    /// The status to end with: a terminal that is gone counts as SIGTERM.
    var status: ExitStatus { number == SIGINT ? .interrupted : .terminated }

    var name: String {
      switch number {
      case SIGINT: "SIGINT"
      case SIGHUP: "SIGHUP"
      default: "SIGTERM"
      }
    }
  }

  /// The longest that leaving at once may take: for what is to be written down, and in all.
  private static let patience = Duration.milliseconds(1_500)
  private static let hardLimitSeconds: UInt32 = 4

  private static let response = Mutex(Response())
  /// The pipe by which the handler reports.
  private static let pipeEnd = Atomic<Int32>(-1)
  /// What the process ends with where even leaving takes too long.
  private static let lastStatus = Atomic<Int32>(143)

  /// Starts listening, for as long as the process lives; `leave` says the last words of a command that nothing else
  /// ends.
  static func start(leave: @escaping @Sendable (Asked) -> Void) {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { return }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    let readingEnd = ends[0]
    pipeEnd.store(ends[1], ordering: .sequentiallyConsistent)
    response.withLock { $0.leave = leave }
    guard DedicatedThread.start({ while let asked = next(readingEnd) { respond(to: asked, readingEnd) } })
    else {
      return
    }
    for number in [SIGINT, SIGTERM, SIGHUP] where !isIgnored(number) { handle(number, handler) }
    handle(SIGALRM, alarmHandler)
  }

  /// From now on the first signal asks for a stop and is told of, and a second one has `leave` say the last words.
  static func listen(
    _ stop: StopSignal, told: @escaping @Sendable () -> Void,
    leave: (@Sendable (Asked) -> Void)? = nil
  ) {
    response.withLock { response in
      response = Response(stop: stop, told: told, leave: leave ?? response.leave)
    }
  }

  private static func respond(to asked: Asked, _ readingEnd: Int32) {
    let response = response.withLock { $0 }
    lastStatus.store(asked.status.rawValue, ordering: .relaxed)
    guard let stop = response.stop else {
      alarm(hardLimitSeconds)
      response.leave(asked)
      _exit(asked.status.rawValue)
    }
    guard stop.status != nil else {
      stop.request(asked.status, signal: asked.name)
      return response.told()
    }
    // Who loses a terminal is told so more than once, and systemd sends it along with SIGTERM.
    guard asked.number != SIGHUP else { return }
    alarm(hardLimitSeconds)
    stop.requestAtOnce(asked.status, signal: asked.name)
    let deadline = ContinuousClock.now + patience
    while stop.leftBehind == nil, ContinuousClock.now < deadline { usleep(2_000) }
    response.leave(asked)
    _exit(asked.status.rawValue)
  }

  private static func next(_ readingEnd: Int32) -> Asked? {
    var number: UInt8 = 0
    while read(readingEnd, &number, 1) != 1 { if errno != EINTR { return nil } }
    return Asked(number: Int32(number))
  }

  private static func isIgnored(_ number: Int32) -> Bool {
    var action = sigaction()
    guard sigaction(number, nil, &action) == 0 else { return false }
    #if canImport(Glibc)
      let present = action.__sigaction_handler.sa_handler
    #else
      let present = action.__sigaction_u.__sa_handler
    #endif
    return unsafeBitCast(present, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
  }

  private static func handle(_ number: Int32, _ handler: @escaping @convention(c) (Int32) -> Void) {
    var action = sigaction()
    #if canImport(Glibc)
      action.__sigaction_handler.sa_handler = handler
    #else
      action.__sigaction_u.__sa_handler = handler
    #endif
    action.sa_flags = SA_RESTART
    sigaction(number, &action, nil)
  }

  private static let alarmHandler: @convention(c) (Int32) -> Void = { _ in
    _exit(lastStatus.load(ordering: .relaxed))
  }

  /// Does only what a signal handler may: writes a byte.
  private static let handler: @convention(c) (Int32) -> Void = { number in
    var byte = UInt8(truncatingIfNeeded: number)
    let saved = errno
    _ = write(pipeEnd.load(ordering: .sequentiallyConsistent), &byte, 1)
    errno = saved
  }
}
