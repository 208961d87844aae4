import ArgumentParser
import Core
import GitRepository
import Runner

/// One of the command's verbs.
protocol Verb: AsyncParsableCommand {
  var global: GlobalOptions { get }
  /// In which form it answers, faults included.
  var format: OutputFormat { get }
  /// Whether it works in the working directory, or finds files from there.
  var needsFolder: Bool { get }
  /// Does the work and returns what to exit with; what it throws is shown by the session.
  func perform(_ console: Console) async throws -> ExitStatus
}

extension Verb {
  var format: OutputFormat { .text }
  var needsFolder: Bool { true }
}
