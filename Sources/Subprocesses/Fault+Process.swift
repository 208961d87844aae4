import Core

/// Faults of starting and running outside programs.
extension Fault {
  package static func programNotNamed() -> Fault {
    Fault(
      .programNotNamed, "The command is empty: expected a program and its arguments."
    )
  }

  package static func programNotFound(_ name: String, path: String) -> Fault {
    Fault(
      .programNotFound,
      "The program \"\(name)\" was not found: expected an executable file in PATH, \"\(path)\".",
      hint: "Install it, or name it with its path.")
  }

  package static func programNotStarted(
    _ path: String, cause: String, exit: ExitStatus = .extractorUnavailable, hint: String? = nil
  ) -> Fault {
    Fault(
      .programNotStarted, exit: exit,
      "The program \"\(path)\" could not be started: \(cause).", hint: hint, path: path)
  }

  package static func noDescriptors(for program: String, cause: String) -> Fault {
    Fault(
      .outOfProcesses, "The program \"\(program)\" could not be started now: \(cause).",
      hint: "Free descriptors, processes or memory and run the same command again.")
  }

  package static func outputTooLong(of program: String, limitBytes: Int) -> Fault {
    Fault(
      .outputTooLong,
      "The program \"\(program)\" was stopped: expected at most \(limitBytes) bytes on stdout, found more."
    )
  }

  package static func pipeFailed(of program: String, cause: String) -> Fault {
    Fault(
      .programPipeFailed, "The program \"\(program)\" was stopped: a pipe to it failed: \(cause).",
      hint: "Run the same command again: what was said through the pipe is not believed.")
  }

  package static func programTimedOut(_ program: String, after timeout: Duration) -> Fault {
    Fault(
      .programTimedOut,
      "The program \"\(program)\" was stopped: expected it to end within \(timeout), it did not.")
  }

  package static func programCancelled(_ program: String) -> Fault {
    Fault(
      .programCancelled,
      "The program \"\(program)\" was stopped, because the work it belongs to was cancelled.")
  }

  package static func inputClosed(of program: String) -> Fault {
    Fault(
      .programInputClosed, "The program \"\(program)\" takes no more input: it has closed its stdin or ended."
    )
  }
}
