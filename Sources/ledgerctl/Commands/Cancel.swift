import ArgumentParser
import Runner

/// Ends a batch without a commit.
struct Cancel: Verb {
  static let configuration = CommandConfiguration(
    commandName: "cancel",
    abstract: "Ends a batch without a commit and takes back what was placed.",
    discussion: """
      Files that somebody changed after they were placed stay. The batch's id can be used again.

      Example:
        ledgerctl cancel @last --why "Wrong images"
      """)

  @OptionGroup var global: GlobalOptions
  @Argument(help: "Its id, the beginning of it, or @last.")
  var batch: String
  @Option(help: ArgumentHelp("Why; it is kept in the ledger.", valueName: "text"))
  var why = ""
  @Option(name: .customLong("format"), help: "Answer as text or json.")
  var answer = DocumentFormat.text

  var format: OutputFormat { answer.output }

  func perform(_ console: Console) async throws -> ExitStatus {
    let project = try global.project(.writing, from: console.caller)
    let batch = try await console.batch(named: batch, in: project)
    let report = try await project.runner().cancel(batch, why: why)
    guard format == .text else {
      console.end(with: ResultDocument([report], adding: global.words))
      return report.exit
    }
    console.show(report.faults)
    if let cancellation = report.state.cancellation {
      for path in cancellation.left {
        console.say(
          "note: \"\(VisibleText.line(path))\" is left: it no longer holds what was placed, or is somebody else's by now. "
            + "A later run overwrites it with `--force \(VisibleText.line(ShellWord.quoted(path)))`.")
      }
      console.line("Cancelled: batch \(batch)")
    }
    return report.exit
  }
}
