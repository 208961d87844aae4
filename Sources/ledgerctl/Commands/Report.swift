import ArgumentParser
import Runner

/// Shows what a batch took and made.
struct Report: Verb {
  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract: "Shows what a batch took and made.",
    discussion: """
      Example:
        ledgerctl report @last --format json
      """)

  @OptionGroup var global: GlobalOptions
  @Argument(help: "Its id, the beginning of it, or @last.")
  var batch: String
  @Option(name: .customLong("format"), help: "Answer as text or json.")
  var answer = DocumentFormat.text

  var format: OutputFormat { answer.output }

  func perform(_ console: Console) async throws -> ExitStatus {
    let project = try global.project(.reading, from: console.caller)
    let batch = try await console.batch(named: batch, in: project)
    let state = try await project.state(of: batch)
    if format == .text {
      for line in ReportText.lines(batch, state) { console.line(line) }
    } else {
      console.end(with: ResultDocument([RunReport(batch: batch, state: state)], adding: global.words))
    }
    return .done
  }
}
