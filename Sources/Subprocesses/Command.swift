#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A program to start: its words, and everything it gets to see of its environment.
package struct Command: Hashable, Sendable {
  /// The program, then its arguments. A program without a `/` is looked up in the environment's PATH, one
  /// with a `/` is relative to `root`; no shell takes part.
  package var words: [String]
  /// The whole environment; nothing is inherited.
  package var environment: [String: String]
  /// The working directory.
  package var directory: String
  /// What a program named with a `/` is relative to; the working directory where nil.
  package var root: String?
  /// What a short command reads on stdin before its end.
  package var input: [UInt8] = []
  /// A short command that writes more than this to stdout is ended with a fault.
  package var outputLimitBytes = 64 << 20
  /// How long a short command may take; nil for as long as it likes.
  package var timeout: Duration?
  /// The child continues when this process is killed; otherwise it is killed too (on Linux).
  package var survivesParent = false
  /// Should this process be killed, what the child has started is killed too, as long as it stays in the child's
  /// group. Costs a small process beside the child.
  package var takesDescendantsAlong = false
  /// How long a process group has between SIGTERM and SIGKILL.
  package var grace: Duration = .seconds(2)

  package init(_ words: [String], environment: [String: String], directory: String) {
    self.words = words
    self.environment = environment
    self.directory = directory
  }
}

/// How a child ended.
package enum ExitState: Hashable, Sendable, CustomStringConvertible {
  case code(Int32)
  case signal(Int32)

  /// What shells and git exit with for a child of theirs that SIGHUP, SIGINT, SIGQUIT, SIGKILL or SIGTERM has ended.
  private static let statusesOfKilledChildren: Set<Int32> = [129, 130, 131, 137, 143]

  /// Signals by which a program ends itself: it has crashed.
  private static let crashes: Set<Int32> = [SIGSEGV, SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGSYS]

  /// Whether somebody else ended the program, or what it had started for its work.
  package var isKilled: Bool {
    switch self {
    case .signal(let number): !Self.crashes.contains(number)
    case .code(let code): Self.statusesOfKilledChildren.contains(code)
    }
  }

  package var description: String {
    switch self {
    case .code(let code): "exit status \(code)"
    case .signal(let number): "signal \(number)"
    }
  }
}

/// What came of a short command.
package struct ProcessResult: Hashable, Sendable {
  package var exit: ExitState
  package var output: [UInt8]
  /// The last 64 KiB of stderr.
  package var errorTail: [UInt8]

  package var succeeded: Bool { exit == .code(0) }

  package init(exit: ExitState, output: [UInt8], errorTail: [UInt8]) {
    self.exit = exit
    self.output = output
    self.errorTail = errorTail
  }
}
