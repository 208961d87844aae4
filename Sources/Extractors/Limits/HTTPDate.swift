/// Reads a date as HTTP has it (RFC 9110): the fixed form, and the two obsolete ones that must still be
/// understood.
package enum HTTPDate {
  /// Milliseconds since 1970 of the date at the start of a string; nil where there is none.
  package static func milliseconds(_ bytes: ArraySlice<UInt8>) -> Int64? {
    let parts = bytes.prefix(48).split { !RetryTime.isDigit($0) && !RetryTime.isLetter($0) }
    guard parts.count >= 7, let weekday = word(parts[0]), weekdays.contains(where: weekday.hasPrefix)
    else { return nil }
    // "Sun Nov  6 08:49:37 1994"; else "Sun, 06 Nov 1994 08:49:37 GMT" or "Sunday, 06-Nov-94 08:49:37 GMT".
    if let month = month(parts[1]) {
      return milliseconds(parts[6], month, parts[2], time: parts[3...5])
    }
    guard let month = month(parts[2]) else { return nil }
    return milliseconds(parts[3], month, parts[1], time: parts[4...6])
  }

  /// Milliseconds since 1970 of a date and time in UTC; nil where a number is not in the calendar.
  package static func milliseconds(
    year: Int, month: Int, day: Int, hour: Int, minute: Int, second: Int
  ) -> Int64? {
    guard (1970...9999).contains(year), (1...12).contains(month), (1...31).contains(day),
      (0...23).contains(hour), (0...59).contains(minute), (0...60).contains(second)
    else { return nil }
    // Years begin in March here, so that a leap day is the last of its year.
    let shiftedYear = month <= 2 ? year - 1 : year
    let dayOfYear = (153 * ((month + 9) % 12) + 2) / 5 + day - 1
    let days =
      365 * shiftedYear + shiftedYear / 4 - shiftedYear / 100 + shiftedYear / 400 + dayOfYear - 719_468
    return Int64(((days * 24 + hour) * 60 + minute) * 60 + second) * 1000
  }

  private static let weekdays = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
  private static let months = [
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
  ]

  private static func milliseconds(
    _ year: ArraySlice<UInt8>, _ month: Int, _ day: ArraySlice<UInt8>, time: ArraySlice<ArraySlice<UInt8>>
  ) -> Int64? {
    let clock = time.compactMap { RetryTime.integer($0) }
    guard clock.count == 3, let day = RetryTime.integer(day), var year = RetryTime.integer(year)
    else { return nil }
    if year < 100 { year += year < 70 ? 2000 : 1900 }
    return milliseconds(
      year: year, month: month, day: day, hour: clock[0], minute: clock[1], second: clock[2])
  }

  private static func word(_ part: ArraySlice<UInt8>) -> String? {
    guard part.allSatisfy(RetryTime.isLetter) else { return nil }
    return String(decoding: part, as: UTF8.self).lowercased()
  }

  private static func month(_ part: ArraySlice<UInt8>) -> Int? {
    guard part.count == 3, let name = word(part), let index = months.firstIndex(of: name) else { return nil }
    return index + 1
  }
}
