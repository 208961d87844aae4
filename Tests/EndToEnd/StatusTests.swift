import Core
import Foundation
import GitRepository
import Ledger
import SampleBatch
import StrictJSON
import Subprocesses
import Testing

@testable import BatchModel
@testable import Runner
@testable import ledgerctl

@Suite("What one sees of a run", .timeLimit(.minutes(3)))
struct StatusTests {
  private func batch(_ folder: SampleFolder) async throws -> JSONValue {
    try #require(try await folder.valid("status", "status").self["batches"]?.array?.first)
  }

  @Test("A run that is alive is distinguished from one that died, in the list and as JSON")
  func aliveOrDead() async throws {
    let folder = try SampleFolder()
    let gate = try Gate.inExtractor(of: folder)
    let run = try folder.start("run", "batch.json", "--format", "jsonl")
    let process = try await gate.waitForOne(of: run)
    let alive = try await batch(folder)
    #expect(alive["status"] == "running" && alive["next"]?.array == [])
    #expect(alive["owner"]?["process"] == JSONValue(Int(process)))
    #expect(alive["owner"]?["user"] == "tester" && alive["owner"]?["since"] != nil)
    #expect(alive["owner"]?["host"]?.string?.isEmpty == false)
    #expect(try await folder.ledgerctl("status").text.contains("running      process \(process) on "))

    kill(process, SIGKILL)
    #expect(await run.waitForExit() == .signal(SIGKILL))
    let dead = try await batch(folder)
    #expect(dead["status"] == "interrupted" && dead["owner"] == nil)
    #expect(dead["next"]?.array == [["ledgerctl", "resume", .string(SampleArt.batchID)]])
    for words in [["status", "@last", "--watch"], ["events", "@last", "--follow"]] {
      let ended = try await BuiltCommand.run(words, in: folder.root, environment: folder.environment)
      #expect(ended.exit == 75, "\(words)")
      #expect(ended.errors.contains("`ledgerctl resume \(SampleArt.batchID)`"))
    }
    gate.letAllGo()
    #expect(try await folder.ledgerctl("resume").exit == 0)
    let landed = try await batch(folder)
    #expect(landed["status"] == "landed")
    #expect(try await folder.ledgerctl("status", "@last", "--watch").exit == 0)
    #expect(try await folder.ledgerctl("status", "@last", "--wait").exit == 0)
    try folder.git("reset", "-q", "--hard", "HEAD~1")
    #expect(try await batch(folder)["status"] == "gone")
    #expect(try await folder.ledgerctl("status").text.contains("gone"))
  }

  @Test("Watching and waiting end with the run, and exit as it does")
  func watching() async throws {
    let folder = try SampleFolder()
    let gate = try Gate.inExtractor(of: folder)
    let run = try folder.start("run", "batch.json", "--format", "jsonl")
    _ = try await gate.waitForOne(of: run)
    let watch = try folder.start("status", "@last", "--watch")
    let wait = try folder.start("status", "@last", "--wait", "--format", "json")
    var shown = LineReader(watch)
    #expect(try await shown.next()?.contains("running") == true)
    gate.letAllGo()
    while try await shown.next() != nil {}
    #expect(await watch.waitForExit() == .code(0))
    var answer = LineReader(wait)
    let line = try #require(try await answer.next())
    #expect(try JSONReader.value(of: Array(line.utf8))["batches"]?.array?.first?["status"] == "landed")
    #expect(await wait.waitForExit() == .code(0))
    while try await run.readChunk() != nil {}
  }

  @Test("A batch with a failed asset and one stopped by a refusal end a watcher as they ended their run")
  func watchedAfterwards() async throws {
    let folder = try SampleFolder()
    let whole = try folder.read("downloads/asset-4-validated.png")
    try folder.write(Array(whole.prefix(whole.count / 2)), to: "downloads/asset-4-validated.png")
    #expect(try await folder.ledgerctl("run", "batch.json").exit == 1)
    #expect(try await batch(folder)["status"] == "failed")
    #expect(try await folder.ledgerctl("status", "@last", "--watch").exit == 1)
    #expect(try await folder.ledgerctl("status", "@last", "--wait").exit == 1)
    _ = try await folder.ledgerctl("cancel", "@last")
    #expect(try await batch(folder)["status"] == "cancelled")
    #expect(try await folder.ledgerctl("status", "--watch").exit == 64)
  }

  @Test("A second run waits for the first with --max-wait, and then finds nothing to do")
  func waitsForTheOther() async throws {
    let folder = try SampleFolder()
    let gate = try Gate.inExtractor(of: folder)
    let run = try folder.start("run", "batch.json", "--format", "jsonl")
    let process = try await gate.waitForOne(of: run)
    let second = try folder.start("run", "batch.json", "--max-wait", "2m", "--progress", "plain")
    while !String(decoding: second.errorTail, as: UTF8.self).contains("Waiting: ") { await Task.yield() }
    #expect(String(decoding: second.errorTail, as: UTF8.self).contains("process \(process) on"))
    gate.letAllGo()
    while try await second.readChunk() != nil {}
    #expect(await second.waitForExit() == .code(0))
    while try await run.readChunk() != nil {}
    #expect(try folder.commits() == 2)
    #expect(try await folder.events("--type", "run.started").count == 1)
    // Whoever does not want to wait is told at once.
  }

