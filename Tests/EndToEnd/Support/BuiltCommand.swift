import Foundation
import Runner
import StrictJSON
import Subprocesses

/// The command as it was built, and what came of running it.
struct BuiltCommand {
  /// What a run of the command ended with and wrote.
  struct Outcome {
    var exit: Int32
    var output: [UInt8]
    var errors: String

    var text: String { String(decoding: output, as: UTF8.self) }
    var lines: [String] { text.split(separator: "\n").map(String.init) }

    /// stdout as one JSON document on one line.
    func json() throws -> JSONValue {
      guard text.hasSuffix("\n"), lines.count == 1 else { throw NotOneLine(text: text) }
      return try JSONReader.value(of: Array(output.dropLast()))
    }
  }

  struct NotOneLine: Error {
    var text: String
  }

  /// `LEDGERCTL_BINARY`, or what `swift build` made beside these tests.
  static let path: String = {
    if let named = ProcessInfo.processInfo.environment["LEDGERCTL_BINARY"] { return named }
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    return root.path + "/.build/debug/ledgerctl"
  }()

  /// Runs it to its end.
  static func run(
    _ words: [String], in directory: String, environment: [String: String], input: [UInt8] = []
  ) async throws -> Outcome {
    var command = Command([path] + words, environment: environment, directory: directory)
    command.input = input
    command.timeout = .seconds(120)
    let result = try await ChildProcess.run(command)
    let exit: Int32 =
      switch result.exit {
      case .code(let code): code
      case .signal(let number): -number
      }
    return Outcome(
      exit: exit, output: result.output, errors: String(decoding: result.errorTail, as: UTF8.self))
  }
}
