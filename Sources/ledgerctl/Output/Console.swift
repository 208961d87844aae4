import Core
import GitRepository
import Runner

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Where a command writes: data to stdout, everything else to stderr.
struct Console: Sendable {
  let caller: Caller
  let format: OutputFormat
  let out: OutputStream
  let err = OutputStream(descriptor: STDERR_FILENO)
  let lastWords = LastWords()
  /// How text on either stream is coloured.
  let outStyle: Style
  let errStyle: Style

  init(caller: Caller, color: GlobalOptions.ColorChoice, format: OutputFormat) {
    self.caller = caller
    self.format = format
    out = OutputStream(descriptor: STDOUT_FILENO, isJSON: format != .text)
    outStyle = Style(color, descriptor: STDOUT_FILENO, environment: caller.environment)
    errStyle = Style(color, descriptor: STDERR_FILENO, environment: caller.environment)
  }

  /// Whether stderr can be drawn on.
  var isErrTerminal: Bool { isatty(STDERR_FILENO) == 1 && caller.environment["TERM"] != "dumb" }

  /// Whether stdout can be drawn on.
  var isOutTerminal: Bool { isatty(STDOUT_FILENO) == 1 && caller.environment["TERM"] != "dumb" }

  /// Writes a line of data.
  func line(_ text: String) { out.write(text + "\n") }

  /// Says something that is not data.
  func say(_ text: String) {
    err.write(text + "\n")
    err.flush()
  }

  /// Shows faults in the verb's format and returns the status to exit with.
  func fail(_ faults: [Fault]) -> ExitStatus {
    if format == .text {
      show(faults)
    } else {
      end(with: ResultDocument(faults: faults))
    }
    return .standing(for: faults.map(\.exit))
  }

  /// Writes the one line with which a command ends.
  func end(with document: ResultDocument) {
    lastWords.claim()
    out.write(document.line)
  }

  /// The last words of a command that leaves at once, because somebody asked for it: its one line of JSON, or the
  /// faults for people.
  func leave(with document: @autoclosure () -> ResultDocument, faults: [Fault]) {
    lastWords.claim()
    if format == .text {
      show(faults)
    } else if format == .jsonl || !out.isUsed {
      out.write(document().line)
    }
    out.flush()
  }

  /// Puts faults into words on stderr, each with its hint.
  func show(_ faults: [Fault]) {
    faults.forEach(showOutput)
    err.write(FaultText.text(of: faults, errStyle))
    err.flush()
  }

  /// Passes on what an outside program printed before it failed, as git does, with nothing in it that acts on a
  /// terminal.
  func showOutput(of fault: Fault) {
    for line in fault.output?.split(whereSeparator: \.isNewline) ?? [] {
      err.write(VisibleText.showing(String(line.replacing("\t", with: "    "))) + "\n")
    }
    err.flush()
  }

  /// Writes what is left; a fault where stdout could not be written, which has been shown then.
  func finish() -> Fault? {
    out.flush()
    defer { err.flush() }
    guard let failure = out.failure else { return nil }
    let fault = Fault.outputFailed(String(cString: strerror(failure)))
    show([fault])
    return fault
  }
}
