import Core
import StrictJSON

/// A server's word that it takes nothing now.
package struct Limit: Hashable, Sendable {
  /// The server's own time, unbounded but for ten years; nil where it gave none that makes sense.
  package var retryAfterMs: Int64?
  /// Where that was read, such as `error data: retryDelay`; recorded, for there is no standard place.
  package var source: String
  /// A quota that waiting does not clear, such as one a day.
  package var daily: Bool

  package init(retryAfterMs: Int64?, source: String, daily: Bool) {
    self.retryAfterMs = retryAfterMs
    self.source = source
    self.daily = daily
  }
}

/// Recognises "limited" in what an outside program says; pure.
package struct LimitReader: Sendable {
  private static let deepest = 16
  private static let longestAnswerBytes = 8 << 10

  private let nowMs: Int64

  /// Takes the wall clock's milliseconds since 1970, for servers that name a date.
  package init(nowMs: Int64) { self.nowMs = nowMs }

  /// Reads a string that is known to be an error.
  package func limit(inError text: String, place: String) -> Limit? {
    LimitText(text, nowMs: nowMs).limit(place: place, isError: true)
  }

  /// Reads a string that was given as an answer and is not IDF; a long one is prose about something else.
  package func limit(inAnswer text: String, place: String) -> Limit? {
    guard text.utf8.count <= Self.longestAnswerBytes else { return nil }
    return LimitText(text, nowMs: nowMs).limit(place: place, isError: false)
  }

  /// Reads a JSON value: an error's data, or a structured result that is not IDF.
  package func limit(in value: JSONValue, place: String) -> Limit? {
    var findings = Findings()
    collect(value, name: "", depth: 0, into: &findings)
    guard let sign = findings.timeName ?? findings.sign else { return nil }
    return Limit(retryAfterMs: findings.milliseconds, source: "\(place): \(sign)", daily: findings.daily)
  }

  /// Reads what a program that says by its exit status that it is limited wrote besides.
  package func limit(beside exit: String, text: String) -> Limit {
    let words = LimitText(text, nowMs: nowMs)
    guard let found = words.limit(place: exit, isError: true) else {
      // Such a program may write nothing but the time.
      let plain = RetryTime.milliseconds(in: text, nowMs: nowMs)
      return Limit(retryAfterMs: plain, source: exit, daily: words.saysDaily)
    }
    return found
  }

  /// Tells whether a string speaks of a quota that waiting does not clear.
  package func saysDaily(_ text: String) -> Bool { LimitText(text, nowMs: nowMs).saysDaily }

  private struct Findings {
    var sign: String?
    var timeName: String?
    var milliseconds: Int64?
    var daily = false
  }

  private static let secondsNames: Set<String> = [
    "retrydelay", "retryafter", "retryin", "retryafterseconds", "retryaftersecs", "retryafters",
    "retrydelayseconds", "retrydelays", "waitseconds",
  ]
  private static let millisecondsNames: Set<String> = [
    "retryafterms", "retrydelayms", "retryaftermilliseconds", "retryinms", "waitms",
  ]
  private static let statusNames: Set<String> = [
    "code", "status", "statuscode", "httpstatus", "httpstatuscode", "httpcode", "errorcode",
  ]
  private static let flagNames: Set<String> = [
    "limited", "ratelimited", "islimited", "isratelimited", "throttled",
  ]

  private func collect(_ value: JSONValue, name: String, depth: Int, into findings: inout Findings) {
    guard depth < Self.deepest else { return }
    let plainName = name.lowercased().filter { $0 != "_" && $0 != "-" && $0 != " " }
    if Self.secondsNames.contains(plainName) || Self.millisecondsNames.contains(plainName) {
      takeTime(value, name: name, unitMs: Self.secondsNames.contains(plainName) ? 1000 : 1, into: &findings)
      return
    }
    switch value {
    case .number where Self.statusNames.contains(plainName) && value.double == 429: findings.sign = "429"
    case .bool(true) where Self.flagNames.contains(plainName): findings.sign = findings.sign ?? name
    case .string("429") where Self.statusNames.contains(plainName): findings.sign = "429"
    case .string(let text): takeText(text, into: &findings)
    case .array(let elements):
      for element in elements { collect(element, name: name, depth: depth + 1, into: &findings) }
    case .object(let members):
      for member in members { collect(member.value, name: member.name, depth: depth + 1, into: &findings) }
    case .null, .bool, .number: break
    }
  }

  private func takeTime(_ value: JSONValue, name: String, unitMs: Double, into findings: inout Findings) {
    guard findings.milliseconds == nil, value != .null else { return }
    findings.timeName = name
    switch value {
    case .number: findings.milliseconds = value.double.flatMap { RetryTime.milliseconds($0, unitMs: unitMs) }
    case .string(let text):
      findings.milliseconds =
        Double(text).map { RetryTime.milliseconds($0, unitMs: unitMs) }
        ?? RetryTime.milliseconds(in: text, nowMs: nowMs)
    case .object:
      // As google.protobuf.Duration looks to a library that didn't turn it into text.
      let seconds = (value["seconds"]?.double ?? 0) + (value["nanos"]?.double ?? 0) / 1e9
      findings.milliseconds = RetryTime.milliseconds(seconds, unitMs: 1000)
    case .null, .bool, .array: break
    }
  }

  private func takeText(_ text: String, into findings: inout Findings) {
    let words = LimitText(text, nowMs: nowMs)
    if words.saysDaily { findings.daily = true }
    guard let found = words.limit(place: "", isError: true) else { return }
    let sign = String(found.source.dropFirst(2))
    findings.sign = findings.sign ?? sign
    if findings.milliseconds == nil, let milliseconds = found.retryAfterMs {
      findings.milliseconds = milliseconds
      findings.timeName = sign
    }
  }
}
