import ArgumentParser
import BatchModel
import Core
import GitRepository
import Runner
import StrictJSON

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
  @Option(
    help: ArgumentHelp("Plan to replace the asset that has this id; all for every one.", valueName: "id"))
  var replace: [String] = []
  @Flag(help: "Plan to commit again a batch whose commit has left the branch.")
  var again = false
  @Option(help: "Plan with this extractor: local, mcp or exec.")
  var extractor: ExtractorKind?
  @Option(help: ArgumentHelp("Plan a commit to this branch.", valueName: "name"))
  var branch: String?
  @Option(help: ArgumentHelp("Plan to overwrite PATH. Can be repeated.", valueName: "path"))
  var force: [String] = []
  @Flag(help: "Plan with images from outside of the repository, too, for a manifest in it.")
  var allowOutside = false
  @Flag(help: "Exit with 2 if there is something to do.")
  var exitCode = false
  @Option(name: .customLong("format"), help: "Answer as text or json.")
  var answer = DocumentFormat.text

  var format: OutputFormat { answer.output }

  func perform(_ console: Console) async throws -> ExitStatus {
    let wanted = Wanted(
      manifest: manifest, overrides: Configuration.Overrides(extractorKind: extractor?.kind, branch: branch),
      branch: branch, forced: force, replaced: replace, again: again, allowsOutside: allowOutside,
      exitCode: exitCode)
    return try await Self.show(wanted, global, console)
  }

  /// What a plan is asked for.
  struct Wanted {
    var manifest: String
    var overrides: Configuration.Overrides
    var branch: String?
    var forced: [String]
    var replaced: [String]
    var again: Bool
    /// Images may lie outside of the repository.
    var allowsOutside: Bool
    /// Tell by the exit status whether there is something to do.
    var exitCode: Bool
  }

  /// Plans and shows it.
  static func show(_ wanted: Wanted, _ global: GlobalOptions, _ console: Console) async throws -> ExitStatus {
    let caller = console.caller
    let planning = try Planning.open(global.address(from: caller))
    let configuration = try planning.configuration(wanted.overrides)
    for note in planning.layout.unreadConfigurations { console.say("note: \(VisibleText.line(note))") }
    let file = try ManifestFile.load(
      wanted.manifest, workingDirectory: caller.directory, root: planning.layout.root)
    let request = RunRequest(
      manifest: try Manifest.read(file, under: configuration), configuration: configuration,
      branch: wanted.branch, forced: wanted.forced, replaced: wanted.replaced, again: wanted.again,
      imagesBeneath: wanted.allowsOutside ? nil : file.workingTree)
    let plan = await planning.plan(request)
    if console.format == .text {
      for line in PlanText.lines(plan, console.outStyle) { console.line(line) }
      console.show(plan.faults)
    } else {
      console.out.write(JSONWriter.compact(PlanDocument.json(plan)) + "\n")
    }
    if wanted.exitCode, plan.exit == .done, plan.hasWork { return .somethingToDo }
    return plan.exit
  }
}
