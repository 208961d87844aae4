import Core
import GitRepository
import StrictJSON
import Testing

@testable import Extractors
@testable import Runner

// One at a time: each starts a process, and their times must not depend on the others.
@Suite("Servers that misbehave harm nobody but themselves", .serialized)
struct MCPFakeServerTests {
  private typealias Fixtures = ExtractorFixtures

  @Test(
    "What is on stdout beside or around an answer is understood or skipped",
    arguments: [
      "fine", "banner", "crlf", "pieces", "listed", "repeated_id", "unasked", "stderr_flood", "asks_back",
      "fence",
      "prose", "wrapped", "older_version", "advertises_old", "stateless", "two_pages", "dies_of_probe",
    ])
  func understood(_ how: String) async throws {
    for answer in try await Fixtures.ask(Fixtures.fake(how), "A", "B") {
      let reply = try answer.get()
      #expect(reply.said["background"] == "#1A1714")
      #expect(reply.said["specimens"] == ["Eucalyptus – Blüte 🌿"])
    }
  }

  @Test("Skipped lines and replies nobody asked for are noted, without their secrets")
  func notes() async throws {
    let banner = try #require(try await Fixtures.ask(Fixtures.fake("banner"), "A").first).get()
    #expect(banner.notes.count == 4, "\(banner.notes)")
    #expect(banner.notes.first?.contains("INFO warming up, key=[redacted]") == true)
    let unasked = try #require(try await Fixtures.ask(Fixtures.fake("unasked"), "A").first).get()
    #expect(unasked.notes == ["a reply with the id 4711, which no request has, was ignored"])
    let repeated = try await Fixtures.ask(Fixtures.fake("repeated_id"), "A", "B")
    #expect(try repeated[1].get().notes.allSatisfy { $0.contains("second or late reply") })
    #expect(try !repeated[1].get().notes.isEmpty)
  }

  /// How a server answers, and words of the refusal's message, whether asking again may help.
  static let badReplies: [(String, String, Bool)] = [
    ("no_outcome", "has neither \"result\" nor \"error\"", true),
    ("invalid_json", "is not valid JSON", true),
    ("nonsense", "holds no JSON object with design facts, found \"I can't see the image.\"", true),
    ("number_for_text", "\"content[0].text\": expected a string, found 7", true),
    ("needs_input", "expected resultType \"complete\", found \"input_required\"", false),
  ]

  @Test(
    "What an answer has wrong about the image is not a failure",
    arguments: ["no_colour", "number_for_name", "other_size"])
  func wrongFields(_ how: String) async throws {
    let answer = try await Fixtures.ask(Fixtures.fake(how), "A").first
    #expect(answer?.refusal == nil, "\(String(describing: answer))")
  }

