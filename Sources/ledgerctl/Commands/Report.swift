import ArgumentParser
import BatchModel
import Core
import GitRepository
import Runner

/// Shows what a batch took and made.
struct Report: Verb {
  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract: "Shows what a batch took and made: time, calls, cost, files.",
    discussion: """
      Without a batch, all of them, or those with an event since a time.

      Example:
        ledgerctl report @last --format markdown
        ledgerctl report --since 30d --format csv -o report.csv
      """)

  @OptionGroup var global: GlobalOptions
  @Argument(help: "Its id, the beginning of it, or @last.")
  var batch: String?
  @Option(
    parsing: .unconditional, help: ArgumentHelp("Batches with an event since then.", valueName: "time"),
    transform: TimeArgument.read)
  var since: TimeArgument?
  @Option(name: .customLong("format"), help: "Answer as text, json, csv or markdown.")
  var answer = Form.text
  @Option(name: .shortAndLong, help: ArgumentHelp("Write to FILE.", valueName: "file"))
  var output: String?

  /// The forms of a report.
  enum Form: String, ExpressibleByArgument, CaseIterable {
    case text, json, csv, markdown
  }

  var format: OutputFormat { answer == .json ? .json : .text }

  func validate() throws {
    if batch != nil, since != nil {
      throw ValidationError("'--since' chooses among batches: leave it out where one is named.")
    }
  }

  func perform(_ console: Console) async throws -> ExitStatus {
    let project = try global.project(.reading, from: console.caller)
    var reports: [BatchReport] = []
    for batch in try await chosen(project, console) { reports.append(try await project.report(of: batch)) }
    let text = text(reports)
    guard let output else {
      console.out.write(text)
      return .done
    }
    try ReportFile.write(text, to: console.caller.absolute(output))
    console.say("Written to \(VisibleText.line(output)).")
    return .done
  }

  private func chosen(_ project: Project, _ console: Console) async throws -> [BatchID] {
    if let batch { return [try await console.batch(named: batch, in: project)] }
    let sinceMs = since?.ms(at: SystemClock().now()) ?? .min
    return try await project.batches().filter { $0.timeMs >= sinceMs }.compactMap { BatchID($0.batch) }
      .reversed()
  }

  private func text(_ reports: [BatchReport]) -> String {
    switch answer {
    case .json: ReportDocument.line(reports)
    case .csv: ReportTable.csv(reports).map { $0 + "\r\n" }.joined()
    case .markdown: ReportTable.markdown(reports).map { $0 + "\n" }.joined()
    case .text:
      reports.enumerated().map { number, report in
        (number > 0 ? "\n" : "") + ReportText.lines(report).map { $0 + "\n" }.joined()
      }.joined()
    }
  }
}
