import CProcess
import Core

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A child that runs, and our ends of its three pipes. Whoever holds it closes and reaps exactly once, on one
/// thread.
package struct SpawnedProcess: Sendable {
  package let program: String
  package let id: pid_t
  /// Our ends, which never block; -1 once closed.
  package private(set) var input: Int32
  package private(set) var output: Int32
  package private(set) var error: Int32
  /// Polls as readable once the child has ended; -1 where the system has no such thing.
  package private(set) var exit: Int32
  private var guardian = GroupGuardian.none
  private var isReaped = false

  /// Starts the command's program in a process group of its own, or its guardian's.
  package init(starting command: Command) throws(Fault) {
    program = try ProgramSearch.path(of: command)
    var ends: [Int32] = []
    for _ in 0..<3 {
      var pair: [Int32] = [-1, -1]
      guard cprocess_pipe(&pair) == 0 else {
        let cause = String(cString: strerror(errno))
        for end in ends { close(end) }
        throw .noDescriptors(for: program, cause: cause)
      }
      ends += pair
    }
    // Before the child, so that at no moment there is a child without it.
    if command.takesDescendantsAlong { guardian = .started() }
    let started = Self.spawn(
      program, command, in: guardian.group ?? 0, input: ends[0], output: ends[3], error: ends[5])
    for theirs in [ends[0], ends[3], ends[5]] { close(theirs) }
    let ours = [ends[1], ends[2], ends[4]]
    guard started.number == 0 else {
      for end in ours { close(end) }
      guardian.end()
      throw Self.fault(started, program, command)
    }
    for end in ours { _ = cprocess_set_nonblocking(end) }
    (input, output, error) = (ours[0], ours[1], ours[2])
    id = started.id
    exit = cprocess_exit_descriptor(started.id)
  }

  private struct Start {
    var number: Int32
    var id: pid_t
    var inDirectory: Bool
  }

  private static func spawn(
    _ program: String, _ command: Command, in group: pid_t, input: Int32, output: Int32, error: Int32
  ) -> Start {
    let arguments = CStrings(command.words)
    let environment = CStrings(command.environment.map { "\($0.key)=\($0.value)" })
    defer {
      arguments.release()
      environment.release()
    }
    var start = Start(number: 0, id: -1, inDirectory: false)
    var inDirectory: Int32 = 0
    start.number = program.withCString { path in
      command.directory.withCString { directory in
        var specification = cprocess_spec(
          path: path, arguments: arguments.pointers, environment: environment.pointers, directory: directory,
          standard_input: input, standard_output: output, standard_error: error,
          survives_parent: command.survivesParent ? 1 : 0, group: group)
        return cprocess_spawn(&specification, &start.id, &inDirectory)
      }
    }
    start.inDirectory = inDirectory == 1
    return start
  }

  private static func fault(_ start: Start, _ program: String, _ command: Command) -> Fault {
    let cause = String(cString: strerror(start.number))
    return switch start.number {
    case EAGAIN, EMFILE, ENFILE, ENOMEM: .noDescriptors(for: program, cause: cause)
    case _ where start.inDirectory:
      .programNotStarted(program, cause: "its working directory \"\(command.directory)\": \(cause)")
    // A program that the disk doesn't give, or a start of which nothing could be heard, is not a program's fault.
    case EIO: .programNotStarted(program, cause: cause, exit: .disk)
    // There is no such program, it may not be run, or it is not a program: trying again can't help.
    case ENOENT, ENOTDIR, EACCES, EPERM, ENOEXEC, ELOOP, ENAMETOOLONG:
      .programNotStarted(program, cause: cause, exit: .configuration)
    default: .programNotStarted(program, cause: cause)
    }
  }

  /// Sends a signal to the child and all its descendants that stayed in its group; to nobody after `reap`, when
  /// the number may be another's.
  package func signalGroup(_ number: Int32) { if !isReaped { kill(-(guardian.group ?? id), number) } }

  /// Tells whether the child has ended, without reaping it.
  package var hasEnded: Bool { cprocess_has_ended(id) == 1 }

  /// Ends what is left of the group and returns how the child ended; waits for the child.
  package mutating func reap() -> ExitState {
    if hasEnded { signalGroup(SIGKILL) }
    var code: Int32 = -1
    var signal: Int32 = -1
    cprocess_reap(id, &code, &signal)
    guardian.end()
    isReaped = true
    Self.end(&exit)
    return signal >= 0 ? .signal(signal) : .code(code)
  }

  package mutating func closeInput() { Self.end(&input) }
  package mutating func closeOutput() { Self.end(&output) }
  package mutating func closeError() { Self.end(&error) }

  private static func end(_ descriptor: inout Int32) {
    if descriptor >= 0 { close(descriptor) }
    descriptor = -1
  }
}

/// A list of C strings that ends with nil, as `execve` wants it.
private struct CStrings {
  let pointers: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>
  private let count: Int

  init(_ texts: [String]) {
    count = texts.count
    pointers = .allocate(capacity: count + 1)
    for (index, text) in texts.enumerated() { (pointers + index).initialize(to: strdup(text)) }
    (pointers + count).initialize(to: nil)
  }

  func release() {
    for index in 0..<count { free(pointers[index]) }
    pointers.deallocate()
  }
}
