import GitRepository
import Testing

@testable import Extractors
@testable import Runner

@Suite("Any program can extract", .serialized)
struct ExecExtractorTests {
  private typealias Fixtures = ExtractorFixtures

  private func ask(
    _ how: String, timeout: Duration = .seconds(20)
  ) async throws -> Result<ExtractionReply, ExtractorRefusal> {
    let configured = Fixtures.configured(
      .exec, ["python3", "Tests/Servers/program.py", how], environmentNames: ["PROGRAM_KEY"], timeout: timeout
    )
    let extractor = extractor(configured)
    return await extractor.result(try Fixtures.request("A"))
  }

  private func extractor(_ configured: ExtractorSettings) -> ExecExtractor {
    let environment = Fixtures.surroundings.merging(["PROGRAM_KEY": "open sesame"]) { $1 }
    return ExecExtractor(
      configured, root: Fixtures.repository, environment: environment, nowMs: { Fixtures.nowMs })
  }

  @Test("It gets one JSON object on stdin and answers on stdout")
  func answers() async throws {
    let reply = try await ask("fine").get()
    #expect(reply.said["mode"] == "A /images/A.png Nocturnal Canopy 512")
    #expect(reply.raw?.hasPrefix("{\"schema\"") == true)
  }

  /// How a program is limited, the milliseconds to wait and where that was read.
  static let limits: [(String, Int64?, String)] = [
    ("limited", 38_000, "exit status 75: retry after"), ("limited_plain", 12_000, "exit status 75"),
    ("limited_silent", nil, "exit status 75"), ("quota", nil, "stderr: too many requests"),
    ("told", nil, "stdout: RESOURCE_EXHAUSTED"),
  ]

  @Test("Exit status 75, or words about a quota, mean limited", arguments: limits)
  func limited(_ how: String, _ milliseconds: Int64?, _ source: String) async throws {
    guard case .limited(milliseconds, source, false, _) = try await ask(how).refusal else {
      Issue.record("expected a limit, found \(try await ask(how))")
      return
    }
  }

  @Test("A program's no is told with its last words, without secrets")
  func rejected() async throws {
    #expect(
      try await ask("no").refusal
        == .rejected(
          message: "The program \"python3\" ended with exit status 1: \"wrong key [redacted]\"",
          retryable: true))
    #expect(
      try await ask("crash").refusal
        == .rejected(message: "The program \"python3\" ended with signal 11", retryable: true))
  }

  @Test(
    "Nonsense is a bad reply, output without end breaks the protocol, silence and absence are unavailable")
  func refused() async throws {
    guard case .badReply(_, "hello\n", true) = try await ask("nonsense").refusal else {
      Issue.record("expected a bad reply")
      return
    }
    guard case .protocolBroken = try await ask("flood").refusal else {
      Issue.record("expected a broken protocol")
      return
    }
    guard case .unavailable(.timeout, _) = try await ask("deaf", timeout: .seconds(1)).refusal else {
      Issue.record("expected a time-out")
      return
    }
    guard case .unavailable(.notRun, _) = try await ask("not_run").refusal else {
      Issue.record("expected it not to start")
      return
    }
    let missing = extractor(Fixtures.configured(.exec, ["./no/such/program"]))
    guard case .unavailable(.notFound, _) = await missing.result(try Fixtures.request("A")).refusal else {
      Issue.record("expected it not to be found")
      return
    }
  }

  @Test("Its identity is its words without hosts' folders and the bytes of the project's files among them")
  func identity() async throws {
    let words = [
      "/usr/bin/python3", "Tests/Servers/program.py", "fine", "\(Fixtures.repository)/Package.swift",
    ]
    let identity = try await extractor(Fixtures.configured(.exec, words)).identity
    #expect(identity.kind == "exec")
    #expect(identity.parts["word.0"] == "python3" && identity.parts["word.3"] == "Package.swift")
    #expect(
      Set(identity.parts.keys).subtracting(["word.0", "word.1", "word.2", "word.3"]) == ["file.1", "file.3"])
  }
}
