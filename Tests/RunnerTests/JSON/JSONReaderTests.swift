import GitRepository
import StrictJSON
import Testing

@testable import Runner

@Suite("Strict JSON reader")
struct JSONReaderTests {
  /// JSON that must be refused, and what must be said of it.
  struct Case: CustomTestStringConvertible, Sendable {
    var text: String
    var told: [String]
    var testDescription: String { text.debugDescription }
    init(_ text: String, _ told: String...) {
      self.text = text
      self.told = told
    }
  }

  static func told(_ bytes: [UInt8], limits: JSONReader.Limits = .init()) -> [String] {
    JSONReader.read(bytes, limits: limits).problems.map {
      "\($0.position.line):\($0.position.column) \($0.kind)"
    }
  }

  static let refused: [Case] = [
    Case("", "1:1 nothing there: expected a JSON value"),
    Case(" \n ", "2:2 nothing there: expected a JSON value"),
    Case("{\"a\":1,\"a\":2}", "1:8 the field \"a\" is there twice: first on line 1"),
    Case("{\"a\":1,\n\"\\u0061\":2}", "2:1 the field \"a\" is there twice: first on line 1"),
    Case("{\"\u{e9}\":1,\"e\u{301}\":2}", "1:8 the field \"\u{e9}\" is there twice: first on line 1"),
    Case("[1,]", "1:3 a comma with nothing after it"),
    Case("{\"a\":1,}", "1:7 a comma with nothing after it"),
    Case("[1 2]", "1:4 expected \",\" or the end, found \"2\""),
    Case("[,1]", "1:2 expected a value, found \",\""),
    Case("[1,,2]", "1:4 expected a value, found \",\""),
    Case("[1:2]", "1:3 expected \",\" or the end, found \":\""),
    Case("{\"a\" 1}", "1:6 expected \":\" after the field's name, found \"1\""),
    Case("{\"a\"}", "1:5 expected \":\" after the field's name, found \"}\""),
    Case("{\"a\", \"b\": 1}", "1:5 expected \":\" after the field's name, found \",\""),
    Case("{\"a\":}", "1:6 expected a value, found \"}\""),
    Case("{a: 1}", "1:2 the field's name \"a\" is not in double quotes"),
    Case("{1: 1}", "1:2 the field's name \"1\" is not in double quotes"),
    Case("{: 1}", "1:2 expected a field's name in double quotes, found \":\""),
    Case("{[1]: 1}", "1:2 expected a field's name in double quotes, found \"[\""),
    Case(
      "{'a': 'b'}", "1:2 a string in single quotes: expected double quotes",
      "1:7 a string in single quotes: expected double quotes"),
    Case("// hi\n[1]", "1:1 a comment: JSON has none"),
    Case("[1 /* two */, 2] # three", "1:4 a comment: JSON has none", "1:18 a comment: JSON has none"),
    Case("[1] 2", "1:5 something follows the end of the JSON value"),
    Case("[1", "1:1 \"[\" is never closed"),
    Case("{\"a\": [1", "1:7 \"[\" is never closed"),
    Case("[1}", "1:3 expected \"]\", found \"}\""),
    Case("{\"a\":[1}", "1:8 expected \"]\", found \"}\""),
    Case(
      "[NaN, Infinity, -Infinity, True]",
      "1:2 \"NaN\" is not a JSON value: expected true, false, null, a number or a string",
      "1:7 \"Infinity\" is not a JSON value: expected true, false, null, a number or a string",
      "1:17 \"-Infinity\" is not a JSON value: expected true, false, null, a number or a string",
      "1:28 \"True\" is not a JSON value: expected true, false, null, a number or a string"),
    Case(
      "[01, +1, 1., .5, 0x10, 1e, -, 1_000, --1]",
      "1:2 \"01\" is not spelt as JSON spells numbers", "1:6 \"+1\" is not spelt as JSON spells numbers",
      "1:10 \"1.\" is not spelt as JSON spells numbers", "1:14 \".5\" is not spelt as JSON spells numbers",
      "1:18 \"0x10\" is not spelt as JSON spells numbers", "1:24 \"1e\" is not spelt as JSON spells numbers",
      "1:28 \"-\" is not a JSON value: expected true, false, null, a number or a string",
      "1:31 \"1_000\" is not spelt as JSON spells numbers", "1:38 \"--1\" is not spelt as JSON spells numbers"
    ),
    Case(
      "[1e400, -1e400, 1e-400]",
      "1:2 the number \"1e400\" is too large, too small or too long to be kept",
      "1:9 the number \"-1e400\" is too large, too small or too long to be kept",
      "1:17 the number \"1e-400\" is too large, too small or too long to be kept"),
    Case("\"\\ud800\"", "1:2 \"\\ud800\" is half of a surrogate pair"),
    Case(
      "\"\\udc00\\ud800\"", "1:2 \"\\udc00\" is half of a surrogate pair",
      "1:8 \"\\ud800\" is half of a surrogate pair"),
    Case("\"\\ud800\\u0041\"", "1:2 \"\\ud800\" is half of a surrogate pair"),
    Case("\"\\u0000\"", "1:2 a NUL character in a string"),
    Case("\"a\u{0}b\"", "1:3 a NUL character in a string"),
    Case(
      "\"a\tb\u{1f}\"", "1:3 a raw control character in a string: expected \"\\u0009\"",
      "1:5 a raw control character in a string: expected \"\\u001f\""),
    Case(
      "\"\\x \\u12g4 \\é\"", "1:2 \"\\x\" is not an escape", "1:5 \"\\u12\" is not an escape",
      "1:12 \"\\\" is not an escape"),
    Case(
      "[\"a\n\", 1]", "1:2 a string that does not end on its line: expected a closing double quote",
      "2:1 expected \",\" or the end, found a string",
      "2:1 a string that does not end on its line: expected a closing double quote"),
    Case("\"abc", "1:1 a string that does not end on its line: expected a closing double quote"),
    Case("\u{feff}[]", "1:1 a byte order mark: expected the JSON text to start at once"),
    Case("[\u{a0}1]", "1:2 unexpected \"\u{a0}1\""),
    Case(
      "[@, 2 ;]", "1:2 unexpected \"@\"", "1:7 expected \",\" or the end, found \";\"", "1:7 unexpected \";\""
    ),
    Case(
      "[\"\u{1f600}\u{e9}\", nul]",
      "1:8 \"nul\" is not a JSON value: expected true, false, null, a number or a string"),
  ]

