import Core

/// Reads the ways in which servers write a time to wait: `38`, `38s`, `1m12.5s`, "2 minutes", an HTTP date,
/// RFC 3339.
package enum RetryTime {
  /// Ten years: nobody waits longer, and sums with it can't overflow.
  package static let longestMs: Int64 = 10 * 365 * 86_400_000

  /// The milliseconds that a string gives at its start; nil where it gives nothing that can be waited for.
  /// A number without a unit counts in `plainUnitMs`.
  package static func milliseconds(
    in text: some StringProtocol, nowMs: Int64, plainUnitMs: Double = 1000
  ) -> Int64? {
    let bytes = Array(text.utf8.prefix(128))
    var index = 0
    skipFillers(bytes, &index)
    let rest = bytes[index...]
    if let date = HTTPDate.milliseconds(rest) ?? rfc3339Milliseconds(rest) {
      return date > nowMs ? min(date - nowMs, longestMs) : nil
    }
    return durationMs(bytes, from: index, plainUnitMs: plainUnitMs)
  }

  /// The milliseconds that a number in a unit stands for; nil for zero, negative and absurd ones.
  package static func milliseconds(_ number: Double, unitMs: Double) -> Int64? {
    let total = (number * unitMs).rounded(.up)
    guard total.isFinite, total >= 1 else { return nil }
    return total >= Double(longestMs) ? longestMs : Int64(total)
  }

  /// Skips what comes between "retry after" and its time: quotes, colons, brackets, "about", "seconds:".
  private static func skipFillers(_ bytes: [UInt8], _ index: inout Int) {
    while index < bytes.count {
      if " \t\"'`:=({[<~\n\\".utf8.contains(bytes[index]) {
        index += 1
        continue
      }
      let word = bytes[index...].prefix(while: isLetter)
      let isFiller = fillers.contains(String(decoding: word, as: UTF8.self).lowercased())
      guard isFiller else { return }
      index = word.endIndex
    }
  }

  private static let fillers: Set<String> = [
    "about", "approximately", "at", "least", "another", "seconds", "waiting", "of", "is", "until", "after",
  ]

  /// Reads numbers with units one after another.
  private static func durationMs(_ bytes: [UInt8], from start: Int, plainUnitMs: Double) -> Int64? {
    var index = start
    var totalMs = 0.0
    var hasNumber = false
    while let number = number(bytes, &index) {
      while index < bytes.count, bytes[index] == UInt8(ascii: " ") { index += 1 }
      let word = bytes[index...].prefix(while: isLetter)
      guard let unitMs = unitMs[String(decoding: word, as: UTF8.self).lowercased()] else {
        if !hasNumber { totalMs = number * plainUnitMs }
        hasNumber = true
        break
      }
      totalMs += number * unitMs
      hasNumber = true
      index = word.endIndex
      while index < bytes.count, bytes[index] == UInt8(ascii: " ") { index += 1 }
    }
    return hasNumber ? milliseconds(totalMs, unitMs: 1) : nil
  }

  private static let unitMs: [String: Double] = [
    "ms": 1, "msec": 1, "millis": 1, "milliseconds": 1, "millisecond": 1,
    "s": 1000, "sec": 1000, "secs": 1000, "second": 1000, "seconds": 1000,
    "m": 60_000, "min": 60_000, "mins": 60_000, "minute": 60_000, "minutes": 60_000,
    "h": 3_600_000, "hr": 3_600_000, "hrs": 3_600_000, "hour": 3_600_000, "hours": 3_600_000,
    "d": 86_400_000, "day": 86_400_000, "days": 86_400_000,
  ]

  private static func number(_ bytes: [UInt8], _ index: inout Int) -> Double? {
    var end = index
    while end < bytes.count, isDigit(bytes[end]) { end += 1 }
    guard end > index else { return nil }
    if end + 1 < bytes.count, bytes[end] == UInt8(ascii: "."), isDigit(bytes[end + 1]) {
      end += 1
      while end < bytes.count, isDigit(bytes[end]) { end += 1 }
    }
    defer { index = end }
    return Double(String(decoding: bytes[index..<end], as: UTF8.self))
  }

  /// Reads `2026-11-22T12:00:00Z`, with fraction and offset if there are any, as milliseconds since 1970.
  private static func rfc3339Milliseconds(_ bytes: ArraySlice<UInt8>) -> Int64? {
    let text = Array(bytes.prefix(40))
    guard text.count >= 19, text[4] == UInt8(ascii: "-"), text[7] == UInt8(ascii: "-"),
      text[10] | 0x20 == UInt8(ascii: "t") || text[10] == UInt8(ascii: " "),
      let year = integer(text[0..<4]), let month = integer(text[5..<7]), let day = integer(text[8..<10]),
      let hour = integer(text[11..<13]), let minute = integer(text[14..<16]),
      let second = integer(text[17..<19])
    else { return nil }
    var index = 19
    if index < text.count, text[index] == UInt8(ascii: ".") {
      index += 1
      while index < text.count, isDigit(text[index]) { index += 1 }
    }
    var offsetMinutes = 0
    if index + 6 <= text.count, text[index] == UInt8(ascii: "+") || text[index] == UInt8(ascii: "-"),
      let hours = integer(text[(index + 1)..<(index + 3)]),
      let minutes = integer(text[(index + 4)..<(index + 6)])
    {
      offsetMinutes = (hours * 60 + minutes) * (text[index] == UInt8(ascii: "+") ? 1 : -1)
    }
    let utc = HTTPDate.milliseconds(
      year: year, month: month, day: day, hour: hour, minute: minute, second: second)
    return utc.map { $0 - Int64(offsetMinutes) * 60_000 }
  }

  package static func integer(_ bytes: some Collection<UInt8>) -> Int? {
    guard !bytes.isEmpty, bytes.count <= 9, bytes.allSatisfy(isDigit) else { return nil }
    return Int(String(decoding: Array(bytes), as: UTF8.self))
  }

  package static func isDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
  }

  package static func isLetter(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
  }
}
