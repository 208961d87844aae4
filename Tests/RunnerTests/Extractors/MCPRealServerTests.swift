import GitRepository
import ModelContext
import StrictJSON
import Testing

@testable import Extractors
@testable import Runner

// One at a time, for their times must not depend on each other.
@Suite("Both lines of the real SDK are understood", .serialized)
struct MCPRealServerTests {
  private typealias Fixtures = ExtractorFixtures

  @Test("Who a server is, and what it speaks, is found out by asking", arguments: RealServer.allCases)
  func identity(_ server: RealServer) async throws {
    let first = try await server.shared().identity
    let other = try Fixtures.extractor(try server.settings(arguments: ["code": "@path", "x": 1]))
    let second = try await other.identity
    await other.shutDown()
    #expect(first != second)
    #expect(first.kind == "mcp" && first.parts["server"] == "flash-sidekick")
    #expect(Set(first.parts.keys) == ["server", "version", "tool", "schema", "arguments", "file.1"])
  }

  @Test(
    "The newest version is agreed on by asking, an older one where it is pinned",
    arguments: RealServer.allCases)
  func versions(_ server: RealServer) async throws {
    for (pinned, agreed) in [(nil, server.version), (.v20241105, .v20241105)] as [(MCPVersion?, MCPVersion)] {
      var settings = try server.settings()
      settings.version = pinned
      let running = MCPServer(settings)
      #expect(try await running.session().agreement.version == agreed)
      let (answer, _) = try await running.callTool { _ in ["code": "/images/fine.png"] }
      guard case .result(let result, _) = answer, result["content"]?.array?.count == 1 else {
        Issue.record("expected a result, found \(answer)")
        return
      }
      await running.shutDown()
    }
  }

  @Test("Three calls are under way at once on one server", arguments: RealServer.allCases)
  func overlap(_ server: RealServer) async throws {
    // None of the three is answered before all have arrived.
    let answers = try await server.ask("together-1", "together-2", "together-3")
    #expect(answers.count == 3 && answers.values.allSatisfy { $0.refusal == nil })
  }