  @Test("The owner of a lock in another PID namespace is said to be there")
  func otherNamespace() throws {
    let path = NSTemporaryDirectory() + "/lock-\(UUID().uuidString)"
    defer { unlink(path) }
    let lock = FileLock(path: path)
    try lock.lock()
    #expect(FileLock.isHeld(at: path))
    #expect(FileLock.lastHolder(of: path)?.isElsewhere == false)
    lock.unlock()
    #expect(!FileLock.isHeld(at: path))
    try "1 vm pid:[42] ada\n".write(toFile: path, atomically: false, encoding: .utf8)
    let elsewhere = FileLock.lastHolder(of: path)
    #expect(elsewhere?.process == 1 && elsewhere?.host == "vm" && elsewhere?.user == "ada")
    #expect(elsewhere?.isElsewhere == true)
    // As 0.1.0 wrote it.
    try "7 vm\n".write(toFile: path, atomically: false, encoding: .utf8)
    let old = FileLock.lastHolder(of: path)
    #expect(old?.process == 7 && old?.host == "vm" && old?.user == nil && old?.isElsewhere == false)
  }

  @Test(
    "A runner in a PID namespace of its own is told as such by everybody outside, and waited for",
    .enabled(if: getuid() == 0, "another PID namespace needs root"))
  func runnerInAnotherNamespace() async throws {
    let folder = try SampleFolder()
    let gate = try Gate.inExtractor(of: folder)
    let run = try ChildProcess.start(
      Command(
        [
          "/usr/bin/unshare", "--pid", "--fork", "--mount-proc", BuiltCommand.path, "run", "batch.json",
          "--format", "jsonl",
        ], environment: folder.environment, directory: folder.root))
    // In there it is the first process.
    #expect(try await gate.waitForOne(of: run) == 1)
    let told = try #require(try await folder.ledgerctl("status", "--format", "json").json()["batches"]?.array)
    #expect(told.first?["status"] == "running")
    #expect(told.first?["owner"]?["process"] == 1)
    #expect(told.first?["owner"]?["other_pid_namespace"] == true)
    let status = try await folder.ledgerctl("status", "@last")
    #expect(status.text.contains("in another PID namespace"), "\(status.text)")
    let second = try await folder.ledgerctl("run", "batch.json", "--format", "json")
    let error = try #require(try second.json()["errors"]?.array?.first)
    #expect(second.exit == 75 && error["code"] == "batch_held")
    #expect(error["message"]?.string?.contains("process 1 on") == true)
    #expect(error["message"]?.string?.contains("another PID namespace") == true)
    let waiting = try folder.start("run", "batch.json", "--max-wait", "2m", "--progress", "plain")
    while !String(decoding: waiting.errorTail, as: UTF8.self).contains("Waiting: ") { await Task.yield() }
    gate.letAllGo()
    while try await waiting.readChunk() != nil {}
    #expect(await waiting.waitForExit() == .code(0))
    while try await run.readChunk() != nil {}
    #expect(await run.waitForExit() == .code(0))
    #expect(try folder.commits() == 2)
  }

  @Test("A follower of a quiet ledger ends when its reader is gone")
  func readerGone() async throws {
    let folder = try SampleFolder()
    #expect(try await folder.ledgerctl("run", "batch.json").exit == 0)
    let ended = try folder.shell(
      "timeout 30 sh -c '\"$0\" events --follow; echo $? > ended' '\(BuiltCommand.path)' | head -1 > /dev/null; cat ended"
    )
    #expect(ended == "0\n")
  }

