import Testing

@testable import Runner

@Suite("Secrets are taken out of every text")
struct RedactorTests {
  /// A text without the marks, and what becomes of it.
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

  @Test("A JSON value keeps its form, and loses secrets in texts and names")
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
}
