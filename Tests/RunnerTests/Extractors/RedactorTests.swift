import Core
import Foundation
import Redaction
import StrictJSON
import Testing

@testable import Extractors
@testable import Runner

@Suite("Secrets are removed from all text")
struct RedactorTests {
  /// A string without the marks, and what becomes of it.
  static let shapes: [(String, String)] = [
    ("key=AIzaSyA1234567890abcdefghijklmnopqrstuv.", "key=[redacted]."),
    ("sk-proj-abcDEF1234567890 x", "[redacted] x"),
    ("\"sk-ant-api03-abcdef_1234-56\"", "\"[redacted]\""),
    ("ghp_abcdefghijklmnopqrstuvwxyz0123456789", "[redacted]"),
    ("github_pat_11ABCDEFG0123456789_abc", "[redacted]"),
    ("AKIAIOSFODNN7EXAMPLE,", "[redacted],"),
    ("xoxb-123456789012-abcdef", "[redacted]"),
    ("Authorization: Bearer abcdefgh12345678", "Authorization: Bearer [redacted]"),
    ("authorization: bearer  ya29.a0AfH6SMBabcdefghijkl", "authorization: bearer  [redacted]"),
    ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc-DEF_123", "[redacted]"),
    ("postgres://user:hunter2@host/db", "postgres://user:[redacted]@host/db"),
    ("a\n-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----\nb", "a\n[redacted]\nb"),
    ("-----BEGIN PRIVATE KEY-----\nMIIEcut off", "[redacted]"),
    ("-----BEGIN CERTIFICATE-----\nMIIE", "-----BEGIN CERTIFICATE-----\nMIIE"),
    ("Authorization: Basic dXNlcjpodW50ZXIyLXN1cGVyLXNlY3JldA==", "Authorization: Basic [redacted]"),
    ("Authorization: token 0123456789abcdef0123", "Authorization: token [redacted]"),
    ("x-api-key: 0123456789abcdef, more", "x-api-key: [redacted], more"),
    (#"{"api_key":"0123456789"}"#, #"{"api_key":"[redacted]"}"#),
    ("aws_secret_access_key=wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "aws_secret_access_key=[redacted]"),
    ("password=hunter2&x=1", "password=[redacted]&x=1"), ("my password is long", "my password is long"),
    ("-H \"x-api-key: $KEY\"", "-H \"x-api-key: $KEY\""),
    ("rk_live_51Habcdefghijklmnop", "[redacted]"),
    ("SG.abcdefghijklmnopqrstuv.wxyz0123456789abcdefghijklmno", "[redacted]"),
    ("pypi-AgEIcHlwaS5vcmcCJDAwMDAwMDAwLTAwMDAtMDAw", "[redacted]"),
    ("dop_v1_0123456789abcdef0123456789abcdef", "[redacted]"),
    ("shpat_0123456789abcdef0123456789", "[redacted]"),
    ("glrt-abcdefghij0123456789", "[redacted]"), ("AGE-SECRET-KEY-1QQQQQQQQQQQQQQQQQQQQQQQQ", "[redacted]"),
    ("?sv=1&sig=0123456789012345678901234567890123456789%3D", "?sv=1&sig=[redacted]"),
    ("https://hooks.slack.com/services/T000/B000/XXXXXXXX", "https://hooks.slack.com/services/[redacted]"),
    ("a basic understanding of internationalization", "a basic understanding of internationalization"),
    ("a token of gratitude", "a token of gratitude"), ("design tokens: primary", "design tokens: primary"),
    ("task-list-of-2026-and-more-words", "task-list-of-2026-and-more-words"),
    ("a bearer of good news", "a bearer of good news"),
    ("see https://host/a@b and sk-short", "see https://host/a@b and sk-short"),
    ("eyJ is how it begins", "eyJ is how it begins"),
  ]

  @Test("Keys of a known shape go, words that resemble them stay", arguments: shapes)
  func knownShapes(_ text: String, _ expected: String) {
    #expect(Redactor().redact(text) == expected)
  }

  @Test("The exact values go, also as JSON and in an address, the longest first")
  func exactValues() {
    let redactor = Redactor(secrets: ["pass word\"1", "pass word\"12 longer", "short", " spaced-value\n"])
    #expect(redactor.redact("<pass word\"1>") == "<[redacted]>")
    #expect(redactor.redact(#"{"x":"pass word\"1"}"#) == #"{"x":"[redacted]"}"#)
    #expect(redactor.redact("?k=pass%20word%221&") == "?k=[redacted]&")
    #expect(redactor.redact("pass word\"12 longer") == "[redacted]")
    #expect(redactor.redact("a short spaced-value") == "a short [redacted]")
  }

  @Test("A JSON value keeps its form, and loses secrets in strings and names")
  func jsonValue() {
    let redactor = Redactor(secrets: ["open sesame"])
    let value: JSONValue = ["open sesame": ["say open sesame", 7, nil]]
    #expect(redactor.redact(value) == ["[redacted]": ["say [redacted]", 7, nil]])
  }

  @Test(
    "Only the four standard variables and the named ones are handed on, and the named ones' values are secret"
  )
  func handedOn() {
    let program = ExtractorProgram(
      words: ["x"], root: "/r", environmentNames: ["API_KEY", "UNSET", "PATH"],
      surroundings: [
        "PATH": "/usr/bin:/bin", "HOME": "/home/me", "LANG": "C", "TMPDIR": "/tmp", "API_KEY": "open sesame",
        "OTHER": "x", "LD_PRELOAD": "y",
      ])
    #expect(Set(program.environment.keys) == ["PATH", "HOME", "LANG", "TMPDIR", "API_KEY"])
    #expect(program.unsetNames == ["UNSET"])
    #expect(program.redactor.redact("/usr/bin:/bin open sesame") == "/usr/bin:/bin [redacted]")
  }

  /// Ways to spell a string, each undone by some decoder.
  private static let ways: [@Sendable (String) -> String] = [
    { String(JSONWriter.compact(.string($0)).dropFirst().dropLast()) },
    {
      $0.utf16.map {
        "\\u" + Hexadecimal.text(of: [UInt8($0 >> 8)]) + Hexadecimal.text(of: [UInt8($0 & 0xFF)])
      }.joined()
    },
    { $0.utf8.map { "%" + Hexadecimal.text(of: [$0]) }.joined() },
    { $0.unicodeScalars.map { "&#x" + String($0.value, radix: 16) + ";" }.joined() },
    { $0.utf8.map { Hexadecimal.text(of: [$0]).uppercased() }.joined() },
    { Data($0.utf8).base64EncodedString() },
    { Data(("z" + $0).utf8).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_") },
    {
      Data(("zz" + $0).utf8).base64EncodedString().replacing("=", with: "\\u003d").replacing("/", with: "\\/")
    },
    { $0.uppercased() }, { $0.prefix(5) + "\n" + $0.dropFirst(5) },
  ]

  @Test("A secret goes in whatever spelling within another it comes", arguments: 0..<200)
  func spelt(_ seed: UInt64) {
    var random = SplitMix64(seed: seed)
    let letters = Array("abcXYZ019/+=\"\\ä&%-_ ")
    let secret =
      "S"
      + String(
        (0..<Int.random(in: 9...40, using: &random)).map { _ in letters.randomElement(using: &random)! })
      + "e"
    var text = secret
    for _ in 0..<Int.random(in: 1...3, using: &random) {
      // A changed case is nobody's secret any more once it is spelt in base64.
      let way = Int.random(in: 0..<(text == secret ? 8 : Self.ways.count - 2), using: &random)
      text = Self.ways[way](text)
    }
    let redacted = Redactor(secrets: [secret]).redact("before: " + text + " :after")
    #expect(!redacted.contains(text), "\(seed): \(text)")
    #expect(redacted.contains("before: ") && redacted.contains("[redacted]"), "\(seed): \(redacted)")
  }

  @Test("Other case and line breaks within it don't hide a secret")
  func otherCase() {
    let redactor = Redactor(secrets: ["Open-Sesame-42"])
    for way in Self.ways { #expect(redactor.redact("x " + way("Open-Sesame-42")).contains("[redacted]")) }
    #expect(redactor.redact("open says-me") == "open says-me")
  }
}
