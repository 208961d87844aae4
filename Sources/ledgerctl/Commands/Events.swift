import ArgumentParser
import BatchModel
import Core
import GitRepository
import Ledger
import Runner

/// Shows the audit trail.
struct Events: Verb {
  static let configuration = CommandConfiguration(
    commandName: "events",
    abstract: "Shows the audit trail: what happened, in order.",
    discussion: """
      Without a batch, shows the events of all batches. Filters are joined by "and"; --stage and --type can \
      be repeated.

      Example:
        ledgerctl events @last --type stage.failed --since 2h
      """)

  @OptionGroup var global: GlobalOptions
  @Argument(help: "An id, the beginning of one, or @last.")
  var batch: String?
  @Option(help: ArgumentHelp("Only this asset's.", valueName: "id"))
  var asset: String?
  @Option(help: "Only of this stage.")
  var stage: [StageArgument] = []
  @Option(help: ArgumentHelp("Only of this type, such as stage.failed.", valueName: "type"))
  var type: [String] = []
  @Option(help: ArgumentHelp("Only of this run.", valueName: "id"))
  var run: String?
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Only from this time on: 2026-11-27, \"2026-11-27 10:00\", yesterday, or 2h for two hours ago.",
      valueName: "time"), transform: TimeArgument.read)
  var since: TimeArgument?
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Only up to this time.", valueName: "time"), transform: TimeArgument.read)
  var until: TimeArgument?
  @Option(
    help: ArgumentHelp("Only after this position, or before it with --reverse.", valueName: "position"),
    transform: CountArgument.read(from: 0))
  var after: Int64?
  @Option(
    help: ArgumentHelp("Show at most N events.", valueName: "n"), transform: CountArgument.read(from: 1))
  var limit: Int64?
  @Flag(help: "The newest first.")
  var reverse = false
  @Flag(help: "Wait for more; with a batch, until it has ended.")
  var follow = false
  @Option(help: "Answer as text, json or jsonl.")
  var format = OutputFormat.text

  func validate() throws {
    for name in type where !BatchEvent.typeNames.contains(name) {
      let nearest = Spelling.nearest(to: name, among: BatchEvent.typeNames)
      throw ValidationError(
        "There is no event type '\(name)'."
          + (nearest.map { " Did you mean '\($0)'?" }
            ?? " There are \(BatchEvent.typeNames.joined(separator: ", ")).")
      )
    }
    if follow, reverse { throw ValidationError("'--follow' goes forward: leave '--reverse' out.") }
    if follow, format == .json {
      throw ValidationError("'--follow' has no end to close a document with: take '--format jsonl'.")
    }
  }

  func perform(_ console: Console) async throws -> ExitStatus {
    let project = try global.project(.reading, from: console.caller)
    var query = EventQuery()
    if let batch { query.batch = try await console.batch(named: batch, in: project).text }
    if let asset { query.asset = try await project.asset(named: asset, in: query.batch).text }
    query.stages = stage.map(\.stage.rawValue)
    query.types = type
    if let run { query.run = try await project.run(named: run) }
    let now = SystemClock().now()
    query.sinceMs = since?.ms(at: now)
    query.untilMs = until?.ms(at: now)
    query.after = after
    query.limit = limit.map { Int(clamping: $0) }
    query.reversed = reverse
    let printer = EventPrinter(console: console, format: format, showsBatch: query.batch == nil)
    let trail = EventTrail(project: project, query: query)
    return follow ? try await trail.follow(printer) : try await trail.print(printer)
  }
}

/// A stage as it is written on the command line.
struct StageArgument: ExpressibleByArgument {
  let stage: Stage

  init?(argument: String) {
    guard let stage = Stage(rawValue: argument) else { return nil }
    self.stage = stage
  }

  static var allValueStrings: [String] { Stage.allCases.map(\.rawValue) }
}
