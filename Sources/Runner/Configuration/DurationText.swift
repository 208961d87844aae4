/// Durations as people write them: a whole number and a unit, such as `500ms`, `30s`, `5m` or `2h`.
public enum DurationText {
  /// The longest duration taken: a year of 365 days.
  public static let longest = Duration.seconds(365 * 24 * 3600)

  /// What a duration is expected to look like, for messages.
  public static let expected = "a duration such as 500ms, 30s, 5m or 2h"

  /// Reads a duration; nil if the text is none, or is longer than `longest`.
  public static func duration(_ text: some StringProtocol) -> Duration? {
    let digits = text.utf8.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    guard (1...15).contains(digits.count), let count = Int64(String(decoding: digits, as: UTF8.self)) else {
      return nil
    }
    let unitMs: Int64
    switch String(decoding: text.utf8.dropFirst(digits.count), as: UTF8.self) {
    case "ms": unitMs = 1
    case "s": unitMs = 1000
    case "m": unitMs = 60_000
    case "h": unitMs = 3_600_000
    default: return nil
    }
    let (totalMs, overflow) = count.multipliedReportingOverflow(by: unitMs)
    guard !overflow, Duration.milliseconds(totalMs) <= longest else { return nil }
    return .milliseconds(totalMs)
  }

  /// Writes a duration in the largest unit that tells it exactly; what is finer than a millisecond is
  /// dropped.
  public static func text(of duration: Duration) -> String {
    let (seconds, attoseconds) = duration.components
    let totalMs = seconds * 1000 + attoseconds / 1_000_000_000_000_000
    for (unit, unitMs) in [("h", Int64(3_600_000)), ("m", 60_000), ("s", 1000)] where totalMs % unitMs == 0 {
      if totalMs != 0 || unit == "s" { return "\(totalMs / unitMs)\(unit)" }
    }
    return "\(totalMs)ms"
  }
}

extension KeyedDecodingContainer {
  /// Decodes a duration that was stored as text.
  func decodeDuration(forKey key: Key) throws -> Duration {
    guard let duration = DurationText.duration(try decode(String.self, forKey: key)) else {
      throw DecodingError.dataCorruptedError(
        forKey: key, in: self, debugDescription: "expected \(DurationText.expected)")
    }
    return duration
  }
}
