import Foundation
import GitRepository
import StrictJSON
import Subprocesses
import Synchronization
import Testing

@testable import Runner

@Suite("Several processes of the built command", .timeLimit(.minutes(5)))
struct ManyProcessesTests {
  @Test(
    "Of eight runners of one batch one works and seven are told who; killed, it is followed by one of eight others"
  )
  func eightRunners() async throws {
    let folder = try SampleFolder()
    let calls = try Gate.inExtractor(of: folder)
    // The first is let die in the middle of its calls.
    let first = try await Contest(of: 8, in: folder, "run", "batch.json")
    #expect(first.refusals.allSatisfy { $0.exit == .code(75) && $0.code == "batch_held" })
    let holder = try #require(first.holder)
    for refusal in first.refusals { #expect(refusal.message?.contains("process \(holder)") == true) }
    kill(holder, SIGKILL)
    #expect(await first.winner.waitForExit() == .signal(SIGKILL))

    let second = try await Contest(of: 8, in: folder, "resume", "@last")
    #expect(second.refusals.allSatisfy { $0.exit == .code(75) && $0.code == "batch_held" })
    #expect(second.holder != holder)
    calls.letAllGo()
    while try await second.winner.readChunk() != nil {}
    #expect(await second.winner.waitForExit() == .code(0))
    try await expectOneWholeCommit(folder, runs: 2)
  }

  @Test("Eight runners that nothing holds back make one commit, and no stage runs twice")
  func eightUnheld() async throws {
    let folder = try SampleFolder()
    let caller = Caller(folder)
    let exits = try await withThrowingTaskGroup(of: Int32.self) { group in
      for _ in 0..<8 { group.addTask { try await caller.call("run", "batch.json").exit } }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    // Whoever comes after the end finds nothing to do.
    #expect(exits.contains(0) && exits.allSatisfy { $0 == 0 || $0 == 75 }, "\(exits)")
    try await expectOneWholeCommit(folder, runs: 1)
  }

  @Test(
    "Ten processes on ten batches of one ledger all finish, and who follows sees every event once, in order")
  func tenBatches() async throws {
    let folder = try SampleFolder()
    #expect(try await folder.ledgerctl("init", "--no-config").exit == 0)
    for number in 1...10 {
      try folder.writeManifest("batch-\(number).json", batch: "batch-\(number)") { draft in
        draft.assets = [draft.assets[number % 3]]
        draft.assets[0].id = "ASSET-\(number * 10)"
      }
    }
    let followers = try (0..<2).map { _ in try Follower(in: folder, "events", "--follow", "--format", "jsonl")
    }
    let caller = Caller(folder)
    let states = try await withThrowingTaskGroup(of: (Int32, String).self) { group in
      for number in 1...10 {
        group.addTask {
          let run = try await caller.call("run", "batch-\(number).json")
          return (run.exit, run.errors)
        }
      }
      // Meanwhile others look again and again.
      let flag = Flag()
      let looking = Task {
        var looks = 0
        while !flag.isUp.load(ordering: .relaxed) {
          let status = try await caller.call("status", "--format", "json")
          #expect(status.exit == 0, "\(status.errors)")
          looks += try status.json()["batches"]?.array == nil ? 0 : 1
        }
        return looks
      }
      let states = try await group.reduce(into: []) { $0.append($1) }
      flag.isUp.store(true, ordering: .relaxed)
      #expect(try await looking.value > 0)
      return states
    }
    for (exit, errors) in states { #expect(exit == 0, "\(errors)") }
    #expect(try folder.commits() == 11)
    #expect(try folder.git("status", "--porcelain") == "")
    #expect(try await folder.ledgerctl("verify").exit == 0)
    let all = try await folder.ledgerctl("events", "--format", "jsonl").lines
    for follower in followers { #expect(try await follower.read(all.count) == all) }
    // Nobody's being busy was an asset's failure.
    #expect(try await folder.events("--type", "stage.failed", "--type", "stage.deferred").isEmpty)
  }

  @Test(
    "A runner stopped in a call, its lock file removed, is overtaken by a second; woken, it does nothing more"
  )
  func overtakenInCall() async throws {
    let folder = try SampleFolder()
    let gate = try Gate.inExtractor(of: folder)
    // One asset: once its call is made, the runner is at nothing else, and stopped in no append.
    try folder.writeManifest { $0.assets.removeLast(2) }
    try await overtake(at: gate, in: folder, assets: 1)
  }

  @Test("The same for one stopped in the middle of its commit, when all is placed and nothing intended")
  func overtakenInCommit() async throws {
    let folder = try SampleFolder()
    try await overtake(at: try Gate.inCommitHook(of: folder), in: folder, assets: 3)
  }

  /// Stops a runner at the gate, and lets a second one finish its work.
  private func overtake(at gate: Gate, in folder: SampleFolder, assets: Int) async throws {
    let sleeper = try folder.start("run", "batch.json", "--format", "jsonl")
    let process = try await gate.waitForOne(of: sleeper)
    kill(process, SIGSTOP)
    try removeLocks(of: folder)
    let second = try folder.start("run", "batch.json", "--format", "jsonl")
    _ = try await gate.waitForOne(of: second)
    gate.letAllGo()
    while try await second.readChunk() != nil {}
    #expect(await second.waitForExit() == .code(0))
    try await expectNothingMore(of: sleeper, process, in: folder, assets: assets)
  }

  /// Wakes a stopped runner: it ends with 75, and ledger, repository and files are as the second runner left them.
  private func expectNothingMore(
    of sleeper: ChildProcess, _ process: Int32, in folder: SampleFolder, assets: Int
  ) async throws {
    let events = try await folder.events()
    let files = try FolderListing(folder.root + "/assets")
    let tip = try folder.git("rev-parse", "HEAD")
    kill(process, SIGCONT)
    var lines: [String] = []
    var reader = LineReader(sleeper)
    while let line = try await reader.next() { lines.append(line) }
    #expect(await sleeper.waitForExit() == .code(75))
    let result = try JSONReader.value(of: Array(try #require(lines.last).utf8))
    #expect(result["errors"]?.array?.map { $0["code"]?.string } == ["overtaken"])
    #expect(try await folder.events() == events)
    #expect(try FolderListing(folder.root + "/assets") == files)
    #expect(try folder.git("rev-parse", "HEAD") == tip)
    #expect(!folder.exists(".git/index.lock"))
    try await expectOneWholeCommit(folder, runs: 2, assets: assets)
  }

  private func removeLocks(of folder: SampleFolder) throws {
    let locks = folder.root + "/.ledger/locks"
    for name in try FileManager.default.contentsOfDirectory(atPath: locks) {
      try FileManager.default.removeItem(atPath: locks + "/" + name)
    }
  }

  /// One commit, a clean status, an intact ledger, and of every stage one completion.
  private func expectOneWholeCommit(_ folder: SampleFolder, runs: Int, assets: Int = 3) async throws {
    #expect(try folder.commits() == 2)
    #expect(try folder.git("status", "--porcelain") == "")
    #expect(try await folder.ledgerctl("verify").exit == 0)
    let completed = try await folder.events("--type", "stage.completed").map {
      ($0["asset"]?.string ?? "batch") + " " + ($0["stage"]?.string ?? "")
    }
    #expect(completed.count == assets * 4 + 2)
    #expect(Set(completed).count == completed.count)
    #expect(try await folder.events("--type", "run.started").count == runs)
    #expect(try await folder.events("--type", "batch.completed").count == 1)
  }
}

/// Tells a task that it is to end after what it is at.
private final class Flag: Sendable {
  let isUp = Atomic(false)
}

/// Runs the command in a repository, from any task.
private struct Caller: Sendable {
  private let root: String
  private let environment: [String: String]

  init(_ folder: SampleFolder) {
    root = folder.root
    environment = folder.environment
  }

  func call(_ words: String...) async throws -> BuiltCommand.Outcome {
    try await BuiltCommand.run(words, in: root, environment: environment)
  }
}

/// Runners of one batch that start at once: one gets it and is waited for by nobody, the others have ended.
private struct Contest {
  struct Refusal: Sendable {
    var exit: ExitState
    var code: String?
    var message: String?
  }

  let winner: ChildProcess
  let refusals: [Refusal]
  /// The winner's process id, as its first events tell it.
  let holder: Int32?

  init(of count: Int, in folder: SampleFolder, _ words: String...) async throws {
    let children = try (0..<count).map { _ in
      try ChildProcess.start(
        Command(
          [BuiltCommand.path] + words + ["--format", "jsonl"], environment: folder.environment,
          directory: folder.root))
    }
    var refusals: [Refusal] = []
    var winners: [(ChildProcess, Int32?)] = []
    try await withThrowingTaskGroup(of: (Int, Int32?, Refusal?).self) { group in
      for (number, child) in children.enumerated() {
        group.addTask {
          var reader = LineReader(child)
          while let line = try await reader.next() {
            let value = try JSONReader.value(of: Array(line.utf8))
            if case .number(let id)? = value["data"]?["process"] { return (number, Int32(id), nil) }
            guard let error = value["errors"]?.array?.first else { continue }
            let exit = await child.waitForExit()
            let refusal = Refusal(exit: exit, code: error["code"]?.string, message: error["message"]?.string)
            return (number, nil, refusal)
          }
          return (number, nil, nil)
        }
      }
      for try await (number, process, refusal) in group {
        if let refusal { refusals.append(refusal) } else { winners.append((children[number], process)) }
      }
    }
    #expect(winners.count == 1 && refusals.count == count - 1, "\(refusals)")
    winner = try #require(winners.first).0
    holder = winners.first?.1
    self.refusals = refusals
  }
}

/// A command that follows the ledger until it is told to stop.
private final class Follower: Sendable {
  private let child: ChildProcess
  private let lines: Task<[String], any Error>
  private let wanted = AsyncStream<Int>.makeStream()

  init(in folder: SampleFolder, _ words: String...) throws {
    let child = try ChildProcess.start(
      Command([BuiltCommand.path] + words, environment: folder.environment, directory: folder.root))
    self.child = child
    let counts = wanted.stream
    lines = Task {
      var reader = LineReader(child)
      var lines: [String] = []
      for await count in counts {
        while lines.count < count, let line = try await reader.next() { lines.append(line) }
      }
      return lines
    }
  }

  /// The first lines of what was followed; ends the follower.
  func read(_ count: Int) async throws -> [String] {
    wanted.continuation.yield(count)
    wanted.continuation.finish()
    let read = try await lines.value
    await child.terminate(grace: .seconds(5))
    return read
  }
}
