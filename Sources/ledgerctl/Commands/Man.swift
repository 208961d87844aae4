import ArgumentParser
import Runner

/// Prints the man page, made from the verbs' own help.
struct Man: Verb {
  static let configuration = CommandConfiguration(
    commandName: "man",
    abstract: "Prints the man page.",
    discussion: """
      Example:
        ledgerctl man > ledgerctl.1
      """,
    shouldDisplay: false)

  @OptionGroup var global: GlobalOptions

  var needsFolder: Bool { false }

  func perform(_ console: Console) async throws -> ExitStatus {
    console.out.write(ManPage.text)
    return .done
  }
}
