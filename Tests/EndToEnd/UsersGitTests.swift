import Foundation
import Subprocesses
import Testing

@testable import Runner

/// The user's own git at every moment of a run: a sample here, all of it with `scripts/git-sweep`.
@Suite("The user's git at the same time", .timeLimit(.minutes(10)))
struct UsersGitTests {
  private static let script =
    "/" + "\(#filePath)".split(separator: "/").dropLast(3).joined(separator: "/") + "/scripts/git-sweep"

  @Test("Whatever they do at any moment, theirs is kept and the batch is committed once, or says why not")
  func sample() async throws {
    // All cases take many minutes; CI tries some.
    let count = ProcessInfo.processInfo.environment["LEDGERCTL_SWEEP_CASES"] ?? "12"
    try await sweep("--sample", count)
  }

  @Test("The same while the command itself is stopped at one of its calls of the system")
  func stops() async throws { try await sweep("--stops", "--sample", "4") }

  private func sweep(_ words: String...) async throws {
    let environment = ProcessInfo.processInfo.environment
    let seed = environment["LEDGERCTL_SWEEP_SEED"] ?? "1"
    var command = Command(
      ["python3", Self.script, BuiltCommand.path, "--seed", seed] + words, environment: environment,
      directory: "/")
    command.timeout = .seconds(540)
    let result = try await ChildProcess.run(command)
    let said = String(decoding: result.output + result.errorTail, as: UTF8.self)
    #expect(result.succeeded, "\(said)")
    #expect(said.contains("seed \(seed): "))
  }
}
