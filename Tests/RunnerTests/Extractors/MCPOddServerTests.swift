import GitRepository
import ModelContext
import StrictJSON
import Testing

@testable import Extractors
@testable import Runner

@Suite("Servers as they are", .serialized)
struct MCPOddServerTests {
  private typealias Fixtures = ExtractorFixtures

  private func ask(_ how: String, _ options: String...) async throws -> Result<
    ExtractionReply, ExtractorRefusal
  > {
    var settings = Fixtures.fake(how)
    settings.configure(how, options)
    return try #require(try await Fixtures.ask(settings, "A").first)
  }

  @Test(
    "Replies that are there are believed, versions that are named are spoken, and lists are read to their end",
    arguments: [
      "text_ids", "no_jsonrpc", "strict_version", "strict_32022", "expects_version", "poisoned_error",
      "poisoned_silence", "half_emoji", "no_line_feed", "two_on_a_line", "image_beside", "many_pages",
    ])
  func understood(_ how: String) async throws {
    let reply = try await ask(how).get()
    #expect(reply.said["background"] == "#1A1714")
    let notes = reply.notes.joined(separator: "\n")
    if how == "half_emoji" { #expect(notes.contains("U+FFFD")) }
    if how == "no_line_feed" {
      #expect(notes.contains("other output on the line") && notes.contains("Loading 100%"))
    }
  }

  @Test("A reply with an id of nobody's is told in the refusal, and not waited for")
  func foreignID() async throws {
    let started = ContinuousClock.now
    let refusal = try #require(try await ask("zero_id").refusal)
    guard case .protocolBroken(let message, false) = refusal else {
      Issue.record("expected a broken protocol, found \(refusal)")
      return
    }
    #expect(message.contains("a reply with the id 0, which no request has, was ignored"), "\(message)")
    #expect(ContinuousClock.now - started < .seconds(10))
  }

  @Test("A list of tools that goes round, fails or has an empty cursor ends, and each tool is named once")
  func pages() async throws {
    for how in ["looping_pages", "failing_pages", "empty_cursor"] {
      guard case .unavailable(.noTool, let message) = try await ask(how).refusal else {
        Issue.record("expected no tool of \(how)")
        continue
      }
      #expect(
        message.contains("found \"describe\"") && !message.contains("\"describe\", \"describe\""),
        "\(message)")
      #expect(
        message.contains("its list of tools ended at page 2: \"Invalid cursor\"") == (how == "failing_pages"))
    }
  }

  @Test(
    "What the next call would bring again is asked once",
    arguments: ["elicits", "wrong_arguments", "wrong_arguments_ts", "too_large", "wrong_model_reply"])
  func permanent(_ how: String) async throws {
    let refusal = try #require(try await ask(how).refusal)
    #expect(refusal.isPermanent == (how != "wrong_model_reply"), "\(refusal)")
  }

  @Test("That a server must be asked in the older way is remembered from run to run")
  func remembered() async throws {
    try await Fixtures.withFile { path in
      let folder = try ScratchFolder()
      for _ in 0..<3 {
        var settings = Fixtures.fake("poisoned_silence", path)
        settings.configure("poisoned_silence", [])
        settings.memory = ServerMemory(in: folder.path, words: ["x"], root: "/")
        #expect(try await Fixtures.ask(settings, "A").first?.refusal == nil)
      }
      #expect(try Fixtures.text(ofFileAt: path) == "x", "Only the first start asked in the newer way.")
    }
  }

  @Test("A server that never answers is started twice at most, and ends the run")
  func deaf() async throws {
    var settings = Fixtures.fake("deaf")
    settings.configure("deaf", [])
    settings.startTimeout = .seconds(1)
    let answers = try await Fixtures.ask(settings, "A", "B", "C")
    for answer in answers {
      guard case .unavailable(.noAnswer, _) = answer.refusal else {
        Issue.record("expected silence, found \(answer)")
        continue
      }
      #expect(answer.refusal?.isPermanent == true)
    }
  }

  /// An argument's schema, and whether a string is what it wants.
  static let schemas: [(String, Bool)] = [
    (##"{"type":"string"}"##, true), (##"{"type":["string","null"]}"##, true),
    (##"{"anyOf":[{"type":"string"},{"type":"null"}],"default":null}"##, true),
    (##"{"oneOf":[{"$ref":"#/$defs/Text"},{"type":"null"}]}"##, true), (##"{"enum":["a","b"]}"##, true),
    (##"{"$ref":"#/$defs/Thing"}"##, false), (##"{"anyOf":[{"type":"string"},{"type":"object"}]}"##, false),
    (##"{"type":"object"}"##, false), (##"{}"##, false), (##"{"$ref":"#/$defs/Loop"}"##, false),
    (##"{"anyOf":[{"type":"string"},{"type":"array"}]}"##, false), (##"true"##, false),
  ]

  @Test("A schema that takes a string and no object decides that specs go as text", arguments: schemas)
  func schema(_ schema: String, _ wantsText: Bool) throws {
    let tool = ###"""
      {"name":"t","inputSchema":{"type":"object","properties":{"context":\###(schema)},"$defs":{
      "Text":{"type":"string"},"Thing":{"type":"object"},"Loop":{"$ref":"#/$defs/Loop"}}}}
      """###
    let value = try JSONReader.value(of: Array(tool.utf8))
    #expect(MCPTool(value)?.wantsText("context") == wantsText)
  }
}

extension MCPSettings {
  /// Shortens the waits for servers that say nothing.
  fileprivate mutating func configure(_ how: String, _ options: [String]) {
    probeTimeout = .seconds(how.hasSuffix("silence") || how == "deaf" ? 1 : 10)
    poisonedTimeout = .seconds(1)
  }
}
