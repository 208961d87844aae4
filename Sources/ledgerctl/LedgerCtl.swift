import ArgumentParser
import Runner
import Subprocesses

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The command: words in, text and exit codes out.
@main
struct LedgerCtl: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ledgerctl",
    abstract: "Lands batches of design assets as one commit each, with a ledger of every step.",
    discussion: """
      Interrupted, out of quota or out of disk? Run the same command again; it resumes from the ledger.

      Example:
        ledgerctl run batch.json
      """,
    version: "ledgerctl \(Project.version)",
    subcommands: [Man.self],
    groupedSubcommands: [
      CommandGroup(
        name: "Land",
        subcommands: [Run.self, Plan.self, Resume.self, Retry.self, Cancel.self, Revert.self]),
      CommandGroup(
        name: "Look", subcommands: [Status.self, Events.self, Explain.self, Show.self, Report.self]),
      CommandGroup(
        name: "Prepare", subcommands: [Init.self, ManifestVerb.self, Config.self, Doctor.self, Demo.self]),
      CommandGroup(name: "Keep", subcommands: [Verify.self, Prune.self]),
      CommandGroup(name: "Connect", subcommands: [SchemaVerb.self, Skill.self]),
    ])

  @OptionGroup var global: GlobalOptions

  static func main() async {
    ProcessMemory.hide()
    // A reader that goes away is seen as a write's error, and ends the command quietly.
    signal(SIGPIPE, SIG_IGN)
    ThreadCheck.orLeave()
    await Session(arguments: Array(CommandLine.arguments.dropFirst())).runToExit()
  }
}
