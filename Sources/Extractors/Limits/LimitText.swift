import Core
import Redaction

/// What an error's words say about a quota: free text, as servers, libraries and models write it.
package struct LimitText {
  /// Words are looked for at both ends of a string; what lies between is a payload.
  private static let searchedBytes = 32 << 10

  /// Lower case, so that all comparisons are.
  private let bytes: [UInt8]
  private let nowMs: Int64

  package init(_ text: String, nowMs: Int64) {
    let all = text.utf8
    let kept =
      all.count <= 2 * Self.searchedBytes
      ? Array(all) : Array(all.prefix(Self.searchedBytes)) + Array(all.suffix(Self.searchedBytes))
    bytes = kept.map { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) ? $0 | 0x20 : $0 }
    self.nowMs = nowMs
  }

  /// Finds a limit in words; `isError` where the text is known to be an error, so that a time to wait is
  /// enough.
  package func limit(place: String, isError: Bool) -> Limit? {
    let time = retryTime()
    guard let sign = sign() ?? (isError ? time?.phrase : nil) else { return nil }
    return Limit(
      retryAfterMs: time?.milliseconds, source: "\(place): \(time?.phrase ?? sign)", daily: saysDaily)
  }

  /// Tells whether a quota is spoken of that waiting does not clear.
  package var saysDaily: Bool {
    Self.dailyWords.contains { position(of: Array($0.utf8)) != nil } || holdsWord("rpd")
  }

  private static let dailyWords = [
    "perday", "per_day", "per-day", "per day", "/day", "daily", "insufficient_quota", "day quota",
  ]

  /// Words that mean a limit wherever an error has them, and the name under which they are recorded.
  private static let signs: [(words: String, name: String)] = [
    ("resource_exhausted", "RESOURCE_EXHAUSTED"),
    ("resource has been exhausted", "RESOURCE_EXHAUSTED"),
    ("resource exhausted", "RESOURCE_EXHAUSTED"),
    ("too many requests", "too many requests"),
    ("rate limit", "rate limit"), ("rate-limit", "rate limit"), ("rate_limit", "rate limit"),
    ("ratelimit", "rate limit"),
    ("quota exceeded", "quota exceeded"), ("exceeded your current quota", "quota exceeded"),
    ("quota_exceeded", "quota exceeded"), ("quotaexceeded", "quota exceeded"),
    ("insufficient_quota", "insufficient_quota"),
    ("throttlingexception", "throttled"), ("request was throttled", "throttled"),
  ]

  private func sign() -> String? {
    Self.signs.first { position(of: Array($0.words.utf8)) != nil }?.name ?? (holdsStatus429() ? "429" : nil)
  }

  /// Phrases that a time follows, and the name under which the time is recorded.
  private static let timePhrases: [(words: String, name: String)] = [
    ("retrydelay", "retryDelay"), ("retry_delay", "retryDelay"), ("retry-delay", "retryDelay"),
    ("retry delay", "retryDelay"),
    ("retry-after", "Retry-After"), ("retry_after", "Retry-After"), ("retryafter", "Retry-After"),
    ("retry after", "retry after"), ("retry in", "retry in"), ("try again in", "try again in"),
    ("try again after", "try again after"), ("wait for", "wait for"), ("resets in", "resets in"),
  ]

  /// The first phrase with a time that can be understood; else the first phrase, its time unknown.
  private func retryTime() -> (phrase: String, milliseconds: Int64?)? {
    var withoutTime: (phrase: String, milliseconds: Int64?)?
    for (words, name) in Self.timePhrases {
      var from = 0
      while let found = position(of: Array(words.utf8), from: from) {
        let rest = String(decoding: bytes[found.upperBound...].prefix(128), as: UTF8.self)
        if let time = Self.milliseconds(behindPhrase: rest, nowMs: nowMs) { return (name, time) }
        if withoutTime == nil, name != "wait for" { withoutTime = (name, nil) }
        from = found.upperBound
      }
    }
    return withoutTime
  }

  /// Reads the time behind a phrase, which may end in a unit of its own as `retry_after_ms` does.
  private static func milliseconds(behindPhrase text: String, nowMs: Int64) -> Int64? {
    for suffix in ["_ms", "-ms", "ms"] where text.hasPrefix(suffix) {
      return RetryTime.milliseconds(in: text.dropFirst(suffix.count), nowMs: nowMs, plainUnitMs: 1)
    }
    return RetryTime.milliseconds(in: text, nowMs: nowMs)
  }

  /// Tells whether 429 is there as a status: after "HTTP", "error", "code", …, or first of all, with a
  /// reason.
  private func holdsStatus429() -> Bool {
    let status = Array("429".utf8)
    var from = 0
    while let found = position(of: status, from: from) {
      from = found.upperBound
      guard !isPartOfWord(found) else { continue }
      let before = wordBefore(found.lowerBound)
      let after = wordAfter(found.upperBound)
      if let before, Self.statusWords.contains(before) { return true }
      if let after, Self.reasonWords.contains(after) { return true }
      if before == nil, after == nil { return true }
    }
    return false
  }

  private static let statusWords: Set<String> = [
    "http", "status", "code", "error", "statuscode", "errorcode", "response", "got", "returned", "received",
  ]
  private static let reasonWords: Set<String> = [
    "too", "resource", "rate", "quota", "client", "toomanyrequests", "limited", "ratelimited",
  ]

  private func isPartOfWord(_ range: Range<Int>) -> Bool {
    let joins: (UInt8) -> Bool = {
      KeyShape.isWordByte($0) || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "#")
    }
    if range.lowerBound > 0, joins(bytes[range.lowerBound - 1]) { return true }
    guard range.upperBound < bytes.count else { return false }
    // A full stop after a number ends a sentence unless a digit follows.
    if bytes[range.upperBound] == UInt8(ascii: ".") {
      return range.upperBound + 1 < bytes.count && RetryTime.isDigit(bytes[range.upperBound + 1])
    }
    return joins(bytes[range.upperBound])
  }

  private func wordBefore(_ index: Int) -> String? {
    let end = bytes[..<index].lastIndex(where: RetryTime.isLetter).map { $0 + 1 } ?? 0
    // A digit or a sentence between the word and the number means that they don't belong together.
    guard end > 0, index - end <= 6, !bytes[end..<index].contains(where: RetryTime.isDigit) else {
      return nil
    }
    let word = bytes[..<end].reversed().prefix(while: RetryTime.isLetter).reversed()
    return String(decoding: Array(word), as: UTF8.self)
  }

  private func wordAfter(_ index: Int) -> String? {
    let start = bytes[index...].firstIndex(where: RetryTime.isLetter) ?? bytes.count
    guard start < bytes.count, start - index <= 4 else { return nil }
    return String(decoding: bytes[start...].prefix(while: RetryTime.isLetter), as: UTF8.self)
  }

  private func holdsWord(_ word: String) -> Bool {
    var from = 0
    while let found = position(of: Array(word.utf8), from: from) {
      if !isPartOfWord(found) { return true }
      from = found.upperBound
    }
    return false
  }

  private func position(of needle: [UInt8], from start: Int = 0) -> Range<Int>? {
    var index = start
    while index + needle.count <= bytes.count {
      if bytes[index] == needle[0], bytes[index...].starts(with: needle) {
        return index..<(index + needle.count)
      }
      index += 1
    }
    return nil
  }
}
