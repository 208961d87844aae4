import Foundation
import Subprocesses
import Testing

@testable import Runner

/// A bounded share of the sweeps, the same points each time; each script tries as many as you like, or all.
@Suite("Sweeps of the real command", .serialized)
struct SweepTests {
  @Test("Killed, or with failing calls, anywhere: the next run ends with the same tree and one commit")
  func kills() async throws {
    try await sweep("kill-sweep", "--scenes", "run,recommit,prune", "--sample", "10", "--seed", "1")
  }

  @Test("A cancelled batch leaves nothing in the tree, wherever the run and the cancel were killed")
  func cancels() async throws {
    try await sweep("kill-sweep", "--scenes", "cancel", "--sample", "5", "--seed", "1")
  }

  @Test("What can't be locked or removed leaves nothing in anyone's way")
  func locksAndRemovals() async throws {
    try await sweep("kill-sweep", "--scenes", "recommit,repair", "--ways", "EIO", "--calls", "flock,unlink")
  }

  @Test("What an event speaks of is synced before the event, after kills too")
  func syncs() async throws { try await sweep("sync-order", "--kills", "1", "--folders", "1", "--seed", "1") }

  @Test("Every verb names a damaged ledger as such and leaves it unharmed")
  func damage() async throws { try await sweep("damage-sweep", "--sample", "10", "--seed", "1") }

  /// Runs a script on the built command; it prints what it finds, and its seed.
  private func sweep(_ script: String, _ words: String...) async throws {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().path
    var command = Command(
      ["python3", "\(root)/scripts/\(script)", BuiltCommand.path] + words,
      environment: ProcessInfo.processInfo.environment, directory: root)
    command.timeout = .seconds(400)
    let result = try await ChildProcess.run(command)
    let errors = String(decoding: result.errorTail, as: UTF8.self)
    #expect(result.succeeded, "\(String(decoding: result.output, as: UTF8.self))\(errors)")
  }
}
