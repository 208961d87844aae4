import ArgumentParser
import GitRepository

/// In which form a verb answers.
enum OutputFormat: String, ExpressibleByArgument, CaseIterable, Sendable {
  /// For people.
  case text
  /// One JSON document on one line.
  case json
  /// One JSON document a line.
  case jsonl
}

/// The forms of a verb that answers with one document.
enum DocumentFormat: String, ExpressibleByArgument, CaseIterable, Sendable {
  case text, json

  var output: OutputFormat { self == .text ? .text : .json }
}
