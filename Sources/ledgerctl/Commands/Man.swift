import ArgumentParser
import Core
import GitRepository
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
  @Option(name: .customLong("format"), help: "Answer as text or json: the text as the content of a document.")
  var answer = DocumentFormat.text

  var format: OutputFormat { answer.output }

  var needsFolder: Bool { false }

  func perform(_ console: Console) async throws -> ExitStatus {
    let isWrapped = format == .json
    console.out.write(isWrapped ? PrintedDocument(name: "man", content: ManPage.text).line : ManPage.text)
    return .done
  }
}
