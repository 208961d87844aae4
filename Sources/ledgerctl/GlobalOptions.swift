import ArgumentParser
import BatchModel
import Core
import Runner

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// What every verb understands, before or after its name.
struct GlobalOptions: ParsableArguments {
  @Option(
    name: .customLong("repo"),
    help: ArgumentHelp(
      "Work in the repository around DIR instead of the working directory.", valueName: "dir"))
  var repository: String?

  @Option(help: ArgumentHelp("Use the ledger in DIR; LEDGERCTL_LEDGER says the same.", valueName: "dir"))
  var ledger: String?

  @Option(help: ArgumentHelp("Colour: auto, always or never. NO_COLOR says never.", valueName: "when"))
  var color = ColorChoice.auto

  /// When text is coloured.
  enum ColorChoice: String, ExpressibleByArgument, CaseIterable {
    case auto, always, never
  }

  /// The words that make another command work on the same project, to be put behind its own.
  var words: [String] {
    (repository.map { ["--repo", $0] } ?? []) + (ledger.map { ["--ledger", $0] } ?? [])
  }

  /// Where the command works, as the options, the environment and the working directory say.
  func address(from caller: Caller) -> ProjectAddress {
    ProjectAddress(
      directory: caller.absolute(repository ?? "."), isNamed: repository != nil,
      ledger: ledger.map(caller.absolute), environment: caller.environment)
  }

  /// Finds and opens the project that the options name.
  func project(_ access: Project.Access, from caller: Caller) throws(Fault) -> Project {
    let project = try Project.open(address(from: caller), access)
    if access == .reading {
      let err = OutputStream(descriptor: STDERR_FILENO)
      for finding in project.layout.foreignHands(caller.environment) {
        err.write("note: \(VisibleText.line(finding.message)) What it says may be another's.\n")
      }
      err.flush()
    }
    return project
  }

  /// The configuration of the project that the options name; nothing is made where there is none yet.
  func configuration(_ overrides: Configuration.Overrides, from caller: Caller) throws -> Configuration {
    try Project.configuration(address(from: caller), overrides)
  }
}
