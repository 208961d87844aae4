import ArgumentParser
import Ledger
import Runner

/// Shows where batches and their assets stand.
struct Status: Verb {
  static let configuration = CommandConfiguration(
    commandName: "status",
    abstract: "Shows where every asset stands, and who waits for what until when.",
    discussion: """
      Without a batch, all batches, the latest first.

      Example:
        ledgerctl status @last
      """)

  @OptionGroup var global: GlobalOptions
  @Argument(help: "An id, the beginning of one, or @last.")
  var batch: String?
  @Option(help: ArgumentHelp("Every batch that touched this asset.", valueName: "id"))
  var asset: String?
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("As it was at a position of the ledger or a time.", valueName: "position|time"),
    transform: PointArgument.read)
  var asOf: PointArgument?
  @Option(name: .customLong("format"), help: "Answer as text or json.")
  var answer = DocumentFormat.text

  var format: OutputFormat { answer.output }

  func perform(_ console: Console) async throws -> ExitStatus {
    let project = try global.project(.reading, from: console.caller)
    let now = SystemClock().now()
    let point = asOf?.point(at: now)
    let asset = try await namedAsset(project)
    var found: [BatchStanding] = []
    for batch in try await chosen(project, console) {
      var standing = BatchStanding(
        batch: batch, state: try await project.state(of: batch, asOf: point), now: now,
        isPast: point != nil)
      guard standing.state.registration != nil else { continue }
      if let asset, !standing.state.assets.contains(where: { $0.id == asset }) { continue }
      // Asking git takes longer than all the rest: only where somebody looks closely.
      if point == nil, self.batch != nil || asset != nil {
        standing.landing = (try? project.landing(of: standing.state)) ?? nil
      }
      found.append(standing)
    }
    if format == .json {
      console.out.write(StatusDocument.line(found, adding: global.words))
    } else if batch != nil || asset != nil {
      for standing in found {
        StatusText.lines(standing, adding: global.words, console.outStyle).forEach(console.line)
      }
    } else {
      StatusText.table(found, console.outStyle).forEach(console.line)
    }
    if found.isEmpty, format == .text { console.say("No batch to show.") }
    return .done
  }

  /// The asset that is asked for, which has to be one of the ledger's.
  private func namedAsset(_ project: Project) async throws(Fault) -> AssetID? {
    guard let asset else { return nil }
    var named: String?
    if let batch { named = try await project.batch(named: batch).text }
    return try await project.asset(named: asset, in: named)
  }

  /// The batches to look at.
  private func chosen(_ project: Project, _ console: Console) async throws(Fault) -> [BatchID] {
    if let batch { return [try await console.batch(named: batch, in: project)] }
    return try await project.batches().map { row throws(Fault) in try Project.id(of: row) }
  }
}
