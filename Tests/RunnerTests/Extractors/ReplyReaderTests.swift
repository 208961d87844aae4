import GitRepository
import StrictJSON
import Testing

@testable import Extractors
@testable import Runner

@Suite("An answer is found in what a model says")
struct ReplyReaderTests {
  static let facts = """
    {"schema":"idf/v1","dimensions":{"width":512,"height":512,"format":"PNG"},"background":"#1A1714",\
    "palette":{"primary":["#c45c4b"],"accents":[]},"density_zones":{"upper_left":{"coverage":0.1},\
    "central":{"coverage":0.6},"lower_right":{"coverage":0.2}},"purpose":"braces } { and \\"quotes\\" 429"}
    """

  static let understood = [
    facts,
    "\u{FEFF}  \n\(facts)\n",
    "```json\n\(facts)\n```",
    "Sure!\n\n  ~~~~ JSON\n\(facts)\n  ~~~~\nBye",
    "```\nnot this\n```\n```json\n\(facts)\n```",
    "```json\n\(facts)",
    "The set {a, b} gives \(facts) and so on {",
    "{\"note\": \"first\"} \(facts)",
    JSONWriter.compact(.string(facts)),
    "{\"idf\": \(facts)}",
    "{\"result\": \(JSONWriter.compact(.string("```json\n\(facts)\n```")))}",
    "An unmatched \" quote, then \(facts)",
  ]

  @Test("JSON, JSON in a fence and JSON inside prose are understood", arguments: understood)
  func understands(_ text: String) throws {
    guard case .answer(let said) = try ReplyReader().read(text) else {
      Issue.record("expected an answer")
      return
    }
    #expect(said["background"] == "#1A1714")
    #expect(said["purpose"] == "braces } { and \"quotes\" 429")
  }

  /// Replies of which nothing is required: what is taken, as JSON.
  static let taken: [(String, String)] = [
    ("{}", "{}"), ("[{\"mode\":\"Gallery\"}]", "{\"mode\":\"Gallery\"}"),
    ("```json\n[{\"alt\":\"A leaf\"}]\n```", "{\"alt\":\"A leaf\"}"),
    ("{\"quality_score\": 8}", "{\"quality_score\":8}"), ("```json\n{}\n```", "{}"),
    ("{\"result\": {\"colors\": {\"primary\": \"#FFF\"}}}", "{\"colors\":{\"primary\":\"#FFF\"}}"),
    ("I'd say {\"mode\": \"Gallery\"}, as a function f() {} would.", "{\"mode\":\"Gallery\"}"),
    ("{\"data\": [{\"tags\": []}]}", "{\"tags\":[]}"),
  ]

  @Test("Any object is an answer, also a list of one", arguments: taken)
  func takes(_ text: String, _ said: String) throws {
    #expect(try ReplyReader().read(text) == .answer(JSONReader.value(of: Array(said.utf8))))
  }

  /// A reply, words of the message, whether it was meant as an answer.
  static let unreadable: [(String, String, Bool)] = [
    ("", "is empty", false),
    ("I see nothing.", "holds no JSON object with design facts, found \"I see nothing.\"", false),
    ("[1]", "is not readable: expected a JSON object, found a list of 1", false),
    ("[{}, {}]", "is not readable: expected a JSON object, found a list of 2", false),
    ("class Leaf {} and func draw() { return {} }", "holds no JSON object with design facts", false),
    ("The call `f({\"a\": 1})` is fine.", "holds no JSON object with design facts", false),
    (facts.replacing("}}", with: "},}"), "a comma with nothing after it", true),
    (String(facts.dropLast(20)), "is not valid JSON", true),
    (String(repeating: "{", count: 5000), "is not valid JSON", false),
    (
      String(repeating: "{\"a\":", count: 200) + "1" + String(repeating: "}", count: 200),
      "nested too deeply", false
    ),
    (facts + String(repeating: " ", count: 1 << 20), "is too long", true),
  ]

  @Test("What holds no object can't be read, and the message says what was there", arguments: unreadable)
  func refuses(_ text: String, _ words: String, _ isAttempt: Bool) throws {
    let failure = try #require(throws: ReplyReader.Failure.self) { try ReplyReader().read(text) }
    #expect(failure.message.contains(words), "\(failure.message)")
    #expect(failure.isAttempt == isAttempt)
    #expect(failure.retryable)
  }

  @Test(
    "An error in place of an answer is a refusal",
    arguments: [
      "{\"error\":{\"code\":429}}", "{\"detail\": \"Not found\"}", "{\"status\": \"failed\", \"id\": 7}",
      "Error: both models failed", "  Error: quota", "{\"result\": \"Error: timeout\"}",
      "```\n{\"message\": \"no\"}\n```",
    ])
  func refusal(_ text: String) throws {
    guard case .refusal = try ReplyReader().read(text) else {
      Issue.record("expected a refusal")
      return
    }
  }

  @Test("An object with a known field is an answer, whatever else it has")
  func fieldWins() throws {
    let text = "{\"status\": \"ok\", \"mode\": \"Gallery\"}"
    #expect(try ReplyReader().read(text) == .answer(["status": "ok", "mode": "Gallery"]))
  }
}
