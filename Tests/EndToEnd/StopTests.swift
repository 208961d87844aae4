import Foundation
import GitRepository
import SampleBatch
import StrictJSON
import Subprocesses
import Testing

@testable import Runner

@Suite("Stops are not failures", .timeLimit(.minutes(3)))
struct StopTests {
  /// A run whose extractor waits at a gate, and the process to send signals to.
  private struct Running {
    let folder: SampleFolder
    let gate: Gate
    let child: ChildProcess
    let process: Int32

    init(_ prepare: (SampleFolder) throws -> Void = { _ in }) async throws {
      folder = try SampleFolder()
      gate = try Gate.inExtractor(of: folder)
      try prepare(folder)
      child = try folder.start("run", "batch.json", "--format", "jsonl", "--progress", "plain")
      process = try await gate.waitForOne(of: child)
    }

    /// Sends the first signal and returns once the run has heard it.
    func signal(_ number: Int32) async {
      kill(process, number)
      while !String(decoding: child.errorTail, as: UTF8.self).contains("Finishing running stages") {
        await Task.yield()
      }
    }

    /// The result with which it ends.
    func result() async throws -> JSONValue {
      var last = ""
      var reader = LineReader(child)
      while let line = try await reader.next() { last = line }
      return try JSONReader.value(of: Array(last.utf8))
    }
  }

  @Test(
    "SIGTERM and a lost terminal let running calls end, and the ledger names the signal",
    arguments: [SIGTERM, SIGHUP])
  func asked(by number: Int32) async throws {
    let run = try await Running()
    await run.signal(number)
    // Who loses a terminal is told so again and again: that is not a second request.
    for _ in 0..<3 { kill(run.process, SIGHUP) }
    run.gate.letAllGo()
    let result = try await run.result()
    #expect(await run.child.waitForExit() == .code(143))
    #expect(result["exit"] == 143)
    #expect(result["next"]?.array == [["ledgerctl", "resume", .string(SampleArt.batchID)]])
    let name: JSONValue = number == SIGTERM ? "SIGTERM" : "SIGHUP"
    let finished = try #require(try await run.folder.events("--type", "run.finished").last)
    #expect(finished["data"]?["signal"] == name)
    #expect(try await run.folder.events("--type", "run.interrupted").last?["data"]?["signal"] == name)
    #expect(try await run.folder.events("--type", "stage.failed", "--type", "stage.interrupted").isEmpty)
    #expect(try await run.folder.ledgerctl("resume").exit == 0)
    #expect(try await run.folder.events("--type", "stage.started", "--stage", "extract").count == 3)
  }

  @Test("Left at a second signal, again and again, no asset fails; the one line of JSON is there each time")
  func leftAtOnce() async throws {
    let folder = try SampleFolder()
    let gate = try Gate.inExtractor(of: folder)
    try folder.writeManifest { $0.assets.removeLast(2) }
    for _ in 0..<4 {
      let child = try folder.start("run", "batch.json", "--format", "jsonl", "--progress", "plain")
      let process = try await gate.waitForOne(of: child)
      kill(process, SIGINT)
      while !String(decoding: child.errorTail, as: UTF8.self).contains("Finishing running stages") {
        await Task.yield()
      }
      kill(process, SIGINT)
      var last = ""
      var reader = LineReader(child)
      while let line = try await reader.next() { last = line }
      #expect(await child.waitForExit() == .code(130))
      let result = try JSONReader.value(of: Array(last.utf8))
      #expect(result["exit"] == 130)
      #expect(result["next"]?.array == [["ledgerctl", "resume", .string(SampleArt.batchID)]])
    }
    // Each run wrote down what it was at, and its end.
    let interrupted = try await folder.events("--type", "stage.interrupted")
    #expect(interrupted.map { $0["data"]?["signal"] } == Array(repeating: "SIGINT", count: 4))
    #expect(interrupted.allSatisfy { $0["data"]?["in_doubt"] == true })
    #expect(try await folder.events("--type", "run.finished").count == 4)
    gate.letAllGo()
    let resumed = try await folder.ledgerctl("resume")
    #expect(resumed.exit == 0, "\(resumed.errors)")
    #expect(try await folder.events("--type", "stage.failed").isEmpty)
  }

