import ArgumentParser
import Core
import GitRepository
import Runner
import StrictJSON

/// Removes objects that nothing needs any more.
struct Prune: Verb {
  static let configuration = CommandConfiguration(
    commandName: "prune",
    abstract: "Removes objects that no unfinished batch and no recent event needs.",
    discussion: """
      Without --yes it only says what it would remove. Objects that older events still name are told \
      apart: once they \
      are gone, the stages that made them run again when their results are wanted. Events are never removed.

      Example:
        ledgerctl prune --keep 30d --dry-run
      """)

  @OptionGroup var global: GlobalOptions
  @Option(
    help: ArgumentHelp(
      "Keep what an event of this time names, such as 24h or 90d; 30d if left out.", valueName: "duration"),
    transform: DurationArgument.read)
  var keep = DurationArgument(.seconds(30 * 24 * 3600))
  @Flag(help: "Only say what would be removed; so it is without --yes.")
  var dryRun = false
  @Flag(help: "Remove it.")
  var yes = false
  @Option(name: .customLong("format"), help: "Answer as text or json.")
  var answer = DocumentFormat.text

  var format: OutputFormat { answer.output }

  func validate() throws {
    if yes, dryRun { throw ValidationError("'--yes' and '--dry-run' say the opposite of each other.") }
  }

  func perform(_ console: Console) async throws -> ExitStatus {
    let project = try global.project(yes ? .writing : .reading, from: console.caller)
    let report = try await project.prune(keep: keep.duration, isDry: !yes)
    if format == .json {
      console.out.write(JSONWriter.compact(Self.json(report)) + "\n")
    } else {
      for line in Self.lines(report) { console.line(line) }
    }
    return .done
  }

  private static func lines(_ report: PruneReport) -> [String] {
    let verb = report.isDry ? "Would remove" : "Removed"
    var lines = [
      "\(verb): \(amount(report.unnamed)) that no event names",
      "\(verb): \(amount(report.named)) that older events name; their stages would run again",
      "Kept: \(RunText.counted(report.kept, "object")), \(megabytes(report.keptBytes))",
    ]
    if report.leftovers > 0 {
      lines.append("Removed: \(RunText.counted(report.leftovers, "leftover file")) of ended runs")
    }
    if report.isDry, !report.entries.isEmpty {
      lines.append("Nothing was removed: say `ledgerctl prune --yes`.")
    }
    return lines
  }

  private static func amount(_ entries: [PruneReport.Entry]) -> String {
    "\(RunText.counted(entries.count, "object")), \(megabytes(entries.reduce(0) { $0 + $1.sizeBytes }))"
  }

  private static func megabytes(_ bytes: Int64) -> String {
    let tenths = (bytes * 10 + (1 << 19)) / (1 << 20)
    return "\(tenths / 10).\(tenths % 10) MB"
  }

  private static func json(_ report: PruneReport) -> JSONValue {
    [
      "schema": "ledgerctl/prune/v1", "dry_run": .bool(report.isDry),
      "objects": .array(
        report.entries.map { entry in
          var members: [JSONValue.Member] = [
            .init("object", .string(entry.object.hex)), .init("size_bytes", JSONValue(entry.sizeBytes)),
          ]
          if let position = entry.position {
            members.append(
              .init(
                "named_by", ["position": JSONValue(position), "batch": .string(entry.batch ?? "")]))
          }
          return .object(members)
        }),
      "kept": JSONValue(report.kept), "kept_bytes": JSONValue(report.keptBytes),
    ]
  }
}