  @Test(
    "Text that is not strict JSON is refused with everything that is wrong and where", arguments: refused)
  func refusesWithPlace(_ refused: Case) {
    #expect(Self.told(Array(refused.text.utf8)) == refused.told)
  }

  @Test(
    "Invalid UTF-8 is refused wherever it is",
    arguments: [
      [0x80], [0xC0, 0xAF], [0xE0, 0x80, 0x80], [0xED, 0xA0, 0x80], [0xF0, 0x80, 0x80, 0x80],
      [0xF4, 0x90, 0x80, 0x80],
      [0xF8], [0xFF], [0xC3], [0xE2, 0x82], [0xF0, 0x9F, 0x98],
    ] as [[UInt8]])
  func refusesInvalidUTF8(_ bytes: [UInt8]) {
    let told = Self.told(Array("[1,\n \"".utf8) + bytes + Array("\"]".utf8))
    #expect(told.first == "2:3 invalid UTF-8")
    #expect(String(validating: bytes, as: UTF8.self) == nil)
  }

  @Test(
    "What is well-formed UTF-8 is told as the standard library tells it, for all sequences of two bytes and more"
  )
  func agreesOnUTF8() {
    for first in 0x80...0xFF {
      for second in stride(from: 0x00, through: 0xFF, by: 1) {
        for tail in [[], [0x80], [0x80, 0xBF], [0x41]] as [[UInt8]] {
          let bytes = [UInt8(first), UInt8(second)] + tail
          let isWell = SourceText(bytes).illFormedOffsets(limit: 1).isEmpty
          if isWell != (String(validating: bytes, as: UTF8.self) != nil) { Issue.record("\(bytes)") }
        }
      }
    }
  }

