import ArgumentParser
import BatchModel
import Core
import Runner

/// Registers a manifest and works on it to the end.
struct Run: Verb {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Registers a manifest and works to the end: one commit.",
    discussion: """
      Running the same manifest again continues where it stopped. One changed before the commit is a revision, \
      which reuses what still fits.

      Example:
        ledgerctl run batch.json --max-wait 5m
      """)

  @OptionGroup var global: GlobalOptions
  @Argument(help: "The manifest; - reads it from standard input.")
  var manifest: String
  @Option(help: ArgumentHelp("Stop before placing and hold the batch there: packaged.", valueName: "state"))
  var until: Until?
  @Option(
    help: ArgumentHelp(
      "Let this asset take the place of another one with its id; all for every asset. Can be repeated.",
      valueName: "id"))
  var replace: [String] = []
  @Flag(name: [.customShort("n"), .long], help: "Show what would be done, as plan does, and write nothing.")
  var dryRun = false
  @Flag(help: "Commit again if the batch's commit is no longer on the branch.")
  var again = false
  @OptionGroup(title: "Working") var flags: RunFlags

  /// Where a run can be told to stop.
  enum Until: String, ExpressibleByArgument, CaseIterable {
    case packaged
  }

  var format: OutputFormat { flags.format }

  func perform(_ console: Console) async throws -> ExitStatus {
    if dryRun {
      let shown = Plan.Wanted(
        manifest: manifest, overrides: flags.overrides, branch: flags.branch, forced: flags.force,
        replaced: replace, again: again, allowsOutside: flags.allowOutside, exitCode: false)
      return try await Plan.show(shown, global, console)
    }
    // A manifest that is refused leaves nothing behind, so it is read before a ledger is made.
    let configuration = try global.configuration(flags.overrides, from: console.caller)
    let layout = try Project.place(global.address(from: console.caller)).layout
    for note in layout.unreadConfigurations { console.say("note: \(VisibleText.line(note))") }
    let file = try ManifestFile.load(
      manifest, workingDirectory: console.caller.directory, root: layout.root)
    let manifest = try Manifest.read(file, under: configuration)
    let project = try global.project(.making, from: console.caller)
    let request = RunRequest(
      manifest: manifest, configuration: configuration, branch: flags.branch, forced: flags.force,
      replaced: replace, again: again, imagesBeneath: flags.allowOutside ? nil : file.workingTree)
    var options = try flags.options(project, untilPackaged: until == .packaged)
    options.change.replaced = replace
    let work = Work(console: console, project: project, flags: flags, global: global)
    return try await work.perform(on: [manifest.batchID]) { runner, _ in
      await runner.run(request, options: options)
    }
  }
}
