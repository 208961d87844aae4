import Core
import Foundation
import GitRepository
import StrictJSON
import Subprocesses
import Testing

@testable import Runner

extension SampleFolder {
  /// Runs the command with `--format json` and holds its one line against the schema that the command itself
  /// prints.
  func valid(
    _ name: String, _ words: String..., exit: Int32 = 0, sourceLocation: SourceLocation = #_sourceLocation
  ) async throws -> JSONValue {
    let outcome = try await BuiltCommand.run(
      words + ["--format", "json"], in: root, environment: environment)
    #expect(outcome.exit == exit, "\(outcome.text) \(outcome.errors)", sourceLocation: sourceLocation)
    let document = try outcome.json()
    let schema = try await ledgerctl("schema", name)
    try write(schema.output, to: ".home/schema.json")
    var command = Command(
      [Self.python, Self.validator, root + "/.home/schema.json"], environment: environment, directory: root)
    command.input = outcome.output
    let verdict = try await ChildProcess.run(command)
    let said = String(decoding: verdict.output + verdict.errorTail, as: UTF8.self)
    #expect(verdict.succeeded, "\(name): \(said)\n\(outcome.text)", sourceLocation: sourceLocation)
    return document
  }

  private static let repository =
    "/" + "\(#filePath)".split(separator: "/").dropLast(4).joined(separator: "/")
  private static let validator = repository + "/Tests/Schemas/validate.py"

  /// The Python that has jsonschema, which the extractor tests' environments bring along.
  private static let python: String = {
    let named =
      ProcessInfo.processInfo.environment["LEDGERCTL_TEST_VENV_MCP1"] ?? repository + "/.build/venv-mcp1"
    return FileManager.default.fileExists(atPath: named + "/bin/python") ? named + "/bin/python" : "python3"
  }()
}

/// Every file below a folder with its bytes, mode and time of change: what a command that writes nothing
/// leaves equal.
struct FolderListing: Equatable, CustomStringConvertible {
  private var lines: [String]

  init(_ folder: String) throws {
    let paths = try FileManager.default.subpathsOfDirectory(atPath: folder).sorted()
    lines = try [""].appending(paths).map { path in
      var facts = stat()
      guard lstat(folder + "/" + path, &facts) == 0 else { return "\(path) gone" }
      let isFile = facts.st_mode & S_IFMT == S_IFREG
      let bytes = isFile ? Array(try Data(contentsOf: URL(fileURLWithPath: folder + "/" + path))) : []
      return "\(path) \(facts.st_mode) \(facts.st_ino) \(facts.st_mtim.tv_sec).\(facts.st_mtim.tv_nsec) "
        + "\(facts.st_size) \(Digest.sha256(bytes))"
    }
  }

  var description: String { lines.joined(separator: "\n") }

  /// What is not the same, line by line.
  func difference(to other: FolderListing) -> [String] {
    lines.filter { !other.lines.contains($0) } + other.lines.filter { !lines.contains($0) }
  }
}

extension Array {
  fileprivate func appending(_ others: [Element]) -> [Element] { self + others }
}
