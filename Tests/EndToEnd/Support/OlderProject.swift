import Foundation
import GitRepository
import StrictJSON
import Subprocesses
import Testing

@testable import Runner

/// A repository and its ledger as an older version's command left them, unpacked for one test.
final class OlderProject {
  let root: String
  private let environment: [String: String]

  /// Unpacks `Tests/Fixtures/ledgers/VERSION.tar.gz`; `make.py` beside it says what is in there.
  init(_ version: String) throws {
    root =
      FileManager.default.temporaryDirectory.resolvingSymlinksInPath().path
      + "/ledgerctl-older-\(UUID().uuidString)"
    environment = [
      "PATH": ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin", "HOME": root + "/.git",
      "USER": "tester", "LANG": "C.UTF-8", "TZ": "UTC",
    ]
    try FileManager.default.createDirectory(atPath: root, withIntermediateDirectories: false)
    let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let archive = tests.appendingPathComponent("Fixtures/ledgers/\(version).tar.gz").path
    _ = try call(["tar", "-xzf", archive, "--no-same-owner", "-C", root])
    // The tree's facts in the index are those of the machine that made it.
    _ = try git("status")
  }

  deinit { try? FileManager.default.removeItem(atPath: root) }

  func ledgerctl(_ words: String...) async throws -> BuiltCommand.Outcome {
    try await BuiltCommand.run(words, in: root, environment: environment)
  }

  func git(_ words: String...) throws -> String { try call(["git"] + words) }

  func write(_ text: String, to path: String) throws {
    try Data(text.utf8).write(to: URL(fileURLWithPath: root + "/" + path))
  }

  /// How many commits on the branch name a batch in their trailer.
  func commits(of batch: String) throws -> Int {
    try git("log", "--format=%(trailers:key=Ledger-Batch,valueonly)").split(separator: "\n")
      .filter { $0 == batch }.count
  }

  /// A batch's events, as JSON.
  func events(_ batch: String) async throws -> [JSONValue] {
    let outcome = try await ledgerctl("events", batch, "--format", "jsonl")
    #expect(outcome.exit == 0, "\(outcome.errors)")
    return try outcome.lines.map { try JSONReader.value(of: Array($0.utf8)) }
  }

  private func call(_ words: [String]) throws -> String {
    var command = Command(words, environment: environment, directory: root)
    command.timeout = .seconds(60)
    let result = try ChildProcess.runBlocking(command)
    #expect(result.succeeded, "\(words): \(String(decoding: result.errorTail, as: UTF8.self))")
    return String(decoding: result.output, as: UTF8.self)
  }
}
