import ArgumentParser
import Core
import GitRepository
import Runner
import StrictJSON

/// Makes a ledger.
struct Init: Verb {
  static let configuration = CommandConfiguration(
    commandName: "init",
    abstract: "Creates a ledger and a commented ledger.yaml.",
    discussion: """
      Creates .ledger/ in DIR (default: the working directory) and a commented ledger.yaml. What is there already is kept.

      Example:
        ledgerctl init
      """)

  @OptionGroup var global: GlobalOptions
  @Argument(help: ArgumentHelp("The folder that becomes the project's root.", valueName: "dir"))
  var directory: String?
  @Flag(
    inversion: .prefixedNo,
    help: "Write a ledger.yaml with every setting commented out, if there is none.")
  var config = true
  @Flag(help: "Write the shipped templates into templates/, to be changed and named in ledger.yaml.")
  var templates = false
  @Option(name: .customLong("format"), help: "Answer as text or json.")
  var answer = DocumentFormat.text

  var format: OutputFormat { answer.output }

  func perform(_ console: Console) async throws -> ExitStatus {
    let folder = console.caller.absolute(directory ?? global.repository ?? ".")
    let made = try Project.initialise(at: folder, environment: console.caller.environment)
    var written: [String] = []
    if config, let file = try Project.writeConfiguration(forLedger: made.folder) { written.append(file) }
    if templates { written += try Project.writeTemplates(forLedger: made.folder) }
    guard format == .text else {
      let json: JSONValue = [
        "schema": "ledgerctl/init/v1", "ledger": .string(made.folder), "new": .bool(made.isNew),
        "written": .array(written.map(JSONValue.string)),
      ]
      console.out.write(JSONWriter.compact(json) + "\n")
      return .done
    }
    console.line(made.isNew ? "Made a ledger in \(made.folder)" : "A ledger is in \(made.folder) already")
    for file in written { console.line("Wrote \(file)") }
    return .done
  }
}
