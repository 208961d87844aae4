import ArgumentParser
import Core
import GitRepository
import Runner

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// One call of the command, from its arguments to its exit status.
struct Session {
  let arguments: [String]

  /// Does all there is to do and ends the process.
  ///
  /// Nothing is torn down: where a fault ends the work, threads of it may still be on their way, and would meet what
  /// `exit` has taken from under them.
  func runToExit() async -> Never {
    let status = await run()
    fflush(nil)
    _exit(status)
  }

  /// Parses, works, and shows what went wrong; returns what to exit with once everything is written.
  private func run() async -> Int32 {
    let caller = Caller.current()
    if let fault = Caller.unreadableWord() { return fail(fault) }
    let command: any ParsableCommand
    do {
      command = try LedgerCtl.parseAsRoot(arguments)
    } catch {
      return usage(error, Console(caller: caller, color: .auto, format: requestedFormat))
    }
    guard let verb = command as? any Verb else {
      return own(command, Console(caller: caller, color: .auto, format: .text))
    }
    let console = Console(caller: caller, color: verb.global.color, format: verb.format)
    let again = ["ledgerctl"] + arguments
    Interruption.start { asked in
      let fault = Fault.commandInterrupted(asked.status, signal: asked.name)
      console.leave(with: ResultDocument(interrupted: fault, next: again), faults: [])
    }
    var status: ExitStatus
    do {
      if verb.needsFolder, let fault = caller.fault { throw fault }
      status = try await verb.perform(console)
    } catch let fault as Fault {
      status = console.fail([fault])
    } catch let faults as Faults {
      status = console.fail(faults.all)
    } catch {
      status = console.fail([.unexpected(error)])
    }
    if let fault = console.finish() { status = ExitStatus.standing(for: [status, fault.exit]) }
    return status.rawValue
  }

  /// Ends before the arguments are looked at: shows a fault in the form that they ask for.
  func fail(_ fault: Fault) -> Int32 {
    let console = Console(caller: .current(), color: .auto, format: requestedFormat)
    let status = console.fail([fault])
    _ = console.finish()
    return status.rawValue
  }

  /// Runs a command of the parser's own, such as `help`, or the root, which shows its help.
  private func own(_ command: any ParsableCommand, _ console: Console) -> Int32 {
    var command = command
    do {
      try command.run()
      return ExitStatus.done.rawValue
    } catch {
      return usage(error, console)
    }
  }

  /// Shows help or version where they were asked for, and else what is wrong with the arguments.
  private func usage(_ error: any Error, _ console: Console) -> Int32 {
    let text = LedgerCtl.fullMessage(for: error)
    guard LedgerCtl.exitCode(for: error) != .success else {
      console.out.write(text + "\n")
      return (console.finish()?.exit ?? .done).rawValue
    }
    let status = console.fail([
      UsageFault.make(message: LedgerCtl.message(for: error), arguments: arguments)
    ])
    _ = console.finish()
    return status.rawValue
  }

  /// The format that arguments ask for which can't be parsed as a whole.
  private var requestedFormat: OutputFormat {
    var found: OutputFormat?
    for (index, argument) in arguments.enumerated() {
      if argument == "--format", index + 1 < arguments.count {
        found = OutputFormat(rawValue: arguments[index + 1])
      }
      if argument.hasPrefix("--format=") { found = OutputFormat(rawValue: String(argument.dropFirst(9))) }
    }
    return found ?? .text
  }
}
