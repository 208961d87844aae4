import Testing

@testable import Runner

@Suite("An IDF is found in what a model says")
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
    let idf = try ReplyReader(for: ExtractorFixtures.request("A")).read(text)
    #expect(idf.background == "#1a1714")
    #expect(idf.purpose == "braces } { and \"quotes\" 429")
    #expect(idf.mode == "Gallery", "What is left out comes from the specs.")
  }

  /// A reply, words of the message, whether it was meant as an IDF, whether to ask again.
  static let refused: [(String, String, Bool, Bool)] = [
    ("", "is empty", false, true),
    ("I see nothing.", "holds no JSON object: expected an IDF, found \"I see nothing.\"", false, true),
    ("[1]", "holds no JSON object", false, true),
    ("{\"error\": \"x\"}", "expected members such as \"palette\", found \"error\"", false, true),
    (facts.replacing("}}", with: "},}"), "a comma with nothing after it", true, true),
    (
      facts.replacing("\"#c45c4b\"", with: "\"reddish\""), "\"palette.primary[0]\": expected a colour", true,
      true
    ),
    (
      facts.replacing("0.6", with: "\"0.6\""), "\"density_zones.central.coverage\": expected a number", true,
      true
    ),
    (
      facts.replacing("\"width\":512", with: "\"width\":4"), "\"dimensions.width\": expected 512", true, false
    ),
    (String(facts.dropLast(20)), "is no valid JSON", true, true),
    (String(repeating: "{", count: 5000), "is no valid JSON", false, true),
    (
      String(repeating: "{\"a\":", count: 200) + "1" + String(repeating: "}", count: 200),
      "nested too deeply", false, true
    ),
    (facts + String(repeating: " ", count: 1 << 20), "is too long", true, true),
  ]

  @Test("What is no IDF is refused with what was wrong", arguments: refused)
  func refuses(_ text: String, _ words: String, _ isAttempt: Bool, _ retryable: Bool) throws {
    let reader = ReplyReader(for: try ExtractorFixtures.request("A"))
    let failure = try #require(throws: ReplyReader.Failure.self) { try reader.read(text) }
    #expect(failure.message.contains(words), "\(failure.message)")
    #expect(failure.isAttempt == isAttempt)
    #expect(failure.retryable == retryable)
  }

  @Test("An error object does not become an IDF because the specs hold all facts")
  func errorIsNoIDF() throws {
    var request = try ExtractorFixtures.request("A")
    request.specs = try JSONReader.value(of: Array(Self.facts.utf8))
    let reader = ReplyReader(for: request)
    #expect(throws: ReplyReader.Failure.self) { try reader.read("{\"error\":{\"code\":429}}") }
    #expect(try reader.read("{}").background == "#1a1714")
  }
}