  @Test("Strict JSON of every kind is read as it is written")
  func readsEverything() throws {
    let text =
      " {\"a\" : [ 1.50 , -0 , 1E+2, 12345678901234567890, true, false, null ],\r\n\t\"\\u00e9\\n\\/\\ud83d\\ude00\": \"\u{7f}\u{e9}\", \"\": {}}\n"
    let value = try JSONReader.value(of: Array(text.utf8))
    #expect(
      value
        == .object([
          .init(
            "a",
            .array([
              .number("1.50"), .number("-0"), .number("1E+2"), .number("12345678901234567890"), true, false,
              nil,
            ])),
          .init("\u{e9}\n/\u{1f600}", "\u{7f}\u{e9}"),
          .init("", .object([])),
        ]))
  }

  @Test("Every problem of the text is told at once, by position, with the part that could be read")
  func tellsAllAtOnce() {
    let text = "{\"a\": 01,\n \"b\": [1,],\n \"a\": NaN, // why\n \"c\": \"\\q\"}"
    #expect(
      Self.told(Array(text.utf8)).map { $0.prefix(4) } == ["1:7 ", "2:9 ", "3:2 ", "3:7 ", "3:12", "4:8 "])
    let document = JSONReader.read(Array(text.utf8))
    #expect(document.isWhole)
    #expect(document.root.member("b")?.value.value == [1])
  }

  @Test("Depth is limited by count, and 100,000 brackets of any kind overflow nothing")
  func limitsDepth() {
    let deepest = String(repeating: "[", count: 32) + String(repeating: "]", count: 32)
    #expect(Self.told(Array(deepest.utf8)).isEmpty)
    #expect(Self.told(Array("[\(deepest), 1, 01]".utf8)).map { $0.prefix(5) } == ["1:33 ", "1:71 "])
    for bracket in ["[", "{\"a\":", "[{\"a\":", "]", "}", "{", "{[", "\"", ",", ":"] {
      let text = String(repeating: bracket, count: 100_000)
      let told = Self.told(Array(text.utf8))
      #expect(!told.isEmpty && told.count <= 101, "\(bracket)")
    }
  }

  @Test("Size is limited, and the bytes beyond are not looked at")
  func limitsSize() {
    let limits = JSONReader.Limits(maxBytes: 10)
    #expect(Self.told(Array("[12345678]".utf8), limits: limits).isEmpty)
    #expect(
      Self.told(Array("[123\n456789".utf8), limits: limits) == [
        "2:6 the text is too large: expected at most 10 bytes"
      ])
  }

  @Test("No more problems are listed than the limit, and the last entry says that there are more")
  func limitsProblems() {
    let text = "[" + String(repeating: "01,", count: 50_000) + "1]"
    let told = Self.told(Array(text.utf8))
    #expect(told.count == 101)
    #expect(told.last?.hasSuffix("more than 100 problems: the rest is not listed") == true)
    let garbage = [UInt8](repeating: 0xFF, count: 1 << 20)
    #expect(Self.told(garbage).count <= 101)
  }

  @Test("A number's text is kept up to its limit, zero in any spelling is a number")
  func limitsNumbers() throws {
    for text in ["0", "-0", "0.000", "0e999999999999999999999", "-0E-5", "1e308", "5e-324", "0.1e-300"] {
      #expect(try JSONReader.value(of: Array(text.utf8)) == .number(text))
    }
    let long = String(repeating: "9", count: 401)
    #expect(Self.told(Array(long.utf8)).count == 1)
  }
}