  @Test("A run that was asked to stop and then killed, as services are, counts for no crash loop")
  func killedAfterAsking() async throws {
    let folder = try SampleFolder()
    let gate = try Gate.inExtractor(of: folder)
    try folder.writeManifest { $0.assets.removeLast(2) }
    for round in 0..<5 {
      let child = try folder.start("run", "batch.json", "--format", "jsonl", "--progress", "plain")
      let process = try await gate.waitForOne(of: child)
      if round != 2 {
        kill(process, SIGTERM)
        while try await folder.events("--type", "run.interrupted").count(where: {
          $0["data"]?["signal"] != nil
        })
          < 2 * round + (round > 2 ? -1 : 1)
        {
          await Task.yield()
        }
      }
      kill(process, SIGKILL)
      #expect(await child.waitForExit() == .signal(SIGKILL))
    }
    gate.letAllGo()
    #expect(try await folder.ledgerctl("resume").exit == 0)
    #expect(try await folder.events("--type", "stage.failed").isEmpty)
  }

  @Test("Three deaths that nobody asked for are a crash loop still")
  func crashLoop() async throws {
    let folder = try SampleFolder()
    let gate = try Gate.inExtractor(of: folder)
    try folder.writeManifest { $0.assets.removeLast(2) }
    for _ in 0..<3 {
      let child = try folder.start("run", "batch.json", "--format", "jsonl")
      kill(try await gate.waitForOne(of: child), SIGKILL)
      #expect(await child.waitForExit() == .signal(SIGKILL))
    }
    #expect(try await folder.ledgerctl("resume").exit == 1)
    #expect(try await folder.events("--type", "stage.failed").map { $0["data"]?["code"] } == ["crash_loop"])
  }

  @Test("SIGINT that was ignored at the start stays ignored")
  func ignoredInterrupt() async throws {
    let folder = try SampleFolder()
    let gate = try Gate.inExtractor(of: folder)
    let child = try ChildProcess.start(
      Command(
        ["/bin/sh", "-c", "trap '' INT; exec \"$0\" run batch.json --format jsonl", BuiltCommand.path],
        environment: folder.environment, directory: folder.root))
    let process = try await gate.waitForOne(of: child)
    for _ in 0..<3 { kill(process, SIGINT) }
    gate.letAllGo()
    while try await child.readChunk() != nil {}
    #expect(await child.waitForExit() == .code(0))
    #expect(try folder.commits() == 2)
  }

  @Test("Interrupted while a hook runs, the commit that lands is written down to its end: exit 0")
  func inHook() async throws {
    let folder = try SampleFolder()
    let gate = try Gate.inCommitHook(of: folder)
    let child = try folder.start("run", "batch.json", "--format", "jsonl", "--progress", "plain")
    let process = try await gate.waitForOne(of: child)
    kill(process, SIGINT)
    while !String(decoding: child.errorTail, as: UTF8.self).contains("Finishing running stages") {
      await Task.yield()
    }
    gate.letAllGo()
    var last = ""
    var reader = LineReader(child)
    while let line = try await reader.next() { last = line }
    #expect(await child.waitForExit() == .code(0))
    let batch = try JSONReader.value(of: Array(last.utf8))["batches"]?.array?.first
    #expect(batch?["state"] == "committed" && batch?["commit"] != nil)
    #expect(try folder.commits() == 2)
  }

  @Test("A second signal while a hook runs leaves at once, and the next run makes the one commit")
  func leftInHook() async throws {
    let folder = try SampleFolder()
    let gate = try Gate.inCommitHook(of: folder)
    let child = try folder.start("run", "batch.json", "--format", "jsonl", "--progress", "plain")
    let process = try await gate.waitForOne(of: child)
    kill(process, SIGTERM)
    while !String(decoding: child.errorTail, as: UTF8.self).contains("Finishing running stages") {
      await Task.yield()
    }
    kill(process, SIGTERM)
    while try await child.readChunk() != nil {}
    #expect(await child.waitForExit() == .code(143))
    let interrupted = try await folder.events("--type", "stage.interrupted")
    #expect(interrupted.map { $0["stage"] } == ["commit"])
    gate.letAllGo()
    #expect(try await folder.ledgerctl("resume").exit == 0)
    #expect(try folder.commits() == 2)
    #expect(try folder.git("status", "--porcelain") == "")
  }
}

