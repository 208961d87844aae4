import Core
import Foundation
import Subprocesses
import Testing

@testable import Runner

/// Every verb, run in a repository that a stranger has prepared, with every program that starts written down.
@Suite("A stranger's repository")
struct HostileCloneTests {
  @Test("No program but git starts, nothing outside is stored or changed, and no escape reaches a screen")
  func everyVerb() async throws {
    let scene = try HostileScene()
    try Self.play(Self.commands, in: scene)
    #expect(try scene.shell("git log --all -p; git cat-file --batch-all-objects --batch").contains("strange"))
    // The message has one batch's trailer, and it is the batch's own.
    let trailers = try scene.shell("git log -1 --format='%(trailers:key=Ledger-Batch,valueonly)' main")
    #expect(trailers.split(separator: "\n") == ["strange"])
  }

  /// Runs commands one after another, and looks at what each says and starts, and at what is left of them all.
  private static func play(_ commands: [(words: [String], exits: Set<Int32>)], in scene: HostileScene) throws
  {
    let outside = try FolderListing(scene.folder + "/outside")
    for (words, exits) in commands {
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
    for script in [
      "git log --all -p", "find .ledger -type f -exec cat {} +", "git status --porcelain",
      "git cat-file --batch-all-objects --batch",
    ] {
      #expect(try !scene.shell(script).contains(HostileScene.secret), "\(script)")
    }
  }

  /// What of a stranger's makes the verbs that act refuse, and with which status.
  private static let kinds: [(kind: String, refused: Int32)] = [
    ("template", 78), ("templates", 78), ("paths", 78), ("escapes", 78), ("ledger", 78), ("ledger-links", 78),
  ]

  @Test(
    "With links, paths that lead outside, escapes or a tracked ledger nothing starts, is written or stored",
    arguments: kinds)
  func refused(_ kind: String, _ exit: Int32) throws {
    let scene = try HostileScene(kind)
    let acting = [
      ["plan", "batch.json"], ["run", "batch.json"], ["run", "batch.json", "--extractor", "local"],
    ]
    let looking = [
      ["doctor"], ["doctor", "--contact"], ["status"], ["events"], ["events", "--format", "jsonl"],
      ["report"],
      ["show"], ["config"], ["verify"], ["prune"], ["manifest", "images"],
    ]
    let ending = [
      ["resume"], ["retry", "@last"], ["cancel", "@last"], ["prune", "--keep", "0s", "--yes"], ["init"],
    ]
    let mayEnd: Set<Int32> = [0, 1, 64, 65, 66, 73, 74, 78]
    try Self.play(
      acting.map { ($0, [exit]) } + looking.map { ($0, mayEnd) } + ending.map { ($0, mayEnd) }, in: scene)
    #expect(try scene.shell("git rev-list --count main") == "1\n")
  }

  @Test(
    "A program that the clone names is started by no verb that looks, and by none with the local extractor")
  func configuration() throws {
    let scene = try HostileScene("configuration")
    let local = ["--extractor", "local"]
    try Self.play(
      [
        (["doctor"], [0, 1]), (["config"], [0]), (["plan", "batch.json"], [0]),
        (["manifest", "images"], [0, 65, 66]),
        (["init"], [0]), (["run", "batch.json"] + local, [0]), (["resume", "strange"] + local, [0]),
        (["status"], [0]), (["events"], [0]), (["report"], [0]), (["verify"], [0, 1]), (["prune"], [0]),
        (["run", "batch.json", "--again"] + local, [0]), (["cancel", "strange"], [64, 65]),
      ], in: scene)
    // The verb is the consent, and the program is named before it starts.
    let again = try scene.run(["run", "text.json"])
    #expect(again.exit == 1 && again.programs.subtracting(["ledgerctl", "git"]) == [], "\(again.said)")
  }

  private static let commands: [(words: [String], exits: Set<Int32>)] = [
    (["doctor"], [0, 1]), (["plan", "batch.json"], [0]), (["manifest", "images"], [0, 65, 66]),
    (["plan", "links.json"], [65]), (["run", "links.json"], [65]), (["run", "text.json"], [1]),
    (["cancel", "text"], [0]), (["run", "batch.json"], [0]), (["config"], [0]), (["report"], [0]),
    (["show"], [0]),
    (["status"], [0]), (["status", "strange"], [0]), (["events"], [0]),
    (["events", "--format", "jsonl"], [0]),
    (["explain", "strange", "ASSET-1"], [0]), (["report", "strange"], [0]), (["show", "strange"], [0]),
    (["show", "strange", "ASSET-1", "context.md"], [0]), (["resume", "strange"], [0]),
    (["retry", "strange", "ASSET-1"], [0, 64, 65]), (["cancel", "strange"], [64, 65]), (["verify"], [0, 1]),
    (["verify", "--deep"], [0, 1]), (["prune"], [0]), (["prune", "--keep", "0s", "--yes"], [0]),
    (["init"], [0, 64, 73]), (["revert", "strange"], [0]), (["run", "batch.json", "--again"], [0]),
    (["schema", "manifest"], [0]), (["skill"], [0]), (["man"], [0]),
  ]
}

/// The hostile clone of a kind, made for one test, and the command run in it under strace.
private final class HostileScene {
  static let secret = "wJalrXUtnFEMI-OUTSIDE"
  let folder: String
  private let trace: String
  private let environment: [String: String]

  init(_ kind: String = "plain") throws {
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
      Command(["/bin/sh", script, folder, kind], environment: environment, directory: scratch))
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
