import ArgumentParser
import Core
import GitRepository
import Runner
import StrictJSON

/// Says why each stage of an asset ran or did not.
struct Explain: Verb {
  static let configuration = CommandConfiguration(
    commandName: "explain",
    abstract: "Says of each stage of an asset whether it ran or was reused, and what decided.",
    discussion: """
      Compares the named parts of a stage's key with those of the same asset's stage before, in this \
      batch or an \
      earlier one, and names the first that differs, with its old and new value.

      Example:
        ledgerctl explain @last ASSET-3
      """)

  @OptionGroup var global: GlobalOptions
  @Argument(help: "The batch: an id, the beginning of one, or @last.")
  var batch: String
  @Argument(help: "The asset's id.")
  var asset: String
  @Option(name: .customLong("format"), help: "Answer as text or json.")
  var answer = DocumentFormat.text

  var format: OutputFormat { answer.output }

  func perform(_ console: Console) async throws -> ExitStatus {
    let project = try global.project(.reading, from: console.caller)
    let batch = try await console.batch(named: self.batch, in: project)
    let explanation = try await project.explain(batch, named: asset)
    if format == .json {
      console.out.write(JSONWriter.compact(ExplanationDocument.json(explanation)) + "\n")
    } else {
      for line in ExplanationText.lines(explanation, console.outStyle) { console.line(line) }
    }
    return .done
  }
}
