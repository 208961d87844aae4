import ArgumentParser
import Runner

/// Makes a ledger.
struct Init: Verb {
  static let configuration = CommandConfiguration(
    commandName: "init",
    abstract: "Makes a ledger.",
    discussion: """
      Makes .ledger/ in DIR, the working directory if left out; one that is there already is left as it is.

      Example:
        ledgerctl init
      """)

  @OptionGroup var global: GlobalOptions
  @Argument(help: ArgumentHelp("The folder that becomes the project's root.", valueName: "dir"))
  var directory: String?
  @Option(name: .customLong("format"), help: "Answer as text or json.")
  var answer = DocumentFormat.text

  var format: OutputFormat { answer.output }

  func perform(_ console: Console) async throws -> ExitStatus {
    let folder = console.caller.absolute(directory ?? global.repository ?? ".")
    let made = try Project.initialise(at: folder, environment: console.caller.environment)
    if format == .json {
      console.end(with: ResultDocument(faults: []))
    } else {
      console.line(made.isNew ? "Made a ledger in \(made.folder)" : "A ledger is in \(made.folder) already")
    }
    return .done
  }
}
