import ArgumentParser
import Core
import GitRepository
import Runner
import StrictJSON

/// Proves that the ledger and everything it speaks of are intact.
struct Verify: Verb {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Proves the ledger, and checks objects, placed files and commits against it.",
    discussion: """
      Recomputes the chain and holds it against the commits and .ledger/head, replays every batch, and \
      looks at \
      objects, files and commits. What is missing from a shallow or rewritten history is a note; what \
      contradicts is \
      an error, and the exit status 1.

      Example:
        ledgerctl verify --repair
      """)

  @OptionGroup var global: GlobalOptions
  @Flag(help: "Rebuild tables, placed files and a lost branch; no event is touched.")
  var repair = false
  @Flag(help: "Have SQLite check its own structures too; slow on a large ledger.")
  var deep = false
  @Option(name: .customLong("format"), help: "Answer as text or json.")
  var answer = DocumentFormat.text

  var format: OutputFormat { answer.output }

  func perform(_ console: Console) async throws -> ExitStatus {
    let review = try await review(console.caller)
    if format == .json {
      console.out.write(JSONWriter.compact(ReviewDocument.json(review)) + "\n")
    } else {
      for line in ReviewText.lines(review, console.outStyle) { console.line(line) }
    }
    return review.isWhole ? .done : .someFailed
  }

  private func review(_ caller: Caller) async throws -> LedgerReview {
    let address = global.address(from: caller)
    if !repair, try Project.find(address) == nil { return try Project.verifyWithoutLedger(address) }
    let project = try global.project(repair ? .repairing : .reading, from: caller)
    let review = try await project.verify(deep: deep)
    return repair && !review.isWhole ? try await project.repair(review) : review
  }
}