  @Test("Three calls of one second each take little more than one", arguments: RealServer.allCases)
  func overlapInTime(_ server: RealServer) async throws {
    let extractor = try server.shared()
    _ = try await extractor.identity
    let requests = try ["slow-1", "slow-2", "slow-3"].map { try Fixtures.request($0) }
    let elapsed = await ContinuousClock().measure {
      await withTaskGroup(of: Void.self) { group in
        for request in requests { group.addTask { #expect(await extractor.result(request).refusal == nil) } }
      }
    }
    // Far less than three one after another take, with room for a busy machine.
    #expect(elapsed >= .seconds(1) && elapsed < .seconds(2.5), "\(elapsed)")
  }

  @Test(
    "JSON, JSON in a fence and JSON inside prose are read; what is printed besides is skipped",
    arguments: RealServer.allCases)
  func answers(_ server: RealServer) async throws {
    for (name, answer) in try await server.ask("fine", "fence", "prose", "printing") {
      let reply = try answer.get()
      #expect(reply.said["specimens"] == ["Eucalyptus – Blüte 🌿"], "\(name)")
      #expect(reply.said["purpose"] == "429 leaves on a quota of green")
      #expect(reply.raw?.contains("idf/v1") == true)
    }
  }

  @Test("A tool's failure is that asset's alone", arguments: RealServer.allCases)
  func toolError(_ server: RealServer) async throws {
    let answers = try await server.ask("error", "fine")
    guard case .rejected(let message, true) = answers["error"]?.refusal else {
      Issue.record("expected a no, found \(String(describing: answers["error"]))")
      return
    }
    #expect(message.contains("the picture shows nothing"))
    #expect(answers["fine"]?.refusal == nil)
  }

  @Test(
    "A tool that asks us for an answer of the user's or of a model's is refused for good",
    arguments: RealServer.allCases)
  func asksTheClient(_ server: RealServer) async throws {
    for (name, answer) in try await server.ask("elicit", "sample") {
      guard case .rejected(let message, false)? = answer.refusal else {
        Issue.record("\(name): expected a no for good, found \(answer)")
        continue
      }
      #expect(message.contains(name == "elicit" ? "elicitation/create" : "sampling/createMessage"))
    }
  }

  @Test("Limited twice with a time, then answered", arguments: RealServer.allCases)
  func limited(_ server: RealServer) async throws {
    let extractor = try server.shared()
    let request = try Fixtures.request("limited")
    for _ in 0..<2 {
      guard case .limited(2000, "tool error: retryDelay", false, _) = await extractor.result(request).refusal
      else {
        Issue.record("expected a limit of two seconds")
        return
      }
    }
    #expect(await extractor.result(request).refusal == nil)
  }

  @Test("A limit given as the answer is one too", arguments: RealServer.allCases)
  func toldLimit(_ server: RealServer) async throws {
    let refusal = try await server.ask("told")["told"]?.refusal
    guard case .limited(2000, "result text: retryDelay", false, _) = refusal else {
      Issue.record("expected a limit, found \(String(describing: refusal))")
      return
    }
  }

  @Test(
    "A crash in one call fails those under way, and the next call finds a new server",
    arguments: RealServer.allCases)
  func crash(_ server: RealServer) async throws {
    let extractor = try Fixtures.extractor(try server.settings())
    let refusal = await extractor.result(try Fixtures.request("crash")).refusal
    guard case .unavailable(.exit, let message) = refusal else {
      Issue.record("expected it to be gone, found \(String(describing: refusal))")
      return
    }
    #expect(message.contains("exit status 3"))
    #expect(await extractor.result(try Fixtures.request("fine")).refusal == nil)
    await extractor.shutDown()
  }

  @Test("Progress extends a call beyond its time-out", arguments: RealServer.allCases)
  func progress(_ server: RealServer) async throws {
    // The call takes two seconds and says every quarter of a second that it continues.
    let extractor = try Fixtures.extractor(try server.settings(timeout: .seconds(1.2)))
    let answer = await extractor.result(try Fixtures.request("progress"))
    #expect(answer.refusal == nil, "\(answer)")
    await extractor.shutDown()
  }

  @Test(
    "A call that is never answered ends in time and leaves the others alone", arguments: RealServer.allCases)
  func timeout(_ server: RealServer) async throws {
    let answers = try await server.ask(try server.settings(timeout: .seconds(4)), "never", "fine")
    guard case .unavailable(.timeout, _) = answers["never"]?.refusal else {
      Issue.record("expected a time-out, found \(String(describing: answers["never"]))")
      return
    }
    #expect(answers["fine"]?.refusal == nil)
  }

  @Test("Secrets don't come back, and only what is named is handed on", arguments: RealServer.allCases)
  func secrets(_ server: RealServer) async throws {
    let answers = try await server.ask("secret", "environment")
    guard case .rejected(let secret, _) = answers["secret"]?.refusal,
      case .rejected(let environment, _) = answers["environment"]?.refusal
    else {
      Issue.record("expected two refusals, found \(answers)")
      return
    }
    #expect(secret.contains("wrong key [redacted], Authorization: Bearer [redacted]"))
    let names = Set(environment.split { !($0.isLetter || $0.isNumber || $0 == "_") }.map(String.init))
    #expect(names.isSuperset(of: ["PATH", "SIDEKICK_KEY"]))
    #expect(
      names.isDisjoint(
        with: Fixtures.surroundings.keys.filter {
          !ExtractorProgram.standardNames.contains($0) && $0 != "_" && !$0.hasPrefix("LC_")
        }))
  }

  @Test("A server that was shut down is gone", arguments: RealServer.allCases)
  func shutDown(_ server: RealServer) async throws {
    try await Fixtures.withFile { path in
      #expect(try await server.ask(try server.settings("--pid", path), "fine").values.first?.refusal == nil)
      let process = try #require(Int(try Fixtures.text(ofFileAt: path)))
      #expect(!isAlive(process))
    }
  }

  @Test(
    "A configured tool gets bytes, specs, a question and a key, and may answer in structured content",
    arguments: RealServer.allCases)
  func configuredTool(_ server: RealServer) async throws {
    try await Fixtures.withFile { path in
      try Fixtures.write("12345", toFileAt: path)
      let arguments: JSONValue = [
        "picture": "@base64", "specs": "@specs", "question": "@prompt", "key": "@idempotency_key",
      ]
      let extractor = try Fixtures.extractor(try server.settings(tool: "describe", arguments: arguments))
      let reply = try await extractor.extract(try Fixtures.request("A", path: path))
      await extractor.shutDown()
      #expect(reply.said["mode"] == #"[8, "Nocturnal Canopy", "Describe", "key-A"]"#)
    }
  }

  @Test(
    "All assets are asked about in one call, and each gets its own answer", arguments: RealServer.allCases)
  func batch(_ server: RealServer) async throws {
    try await Fixtures.withFile { path in
      let settings = try server.settings("--calls", path, batch: true)
      let extractor = try MCPBatchExtractor(settings, nowMs: { Fixtures.nowMs })
      var requests = try ["fine", "fence", "error", "limited", "missing", "bad"].map {
        try Fixtures.request($0)
      }
      // The same picture under another asset: asked about once, answered for both.
      requests.append(try Fixtures.request("same", path: "/images/fine.png"))
      let answers = await extractor.extractAll(requests)
      let alone = await extractor.result(try Fixtures.request("error"))
      await extractor.shutDown()

      #expect(answers.count == 7)
      for name in ["fine", "fence", "same", "bad"] {
        #expect(answers[try #require(AssetID(name))]?.refusal == nil, "\(name)")
      }
      let refusals = Dictionary(
        uniqueKeysWithValues: answers.compactMap { id, answer in answer.refusal.map { (id.text, $0) } })
      #expect(
        refusals["error"]
          == .rejected(
            message: "The tool \"batch_file_analysis\" said no: \"the picture shows nothing\"",
            retryable: true))
      guard case .limited(38_000, "error of the file: retry after", false, _) = refusals["limited"],
        case .badReply("The reply of the tool \"batch_file_analysis\" says nothing of the file", nil, true) =
          refusals["missing"]
      else {
        Issue.record("\(refusals)")
        return
      }
      #expect(alone.refusal == refusals["error"])
      let calls = try Fixtures.text(ofFileAt: path).split(separator: "\n").map {
        $0.split(separator: " ", maxSplits: 1)[1]
      }
      #expect(calls == ["batch of 6 for quality", "batch of 1 for quality"])
    }
  }

  @Test("A call for all that fails as a whole refuses all", arguments: RealServer.allCases)
  func batchRefused(_ server: RealServer) async throws {
    var settings = try server.settings(batch: true)
    settings.tool = "no_such_tool"
    let extractor = try MCPBatchExtractor(settings, nowMs: { Fixtures.nowMs })
    let answers = await extractor.extractAll(try ["A", "B"].map { try Fixtures.request($0) })
    await extractor.shutDown()
    #expect(answers.count == 2 && answers.values.allSatisfy { $0.refusal?.isPermanent == true })
  }
}