  @Test("An answer that can't be read fails the asset with what was wrong", arguments: badReplies)
  func badReply(_ how: String, _ words: String, _ retryable: Bool) async throws {
    let refusal = try await Fixtures.ask(Fixtures.fake(how), "A").first?.refusal
    guard case .badReply(let message, _, retryable) = refusal else {
      Issue.record("expected a bad reply, found \(String(describing: refusal))")
      return
    }
    #expect(
      message.hasPrefix("The reply of the tool \"generate_idf\" ") && message.contains(words), "\(message)")
  }

  @Test("A tool's no and a JSON-RPC error fail the asset with their words")
  func rejected() async throws {
    let error = try await Fixtures.ask(Fixtures.fake("is_error"), "A").first?.refusal
    #expect(
      error
        == .rejected(
          message: "The tool \"generate_idf\" said no: \"the picture shows nothing\"", retryable: true))
    let rpc = try await Fixtures.ask(Fixtures.fake("rpc_error"), "A").first?.refusal
    #expect(
      rpc
        == .rejected(
          message: "The tool \"generate_idf\" was refused with error -32000: \"the model is asleep\"",
          retryable: true))
    let anonymous = try await Fixtures.ask(Fixtures.fake("null_id"), "A").first?.refusal
    #expect(
      anonymous
        == .rejected(
          message: "The tool \"generate_idf\" was refused with error -32700: \"Parse error\"", retryable: true
        ))
  }

  @Test("A limit is a limit wherever it is")
  func limited() async throws {
    let inError = try await Fixtures.ask(Fixtures.fake("rpc_limited"), "A").first?.refusal
    #expect(
      inError
        == .limited(
          retryAfterMs: 38_000, source: "error data: retryDelay", daily: false,
          message: "The tool \"generate_idf\" is limited: \"Too Many Requests\""))
    let daily = try await Fixtures.ask(Fixtures.fake("rpc_daily"), "A").first?.refusal
    #expect(
      daily
        == .limited(
          retryAfterMs: nil, source: "error code: 429", daily: true,
          message: "The tool \"generate_idf\" is limited: \"quota\""))
    let inResult = try await Fixtures.ask(Fixtures.fake("is_error_limited"), "A").first?.refusal
    #expect(
      inResult
        == .limited(
          retryAfterMs: 12_000, source: "structuredContent: retry_after", daily: false,
          message: "The tool \"generate_idf\" is limited: \"quota\""))
  }

  @Test("A line without end is cut off, and the server with it")
  func endlessLine() async throws {
    var settings = Fixtures.fake("endless_line")
    settings.lineLimitBytes = 1 << 20
    let refusal = try await Fixtures.ask(settings, "A").first?.refusal
    #expect(
      refusal
        == .protocolBroken(
          message:
            "The server \"python3\" broke the protocol: "
            + "expected lines of at most 1048576 bytes, found a longer one", retryable: false
        ))
  }

  @Test("A server that dies at its start says so with its last words, and is left alone after some times")
  func diesAtStart() async throws {
    let refusal = try await Fixtures.ask(Fixtures.fake("dies_at_start"), "A").first?.refusal
    #expect(
      refusal
        == .unavailable(
          reason: .start,
          message: "The server \"python3\" could not be used: it ended with exit status 1, "
            + "its last words on stderr: \"no module named cheese\""))
    try await Fixtures.withFile { path in
      var settings = Fixtures.fake("counts_starts", path)
      settings.mostStarts = 3
      settings.version = .newestOfHandshake
      let answers = try await Fixtures.ask(settings, "A", "B", "C", "D", "E")
      #expect(answers.allSatisfy { $0.refusal?.isPermanent == false })
      #expect(try Fixtures.text(ofFileAt: path) == "xxx")
    }
  }

  @Test("A server that dies in a call fails that call and is started again for the next")
  func diesInCall() async throws {
    let refusal = try await Fixtures.ask(Fixtures.fake("dies"), "A").first?.refusal
    #expect(
      refusal
        == .unavailable(
          reason: .exit,
          message: "The server \"python3\" went away in the middle of a call: it ended with exit status 3, "
            + "its last words on stderr: \"out of cheese\""))
    try await Fixtures.withFile { path in
      let answers = try await Fixtures.ask(Fixtures.fake("dies_once", path), "A", "B")
      #expect(answers[0].refusal != nil)
      #expect(answers[1].refusal == nil)
    }
  }

  @Test("A server that closes its stdout is ended and told of")
  func closesStdout() async throws {
    let refusal = try await Fixtures.ask(Fixtures.fake("closes_stdout"), "A").first?.refusal
    guard case .unavailable(.exit, _) = refusal else {
      Issue.record("expected it to be gone, found \(String(describing: refusal))")
      return
    }
  }

  @Test(
    "A call that is never answered, or with another's id, or with progress for ever, ends in time",
    arguments: ["never", "wrong_id", "progress_for_ever"])
  func timesOut(_ how: String) async throws {
    var settings = Fixtures.fake(how, timeout: .milliseconds(300))
    settings.hardLimit = .milliseconds(600)
    let refusal = try await Fixtures.ask(settings, "A").first?.refusal
    guard case .unavailable(.timeout, let message) = refusal else {
      Issue.record("expected a time-out, found \(String(describing: refusal))")
      return
    }
    #expect(message.hasPrefix("The server \"python3\" did not answer within"))
    #expect(message.contains("a reply with the id") == (how == "wrong_id"), "\(message)")
  }

  @Test("After a time-out the server is told, and its late reply is ignored")
  func cancelsAndIgnoresLateReply() async throws {
    try await Fixtures.withFile { path in
      var settings = Fixtures.fake("told_of_cancelling", path, timeout: .milliseconds(300))
      settings.version = .newestOfHandshake
      settings.patience = .seconds(10)
      let extractor = try Fixtures.extractor(settings)
      let first = await extractor.result(try Fixtures.request("A"))
      guard case .unavailable(.timeout, _) = first.refusal else {
        Issue.record("expected a time-out, found \(first)")
        return
      }
      await extractor.shutDown()
      let told = try JSONReader.value(of: Array(try Fixtures.text(ofFileAt: path).utf8))
      #expect(told["method"] == "notifications/cancelled")
      #expect(told["params"]?["requestId"] == 3, "After the handshake and the list of tools.")
    }
  }

  @Test("Cancelling the task ends the call at once")
  func cancelledTask() async throws {
    let extractor = try Fixtures.extractor(Fixtures.fake("never", timeout: .seconds(600)))
    _ = try await extractor.identity
    let request = try Fixtures.request("A")
    let call = Task { await extractor.result(request) }
    call.cancel()
    #expect(await call.value.refusal == .cancelled)
    await extractor.shutDown()
    #expect(await extractor.result(request).refusal == .cancelled, "Nothing is started after the end.")
  }

  @Test(
    "At the end neither the server nor its children are left", arguments: ["with_child", "ignores_terminate"])
  func leavesNothing(_ how: String) async throws {
    try await Fixtures.withFile { path in
      let answer = try await Fixtures.ask(Fixtures.fake(how, path), "A").first
      #expect(answer?.refusal == nil)
      let processes = try Fixtures.text(ofFileAt: path).split(separator: " ").compactMap { Int($0) }
      #expect(processes.count == 2)
      for process in processes { #expect(try await isGone(process)) }
    }
  }

  @Test("A version that isn't known ends it", arguments: ["unknown_version", "other_versions"])
  func unknownVersion(_ how: String) async throws {
    let refusal = try await Fixtures.ask(Fixtures.fake(how), "A").first?.refusal
    guard case .protocolBroken(let message, false) = refusal else {
      Issue.record("expected a broken protocol, found \(String(describing: refusal))")
      return
    }
    #expect(message.contains(how == "unknown_version" ? "found \"1999-01-01\"" : "found \"2031-01-01\""))
  }

  @Test("A pinned version is the only one asked for")
  func pinned() async throws {
    var stateless = Fixtures.fake("stateless")
    stateless.version = .v20260728
    #expect(try await Fixtures.ask(stateless, "A").first?.refusal == nil)
    var newOnly = Fixtures.fake("fine")
    newOnly.version = .v20260728
    guard case .protocolBroken = try await Fixtures.ask(newOnly, "A").first?.refusal else {
      Issue.record("expected a server of the older kind to be refused")
      return
    }
    var older = Fixtures.fake("dies_of_probe")
    older.version = .v20250618
    #expect(try await Fixtures.ask(older, "A").first?.refusal == nil)
  }

  @Test("A server that leaves the first question unanswered is asked in the older way")
  func deafToProbe() async throws {
    var settings = Fixtures.fake("deaf_to_probe")
    settings.probeTimeout = .milliseconds(500)
    #expect(try await Fixtures.ask(settings, "A").first?.refusal == nil)
  }

  @Test("A tool that isn't there is refused with the nearest name, for good")
  func missingTool() async throws {
    let refusal = try #require(try await Fixtures.ask(Fixtures.fake("other_tools"), "A").first?.refusal)
    #expect(
      refusal
        == .unavailable(
          reason: .noTool,
          message: "The server \"python3\" has no tool \"generate_idf\": found \"generate_idfs\", \"fetch\": "
            + "did you mean \"generate_idfs\"?"))
    #expect(refusal.isPermanent)
  }

  @Test("A program that isn't there is refused for good, and a variable that isn't set is named")
  func missingProgram() async throws {
    let configured = Fixtures.configured(
      .mcp, ["no-such-program"], environmentNames: ["LEDGERCTL_NO_SUCH_KEY"])
    let settings = MCPSettings(configured, root: Fixtures.repository, environment: Fixtures.surroundings)
    let refusal = try #require(try await Fixtures.ask(settings, "A").first?.refusal)
    guard case .unavailable(.notFound, let message) = refusal else {
      Issue.record("expected it not to be found, found \(refusal)")
      return
    }
    #expect(message.contains("\"no-such-program\"") && message.hasSuffix("(not set: LEDGERCTL_NO_SUCH_KEY)"))
    #expect(refusal.isPermanent)
  }
}
