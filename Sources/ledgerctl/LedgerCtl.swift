import ArgumentParser
import Runner

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
      A batch is killed, out of quota or out of disk? Run it again: it goes on from where the ledger says it was.

      Example:
        ledgerctl run batch.json
      """,
    version: "ledgerctl \(Project.version)",
    subcommands: [
      Init.self, Run.self, Resume.self, Retry.self, Plan.self, Status.self, Events.self, Explain.self,
      Show.self,
      Report.self, Verify.self, Cancel.self, Prune.self, ManifestVerb.self, SchemaVerb.self, Skill.self,
      Demo.self,
      Doctor.self, Man.self,
    ])

  @OptionGroup var global: GlobalOptions

  static func main() async {
    // A reader that goes away is seen as a write's error, and ends the command quietly.
    signal(SIGPIPE, SIG_IGN)
    ThreadCheck.orLeave()
    await Session(arguments: Array(CommandLine.arguments.dropFirst())).runToExit()
  }
}
