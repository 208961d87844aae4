import Foundation
import Testing

@testable import Runner

/// Every verb, run in a repository that a stranger has prepared, with every program that starts written down.
@Suite("A stranger's repository")
struct HostileCloneTests {
  @Test("No program but git starts, nothing outside is stored or changed, and no escape reaches a screen")
  func everyVerb() async throws {
    let scene = try HostileScene()
    let outside = try FolderListing(scene.folder + "/outside")
    for (words, exits) in Self.commands {
      let outcome = try scene.run(words)
      #expect(exits.contains(outcome.exit), "\(words): exit \(outcome.exit), \(outcome.said)")
      #expect(
        !outcome.said.unicodeScalars.contains { VisibleText.isHidden($0) && $0 != "\n" },
        "\(words): \(outcome.said)")
      #expect(!outcome.said.contains(HostileScene.secret), "\(words)")
      #expect(outcome.programs.subtracting(["ledgerctl", "git"]) == [], "\(words)")
    }
    #expect(!FileManager.default.fileExists(atPath: scene.folder + "/started"))
    #expect(try FolderListing(scene.folder + "/outside").difference(to: outside) == [])
    #expect(try scene.shell("git log --all -p; git cat-file --batch-all-objects --batch").contains("strange"))
    for script in ["git log --all -p", "cat .ledger/objects/* .ledger/ledger.db*", "git status --porcelain"] {
      #expect(try !scene.shell(script).contains(HostileScene.secret), "\(script)")
    }
    // The message has one batch's trailer, and it is the batch's own.
    let trailers = try scene.shell("git log -1 --format='%(trailers:key=Ledger-Batch,valueonly)' main")
    #expect(trailers.split(separator: "\n") == ["strange"])
  }

  private static let commands: [(words: [String], exits: Set<Int32>)] = [
    (["doctor"], [0, 1]), (["plan", "batch.json"], [0]), (["manifest", "images"], [0, 65, 66]),
    (["run", "batch.json"], [0]),
    (["status"], [0]), (["status", "strange"], [0]), (["events"], [0]),
    (["events", "--format", "jsonl"], [0]),
    (["explain", "strange", "ASSET-1"], [0]), (["report", "strange"], [0]), (["show", "strange"], [0]),
    (["show", "strange", "ASSET-1", "context.md"], [0]), (["resume", "strange"], [0]),
    (["retry", "strange", "ASSET-1"], [0, 64, 65]), (["cancel", "strange"], [64, 65]), (["verify"], [0, 1]),
    (["verify", "--deep"], [0, 1]), (["prune"], [0]), (["prune", "--keep", "0s", "--yes"], [0]),
    (["init"], [0, 64, 73]),
  ]
}

/// The hostile clone, made anew for one test, and the command run in it under strace.
private final class HostileScene {
  static let secret = "wJalrXUtnFEMI-OUTSIDE"
  let folder: String
  private let trace: String
  private let environment: [String: String]

  init() throws {
    let scratch = FileManager.default.temporaryDirectory.resolvingSymlinksInPath().path
    folder = scratch + "/ledgerctl-hostile-\(UUID().uuidString)"
    trace = folder + ".trace"
    environment = [
      "PATH": ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin", "HOME": folder + "/home",
      "LANG": "C.UTF-8", "TZ": "UTC", "USER": "victim",
    ]
    let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    let script = tests.appendingPathComponent("Fixtures/hostile-clone.sh").path
    let made = try ChildProcess.runBlocking(
      Command(["/bin/sh", script, folder], environment: environment, directory: scratch))
    try #require(made.succeeded, "\(String(decoding: made.errorTail, as: UTF8.self))")
  }

  deinit {
    try? FileManager.default.removeItem(atPath: folder)
    try? FileManager.default.removeItem(atPath: trace)
  }

  struct Outcome {
    var exit: Int32
    var said: String
    /// Names of the programs that were started.
    var programs: Set<String>
  }

  func run(_ words: [String]) throws -> Outcome {
    var command = Command(
      ["strace", "-f", "-qq", "-e", "trace=execve", "-o", trace, BuiltCommand.path] + words,
      environment: environment, directory: folder + "/clone")
    command.timeout = .seconds(120)
    let result = try ChildProcess.runBlocking(command)
    let started = try String(contentsOfFile: trace, encoding: .utf8).split(separator: "\n").filter {
      $0.contains("execve(") && $0.hasSuffix("= 0")
    }
    let programs = started.compactMap { line in
      line.split(separator: "\"").dropFirst().first?.split(separator: "/").last.map(String.init)
    }
    guard case .code(let exit) = result.exit else {
      return Outcome(exit: -1, said: "\(result.exit)", programs: Set(programs))
    }
    return Outcome(
      exit: exit, said: String(decoding: result.output + result.errorTail, as: UTF8.self),
      programs: Set(programs))
  }

  func shell(_ script: String) throws -> String {
    // The user's own git is asked without what the stranger has configured.
    var quiet = environment
    (quiet["GIT_CONFIG_COUNT"], quiet["GIT_CONFIG_KEY_0"], quiet["GIT_CONFIG_VALUE_0"]) = (
      "1", "core.fsmonitor", "false"
    )
    let command = Command(
      ["/bin/sh", "-c", script.replacing("git log", with: "git --no-pager log --no-ext-diff --no-textconv")],
      environment: quiet, directory: folder + "/clone")
    let result = try ChildProcess.runBlocking(command)
    return String(decoding: result.output, as: UTF8.self)
  }
}
