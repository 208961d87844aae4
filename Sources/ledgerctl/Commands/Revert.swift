import ArgumentParser
import Core
import GitRepository
import Runner

/// Undoes the commit of a landed batch by another commit.
struct Revert: Verb {
  static let configuration = CommandConfiguration(
    commandName: "revert",
    abstract: "Adds the commit that takes a landed batch's files out again.",
    discussion: """
      What the batch replaced comes back. Files that a later commit changed stop it with 73. Killed at any moment, the same \
      command again ends with exactly one such commit. `ledgerctl run MANIFEST --again` lands the batch again.

      Example:
        ledgerctl revert batch-theatrical-specimens
      """)

  @OptionGroup var global: GlobalOptions
  @Argument(help: "Its id, the beginning of it, or @last.")
  var batch: String
  @Option(name: .customLong("format"), help: "Answer as text or json.")
  var answer = DocumentFormat.text

  var format: OutputFormat { answer.output }

  func perform(_ console: Console) async throws -> ExitStatus {
    let project = try global.project(.writing, from: console.caller)
    let batch = try await console.batch(named: batch, in: project)
    let report = try await project.runner(via: .cli, arguments: console.caller.words).revert(batch)
    guard format == .text else {
      console.end(with: ResultDocument([report], adding: global.words))
      return report.exit
    }
    for note in report.notes { console.say("note: \(VisibleText.line(note.message))") }
    console.show(report.faults)
    if let reversion = report.state.reversion, report.exit == .done {
      let branch = report.state.registration?.branchName ?? ""
      console.line(
        "Reverted: batch \(batch) (commit \(reversion.reverts.prefix(7))) by commit \(reversion.commit.prefix(7)) on \(branch)"
      )
    }
    return report.exit
  }
}
