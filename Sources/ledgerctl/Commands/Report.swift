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

      As html, a page about one batch that needs no other file and no network:
      a timeline, the assets with pictures and colours, and the events.

      Example:
        ledgerctl report @last --html report.html
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
  @Option(name: .customLong("format"), help: "Answer as text, json, csv, markdown or html.")
  var chosenForm: Form?
  @Option(name: .shortAndLong, help: ArgumentHelp("Write to FILE.", valueName: "file"))
  var output: String?
  @Option(help: ArgumentHelp("Write a page to FILE; short for --format html -o FILE.", valueName: "file"))
  var html: String?

  /// The forms of a report.
  enum Form: String, ExpressibleByArgument, CaseIterable {
    case text, json, csv, markdown, html
  }

  private var answer: Form { html == nil ? chosenForm ?? .text : .html }

  var format: OutputFormat { answer == .json ? .json : .text }

  func validate() throws {
    if batch != nil, since != nil {
      throw ValidationError("'--since' chooses among batches: leave it out where one is named.")
    }
    if html != nil, output != nil || chosenForm != nil && chosenForm != .html {
      throw ValidationError("'--html' is short for '--format html -o': leave '--format' and '-o' out.")
    }
    if answer == .html, batch == nil {
      throw ValidationError("A page is about one batch: name it, or take '@last'.")
    }
  }

  func perform(_ console: Console) async throws -> ExitStatus {
    let project = try global.project(.reading, from: console.caller)
    let text = try await text(project, console)
    guard let path = html ?? output else {
      console.out.write(text)
      return .done
    }
    try ReportFile.write(text, to: console.caller.absolute(path))
    console.say("Written to \(VisibleText.line(path)).")
    return .done
  }

  private func text(_ project: Project, _ console: Console) async throws -> String {
    let batches = try await chosen(project, console)
    // `validate` has seen to it that a page is about one batch.
    if answer == .html, batches.count == 1 {
      return try await PageReader(project: project, batch: batches[0]).page().html
    }
    var reports: [BatchReport] = []
    for batch in batches { reports.append(try await project.report(of: batch)) }
    return text(reports)
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
    // A page is made of more than a report.
    case .text, .html:
      reports.enumerated().map { number, report in
        (number > 0 ? "\n" : "") + ReportText.lines(report).map { $0 + "\n" }.joined()
      }.joined()
    }
  }
}