@Suite("Programs that somebody else ends", .timeLimit(.minutes(3)))
struct EndedProgramTests {
  /// A folder whose extractor does something before it answers; `{}` stands for how often it was called.
  private func folder(_ script: String, _ settings: String = "") throws -> SampleFolder {
    let folder = try SampleFolder()
    try folder.write("/ledger.yaml\n/calls\n/extract.sh\n", to: ".git/info/exclude")
    try folder.write(
      """
      #!/bin/sh
      cat > /dev/null
      echo x >> calls
      n=$(wc -l < calls)
      \(script)
      echo '{"schema":"idf/v1","background":"#101010","palette":{"primary":["#c45c4b"],"accents":["#7a9e82"]},'
      echo '"density_zones":{"upper_left":{"coverage":0.1},"central":{"coverage":0.2},"lower_right":{"coverage":0.3}}}'
      """, to: "extract.sh")
    try folder.write(
      "extractor: { kind: exec, command: [/bin/sh, extract.sh]\(settings) }\nlimits: { max_attempts: 2 }\n",
      to: "ledger.yaml")
    try folder.writeManifest { $0.assets.removeLast(2) }
    return folder
  }

  @Test(
    "An extractor that is killed from outside, or whose child is, spends no attempt",
    arguments: ["kill -KILL $$", "kill -TERM $$", "kill -HUP $$", "exit 137", "exit 143"])
  func killed(_ end: String) async throws {
    let folder = try folder("if [ $n -lt 2 ]; then \(end); fi")
    let run = try await folder.ledgerctl("run", "batch.json")
    #expect(run.exit == 0, "\(run.errors)")
    #expect(try await folder.events("--type", "stage.failed").isEmpty)
    let deferred = try #require(try await folder.events("--type", "stage.deferred").first)
    #expect(deferred["data"]?["code"] == "extractor_unavailable")
    #expect(deferred["data"]?["message"]?.string?.contains("was ended from outside") == true)
  }

  @Test(
    "A stop that meets extractor and run alike, in either order, is an interruption",
    arguments: [false, true])
  func group(extractorFirst: Bool) async throws {
    // What sends the signals is not part of the group that ends with the extractor.
    let order = extractorFirst ? "$$ $PPID" : "$PPID $$"
    let folder = try folder("[ $n -gt 3 ] || { setsid sh -c \"kill -TERM \(order)\"; sleep 9; }")
    for _ in 0..<3 { #expect(try await folder.ledgerctl("run", "batch.json").exit == 143) }
    #expect(try await folder.events("--type", "stage.interrupted").count == 3)
    #expect(try await folder.events("--type", "stage.failed", "--type", "stage.deferred").isEmpty)
    let run = try await folder.ledgerctl("run", "batch.json")
    #expect(run.exit == 0, "\(run.errors)")
    #expect(try await folder.events("--type", "stage.completed", "--stage", "extract").first?["attempt"] == 1)
  }

  @Test("A hook that ends along with the run has refused nothing: all stays placed, and the next run commits")
  func hook() async throws {
    let folder = try SampleFolder()
    try folder.write("/ledger.yaml\n/once\n", to: ".git/info/exclude")
    try folder.write("commit: { hooks: true }\n", to: "ledger.yaml")
    // The hook's parent is git, and that one's the run.
    try folder.hook(
      "pre-commit",
      """
      [ -e once ] && exit 0
      : > once
      git=$(ps -o ppid= -p $PPID)
      for p in $git $(ps -o ppid= -p $git); do
        case "$(cat /proc/$p/comm)" in ledgerctl) run=$p ;; esac
      done
      setsid kill -TERM $run $$
      sleep 5
      """)
    let run = try await folder.ledgerctl("run", "batch.json", "--format", "json")
    #expect(run.exit == 143, "\(run.text)\(run.errors)")
    #expect(try run.json()["batches"]?.array?.first?["state"] == "placed")
    #expect(try await folder.events("--type", "stage.interrupted").map { $0["stage"] } == ["commit"])
    #expect(try await folder.ledgerctl("resume").exit == 0)
    #expect(try folder.commits() == 2)
  }

  @Test("Time in which the run was suspended is not counted as the extractor's")
  func suspended() async throws {
    let folder = try folder(
      "kill -STOP $PPID; (sleep 4; kill -CONT $PPID) > /dev/null 2>&1 & sleep 1", ", timeout: 2s")
    let run = try await folder.ledgerctl("run", "batch.json")
    #expect(run.exit == 0, "\(run.errors)")
    #expect(try String(decoding: folder.read("calls"), as: UTF8.self) == "x\n")
    #expect(try await folder.events("--type", "stage.failed").isEmpty)
  }
}
