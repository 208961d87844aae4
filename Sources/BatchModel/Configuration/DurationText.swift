import Core

/// Durations as people write them: whole numbers, each with its unit, the largest unit first, such as `500ms`, `30s`,
/// `1h30m`, `2h` or `30d`.
package enum DurationText {
  /// The longest duration taken: a year of 365 days.
  package static let longest = Duration.seconds(365 * 24 * 3600)

  /// What a duration is expected to look like, for messages.
  package static let expected = "a duration such as 500ms, 30s, 1h30m, 2h or 30d"

  /// The units, the largest first.
  private static let units: [(name: String, ms: Int64)] = [
    ("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1),
  ]

  /// Reads a duration; nil if the text is not one, or is longer than `longest`.
  package static func duration(_ text: some StringProtocol) -> Duration? {
    var rest = Array(text.utf8)[...]
    var units = Self.units[...]
    var totalMs: Int64 = 0
    repeat {
      let digits = rest.prefix { isDigit($0) }
      guard (1...15).contains(digits.count), let count = Int64(String(decoding: digits, as: UTF8.self)) else {
        return nil
      }
      rest = rest.dropFirst(digits.count)
      let name = rest.prefix { !isDigit($0) }
      rest = rest.dropFirst(name.count)
      guard let place = units.firstIndex(where: { $0.name.utf8.elementsEqual(name) }) else { return nil }
      let (part, overflow) = count.multipliedReportingOverflow(by: units[place].ms)
      let (sum, sumOverflow) = totalMs.addingReportingOverflow(part)
      guard !overflow, !sumOverflow, Duration.milliseconds(sum) <= longest else { return nil }
      totalMs = sum
      units = units[(place + 1)...]
    } while !rest.isEmpty
    return .milliseconds(totalMs)
  }

  /// A string as messages show it, with what it lacks where it is a number alone.
  package static func found(_ text: String) -> String {
    let isNumber = !text.isEmpty && text.utf8.allSatisfy(isDigit)
    return isNumber ? "a number without a unit, \(text.cut)" : "\"\(text.cut)\""
  }

  private static func isDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
  }

  /// Writes a duration in the largest unit that tells it exactly; what is finer than a millisecond is
  /// dropped. Days are written as hours, which every version reads.
  package static func text(of duration: Duration) -> String {
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
  package func decodeDuration(forKey key: Key) throws -> Duration {
    guard let duration = DurationText.duration(try decode(String.self, forKey: key)) else {
      throw DecodingError.dataCorruptedError(
        forKey: key, in: self, debugDescription: "expected \(DurationText.expected)")
    }
    return duration
  }
}