  @Test("A result says names, paths, files, times and what the run exits with")
  func result() async throws {
    let folder = try SampleFolder()
    let result = try await folder.valid("result", "run", "batch.json").self
    #expect(result["exit"] == 0 && result["left_out"]?.array == [])
    #expect(result["summary"]?["landed"] == 3 && result["summary"]?["assets"] == 3)
    let batch = try #require(result["batches"]?.array?.first)
    #expect(batch["status"] == "landed" && batch["started_at"] != nil && batch["ended_at"] != nil)
    let asset = try #require(batch["assets"]?.array?.first)
    #expect(asset["name"] == "Nocturnal Canopy" && asset["path"] == "downloads/asset-3-validated.png")
    #expect(
      asset["files"]?.array?.contains("frontend/public/assets/patterns/asset-3.png") == true
        && asset["files"]?.array?.count == 4)
    #expect(asset["ms"] != nil)
  }

  // MARK: - Lines

  private func state(_ events: [BatchEvent], asking: Bool = false) -> BatchState {
    var state = BatchState()
    for event in events { state.apply(StampedEvent(event, timeMs: 1_000, run: "r")) }
    return state
  }

  private func waiting(_ count: Int, until deadline: Deadline) throws -> BatchState {
    var state = BatchState()
    state.assets = try (1...count).map { number in
      let id = try #require(AssetID("L1-\(number)"))
      return AssetState(id: id, image: PinnedImage(asset: id, digest: .zero, sizeBytes: 1))
    }
    for index in state.assets.indices {
      state.assets[index].update(.validate) {
        $0.complete(StageCompletion(how: .executed, key: nil, outputs: [], durationMs: 1))
      }
      state.assets[index].update(.extract) {
        $0.defer(
          StageDeferral(
            reason: .limited, code: "limited", message: "The program \"./tools/limited.sh\" is limited.",
            exit: .canGoOn, until: deadline, source: nil, worthWaiting: true), run: "r")
      }
    }
    return state
  }

  @Test(
    "While all wait, the reason is on the board once, with a countdown, at 40 columns too",
    arguments: [40, 80])
  func boardWhileWaiting(columns: Int) throws {
    let now = Moment(wallMs: 100_000, bootMs: 100_000, boot: "b")
    let state = try waiting(5, until: Deadline(now, plusMs: 12_000))
    let style = Style(.never, descriptor: 2, environment: [:])
    let board = ProgressBoard(columns: columns, rows: 20, style: style, hasBlocks: true)
    let lines = board.lines(try #require(BatchID("live")), state, at: now)
    #expect(lines.count == 7)
    for line in lines.prefix(5) { #expect(line.hasSuffix("waits 0:12")) }
    #expect(lines[5].hasPrefix("Next call in 0:12: The program"))
    #expect(lines.allSatisfy { LineText.width($0) <= columns })
  }

  @Test("Where there is no room for all assets, those that move are shown and the rest counted")
  func boardOfMany() throws {
    let now = Moment(wallMs: 100_000, bootMs: 100_000, boot: "b")
    let state = try waiting(41, until: Deadline(now, plusMs: 12_000))
    let style = Style(.never, descriptor: 2, environment: [:])
    let lines = ProgressBoard(columns: 79, rows: 23, style: style, hasBlocks: true).lines(
      try #require(BatchID("live")), state, at: now)
    #expect(lines.count == 23)
    #expect(lines[20] == "... and 21 more")
    for rows in 1...4 {
      let few = ProgressBoard(columns: 79, rows: rows, style: style, hasBlocks: true).lines(
        try #require(BatchID("live")), state, at: now)
      #expect(few.count <= rows && few.last?.contains("0 of 41 packaged") == true)
    }
  }

  @Test("Plain progress says what is waited for after half a minute of silence, and no earlier")
  func reminders() throws {
    let start = Moment(wallMs: 100_000, bootMs: 100_000, boot: "b")
    let state = try waiting(5, until: Deadline(start, plusMs: 92_000))
    var plain = PlainProgress()
    var said: [String] = []
    for second in stride(from: 0, through: 120, by: 2) {
      let now = Moment(
        wallMs: 100_000 + Int64(second) * 1000, bootMs: 100_000 + Int64(second) * 1000, boot: "b")
      if let line = plain.reminder(state, at: now) { said.append(line) }
    }
    #expect(said.count == 3)
    #expect(said.first?.contains("(1:02 left): The program \"./tools/limited.sh\" is limited.") == true)
  }

  @Test("A board is written over wholly after the terminal has become narrower, lower or higher")
  func resized() {
    var drawn = DrawnLines()
    let lines = (1...6).map { String(repeating: "\($0)", count: 60) }
    #expect(drawn.rewriting(to: lines, size: (80, 24)) == Terminal.rewrite(lines, over: 0))
    #expect(drawn.rewriting(to: lines, size: (80, 24)) == nil)
    // Each line has been wrapped to two.
    let narrow = drawn.rewriting(to: ["a"], size: (40, 24))
    #expect(narrow == Terminal.erase(lines: 12) + "a\u{1B}[K\n")
    var low = DrawnLines()
    _ = low.rewriting(to: lines, size: (80, 24))
    #expect(low.rewriting(to: ["a"], size: (80, 4)) == Terminal.erase(lines: 6) + "a\u{1B}[K\n")
    // What had gone out of sight comes back above.
    #expect(low.rewriting(to: ["b"], size: (80, 24)) == Terminal.erase(lines: 4) + "b\u{1B}[K\n")
    #expect(low.rewriting(to: ["c"], size: (80, 24)) == Terminal.rewrite(["c"], over: 1))
  }

  @Test("An outside call is told of when it begins; quick stages make no line of their own")
  func plainLines() async throws {
    let folder = try SampleFolder()
    let gate = try Gate.inExtractor(of: folder)
    let run = try folder.start("run", "batch.json", "--format", "jsonl", "--progress", "plain")
    _ = try await gate.waitForOne(of: run)
    while !String(decoding: run.errorTail, as: UTF8.self).contains(
      "ASSET-3 extract: asking /bin/sh extract.sh")
    {
      await Task.yield()
    }
    gate.letAllGo()
    while try await run.readChunk() != nil {}
    #expect(await run.waitForExit() == .code(0))
    let said = String(decoding: run.errorTail, as: UTF8.self)
    #expect(said.contains("ASSET-3: packaged") && !said.contains("validate: executed in 0."))
  }
}
