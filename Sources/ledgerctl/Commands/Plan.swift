import ArgumentParser
import Runner

/// Shows what a run would do.
struct Plan: Verb {
  static let configuration = CommandConfiguration(
    commandName: "plan",
    abstract: "Shows what a run would do, and writes nothing.",
    discussion: """
      Stages to run and results to reuse, calls to the extractor, paths, the commit's message, and \
      everything that is \
      in the way. No byte of the ledger or the repository changes; a ledger need not be there.

      Example:
        ledgerctl plan batch.json
      """)

  @OptionGroup var global: GlobalOptions
  @Argument(help: "The manifest; - reads it from standard input.")
  var manifest: String
  @Flag(help: "Plan to land a batch anew whose commit has left the branch.")
  var again = false
  @Option(help: "Plan with this extractor: local, mcp or exec.")
  var extractor: ExtractorKind?
  @Option(help: ArgumentHelp("Plan a commit to this branch.", valueName: "name"))
  var branch: String?
  @Option(help: ArgumentHelp("Plan to overwrite PATH. Can be repeated.", valueName: "path"))
  var force: [String] = []
  @Option(name: .customLong("format"), help: "Answer as text or json.")
  var answer = DocumentFormat.text

  var format: OutputFormat { answer.output }

  func perform(_ console: Console) async throws -> ExitStatus {
    let caller = console.caller
    let planning = try Planning.open(global.address(from: caller))
    let configuration = try planning.configuration(
      Configuration.Overrides(extractorKind: extractor?.kind, branch: branch))
    for note in planning.layout.unreadConfigurations { console.say("note: \(VisibleText.line(note))") }
    let file = try ManifestFile.load(
      manifest, workingDirectory: caller.directory, root: planning.layout.root)
    let request = RunRequest(
      manifest: try Manifest.read(file, under: configuration), configuration: configuration, branch: branch,
      forced: force, again: again)
    let plan = await planning.plan(request)
    if format == .json {
      console.out.write(JSONWriter.compact(PlanDocument.json(plan)) + "\n")
    } else {
      for line in PlanText.lines(plan, console.outStyle) { console.line(line) }
      console.show(plan.faults)
    }
    return plan.exit
  }
}
