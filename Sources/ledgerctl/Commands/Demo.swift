import ArgumentParser
import BatchModel
import Core
import GitRepository
import Runner

/// Makes a sample repository and runs its batch.
struct Demo: Verb {
  static let configuration = CommandConfiguration(
    commandName: "demo",
    abstract: "Makes a sample repository with three assets and runs it.",
    discussion: """
      DIR must be empty or not there yet; it is ./ledgerctl-demo if left out.

      Example:
        ledgerctl demo /tmp/demo
      """)

  @OptionGroup var global: GlobalOptions
  @Argument(help: ArgumentHelp("The folder to make the repository in.", valueName: "dir"))
  var directory = "ledgerctl-demo"
  @OptionGroup(title: "Working") var flags: RunFlags

  var format: OutputFormat { flags.format }

  func perform(_ console: Console) async throws -> ExitStatus {
    let environment = console.caller.environment
    let sample = try SampleProject.make(at: console.caller.absolute(directory), environment: environment)
    console.say("Made a repository with three pictures and batch.json in \(VisibleText.line(sample.root))")
    let project = try Project.open(from: sample.root, ledger: sample.root, .writing, environment: environment)
    let configuration = try project.configuration(flags.overrides)
    let file = try ManifestFile.load(sample.manifest, workingDirectory: sample.root)
    let request = RunRequest(
      manifest: try Manifest.read(file, under: configuration), configuration: configuration,
      branch: flags.branch, forced: flags.force)
    let options = try flags.options(project)
    let work = Work(console: console, project: project, flags: flags, global: global)
    let status = try await work.perform(on: [request.manifest.batchID]) { runner, _ in
      await runner.run(request, options: options)
    }
    guard status == .done, format == .text else { return status }
    console.out.flush()
    console.say(
      """

      Look around:
        cd \(VisibleText.line(directory))
        git log --stat -1
        ledgerctl events @last
        ledgerctl show @last ASSET-3 tokens.json
        ledgerctl run batch.json          # again: nothing is done twice
      """)
    return status
  }
}
