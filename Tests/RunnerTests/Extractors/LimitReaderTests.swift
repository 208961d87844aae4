import StrictJSON
import Testing

@testable import Extractors
@testable import Runner

@Suite("Limits are found wherever a server puts them")
struct LimitReaderTests {
  private let reader = LimitReader(nowMs: ExtractorFixtures.nowMs)

  /// An error's text, the milliseconds to wait (nil for none), whether it is a daily quota, and where that
  /// was read.
  static let errors: [(String, Int64?, Bool, String)] = [
    ("429", nil, false, "429"),
    ("429: Too Many Requests", nil, false, "too many requests"),
    ("HTTP 429", nil, false, "429"),
    ("Server returned 429.", nil, false, "429"),
    ("Error code: 429 - {'error': 'x'}", nil, false, "429"),
    ("server error (429)", nil, false, "429"),
    ("RESOURCE_EXHAUSTED", nil, false, "RESOURCE_EXHAUSTED"),
    ("Resource has been exhausted (e.g. check quota).", nil, false, "RESOURCE_EXHAUSTED"),
    ("RateLimitError: slow down", nil, false, "rate limit"),
    (#"{"retryDelay": "38s"}"#, 38_000, false, "retryDelay"),
    (#"{'retryDelay': '38.5s'}"#, 38_500, false, "retryDelay"),
    ("retry_delay {\n  seconds: 38\n}", 38_000, false, "retryDelay"),
    ("quota exceeded, retry after 38 seconds", 38_000, false, "retry after"),
    ("Please retry in 38.123456789s.", 38_124, false, "retry in"),
    ("Rate limit reached. Please try again in 1m12.5s. Visit …", 72_500, false, "try again in"),
    ("try again in 250ms", 250, false, "try again in"),
    ("Retry-After: 120", 120_000, false, "Retry-After"),
    ("retry_after_ms: 1500", 1500, false, "Retry-After"),
    ("Retry-After: Sun, 22 Nov 2026 12:01:00 GMT", 60_000, false, "Retry-After"),
    ("Retry-After: Sunday, 22-Nov-26 12:01:00 GMT", 60_000, false, "Retry-After"),
    ("Retry-After: Sun Nov 22 12:01:00 2026", 60_000, false, "Retry-After"),
    ("Retry-After: Sat, 21 Nov 2026 12:01:00 GMT", nil, false, "Retry-After"),
    ("retry after 2026-11-22T13:00:30.5+01:00", 30_000, false, "retry after"),
    ("Retry-After: 99999999", 99_999_999_000, false, "Retry-After"),
    ("Retry-After: 99999999999999999999999999", RetryTime.longestMs, false, "Retry-After"),
    ("Retry-After: -1", nil, false, "Retry-After"),
    ("Retry-After: 0", nil, false, "Retry-After"),
    ("Retry-After: soon", nil, false, "Retry-After"),
    ("429 retry after about 2 minutes", 120_000, false, "retry after"),
    ("429 quota GenerateRequestsPerDayPerProjectPerModel-FreeTier", nil, true, "429"),
    ("Daily quota exceeded, retryDelay: 13s", 13_000, true, "retryDelay"),
    ("Limit of 50 requests per day: rate limit", nil, true, "rate limit"),
    ("RPD limit, too many requests", nil, true, "too many requests"),
    ("You exceeded your current quota (insufficient_quota)", nil, true, "quota exceeded"),
  ]

  @Test("A limit in an error's text is understood", arguments: errors)
  func errorText(_ text: String, _ milliseconds: Int64?, _ daily: Bool, _ sign: String) throws {
    let limit = try #require(reader.limit(inError: text, place: "tool error"))
    #expect(limit == Limit(retryAfterMs: milliseconds, source: "tool error: \(sign)", daily: daily))
  }

  static let innocent = [
    "could not read /objects/asset-429.png", "syntax error at line 429", "429 leaves counted",
    "0.429 of the picture",
    "issue #429", "4290 px", "the daily special", "rate the limits of perception",
    "error in column 3 of 429 columns",
    "no such file", "", "retry", "please wait for it",
  ]

  @Test("Words and numbers that only look like a limit are not one", arguments: innocent)
  func innocentText(_ text: String) {
    #expect(reader.limit(inError: text, place: "x") == nil)
  }

  @Test("A time to wait in an answer that is not an error says nothing, a status does")
  func answerText() {
    #expect(reader.limit(inAnswer: "Fades out, try again in 5 seconds", place: "x") == nil)
    #expect(
      reader.limit(inAnswer: "Error: 429, try again in 5 seconds", place: "x")
        == Limit(retryAfterMs: 5000, source: "x: try again in", daily: false))
    let long = String(repeating: "A frame rate limit is a limit of frames. ", count: 300)
    #expect(reader.limit(inAnswer: long, place: "x") == nil)
  }

  static let values: [(JSONValue, Int64?, Bool, String)] = [
    (["code": 429], nil, false, "429"),
    (["status": "429"], nil, false, "429"),
    (["error": ["status": "RESOURCE_EXHAUSTED", "message": "…"]], nil, false, "RESOURCE_EXHAUSTED"),
    (["details": [["@type": "RetryInfo", "retryDelay": "38s"]]], 38_000, false, "retryDelay"),
    (["details": [["retryDelay": ["seconds": 3, "nanos": 500_000_000]]]], 3500, false, "retryDelay"),
    (["retry_after": 12], 12_000, false, "retry_after"),
    (["retry_after": 0.25], 250, false, "retry_after"),
    (["Retry-After": "12"], 12_000, false, "Retry-After"),
    (["retryAfterMs": 1500], 1500, false, "retryAfterMs"),
    (["headers": ["retry-after": "Sun, 22 Nov 2026 12:01:00 GMT"]], 60_000, false, "retry-after"),
    (["retryAfter": -1], nil, false, "retryAfter"),
    (["retryAfter": "soon"], nil, false, "retryAfter"),
    (["retryAfter": 99_999_999], 99_999_999_000, false, "retryAfter"),
    (["limited": true], nil, false, "limited"),
    (["code": 429, "quotaId": "RequestsPerDay"], nil, true, "429"),
    (["message": "Rate limit reached, try again in 2s"], 2000, false, "try again in"),
  ]

  @Test("A limit in JSON is understood", arguments: values)
  func value(_ value: JSONValue, _ milliseconds: Int64?, _ daily: Bool, _ sign: String) throws {
    let limit = try #require(reader.limit(in: value, place: "error data"))
    #expect(limit == Limit(retryAfterMs: milliseconds, source: "error data: \(sign)", daily: daily))
  }

  @Test(
    "JSON that only holds the number is not a limit",
    arguments: [
      ["count": 429], ["code": 500], ["limited": false], ["retryAfter": nil], ["name": "asset-429"], [],
      ["items": [429]],
    ] as [JSONValue])
  func innocentValue(_ value: JSONValue) {
    #expect(reader.limit(in: value, place: "x") == nil)
  }

  @Test("JSON nested without end is left alone")
  func deepValue() {
    var value: JSONValue = ["code": 429]
    for _ in 0..<100 { value = ["inner": value] }
    #expect(reader.limit(in: value, place: "x") == nil)
  }

  @Test("A program that says by its status that it is limited may add a time, or nothing")
  func besideExit() {
    let limits = ["38", "retry after 38 seconds", "", "try later", "daily limit"].map {
      reader.limit(beside: "exit status 75", text: $0)
    }
    #expect(limits.map(\.retryAfterMs) == [38_000, 38_000, nil, nil, nil])
    #expect(limits.map(\.daily) == [false, false, false, false, true])
    #expect(limits[0].source == "exit status 75" && limits[1].source == "exit status 75: retry after")
  }
}
