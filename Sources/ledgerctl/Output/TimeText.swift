import Core

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Reads times as RFC 3339 has them, and local ones; `CivilTime` writes them. By arithmetic alone: date formatters cost a start more than the work.
enum TimeText {
  /// Reads `2026-07-30T12:34:56Z`, with a fraction of a second or an offset if they are there; nil for anything else.
  ///
  /// What is finer than a millisecond is dropped; a leap second counts as the one after it.
  static func ms(rfc3339 text: String) -> Int64? {
    var rest = text.utf8[...]
    func number(_ digits: Int) -> Int64? {
      let part = rest.prefix(digits)
      guard part.count == digits, part.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
      rest = rest.dropFirst(digits)
      return Int64(String(decoding: part, as: UTF8.self))
    }
    func mark(_ choices: String) -> UInt8? {
      guard let byte = rest.first, choices.utf8.contains(byte) else { return nil }
      rest = rest.dropFirst()
      return byte
    }
    guard let year = number(4), mark("-") != nil, let month = number(2), mark("-") != nil,
      let day = number(2),
      mark("Tt ") != nil, let hour = number(2), mark(":") != nil, let minute = number(2), mark(":") != nil,
      let second = number(2), (1...12).contains(month), (1...daysIn(month, of: year)).contains(day),
      hour < 24,
      minute < 60, second <= 60
    else { return nil }
    var ms: Int64 = 0
    if mark(".") != nil {
      let digits = rest.prefix { (0x30...0x39).contains($0) }
      guard !digits.isEmpty, digits.count <= 18 else { return nil }
      rest = rest.dropFirst(digits.count)
      ms = Int64((String(decoding: digits, as: UTF8.self) + "00").prefix(3)) ?? 0
    }
    var offsetMinutes: Int64 = 0
    guard let sign = mark("Zz+-") else { return nil }
    if sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") {
      guard let hours = number(2), mark(":") != nil, let minutes = number(2), hours < 24, minutes < 60 else {
        return nil
      }
      offsetMinutes = (hours * 60 + minutes) * (sign == UInt8(ascii: "+") ? 1 : -1)
    }
    guard rest.isEmpty else { return nil }
    let minutes = days(year, month, day) * 1440 + hour * 60 + minute - offsetMinutes
    return (minutes * 60 + second) * 1000 + ms
  }

  /// Reads `2026-07-30`, its first moment, or `2026-07-30 12:34`, also with seconds, as this machine's local time; nil
  /// for anything else.
  static func ms(local text: String) -> Int64? {
    let day = text.prefix(10)
    var clock = text.dropFirst(10)
    if clock.isEmpty { clock = " 00:00:00" } else if clock.utf8.count == 6 { clock += ":00" }
    // The same form with an offset says that it is read to its end and in range.
    guard let asUTC = ms(rfc3339: "\(day)\(clock)Z"), asUTC % 1000 == 0 else { return nil }
    return localTime(civilMs: asUTC)
  }

  /// The first moment of a day in local time: that of a moment, or one a number of days before it.
  static func startOfDay(ms: Int64, daysBefore days: Int64) -> Int64 {
    var seconds = time_t(CivilTime.floorDivision(ms, 1000).quotient)
    var parts = tm()
    localtime_r(&seconds, &parts)
    let today = Self.days(Int64(parts.tm_year) + 1900, Int64(parts.tm_mon) + 1, Int64(parts.tm_mday))
    return localTime(civilMs: (today - days) * 86_400_000) ?? ms
  }

  /// The local date of a moment, such as `2026-07-30`.
  static func localDate(ms: Int64) -> String {
    var seconds = time_t(CivilTime.floorDivision(ms, 1000).quotient)
    var parts = tm()
    localtime_r(&seconds, &parts)
    return
      "\(CivilTime.padded(Int64(parts.tm_year) + 1900, 4))-\(CivilTime.padded(Int64(parts.tm_mon) + 1))-\(CivilTime.padded(Int64(parts.tm_mday)))"
  }

  /// The moment at which the local calendar and clock show what those of UTC show at another.
  private static func localTime(civilMs: Int64) -> Int64? {
    let (days, rest) = CivilTime.floorDivision(civilMs, 86_400_000)
    let (year, month, day) = CivilTime.civil(fromDays: days)
    let seconds = rest / 1000
    var parts = tm()
    parts.tm_year = Int32(year - 1900)
    parts.tm_mon = Int32(month - 1)
    parts.tm_mday = Int32(day)
    parts.tm_hour = Int32(seconds / 3600)
    parts.tm_min = Int32(seconds / 60 % 60)
    parts.tm_sec = Int32(seconds % 60)
    // The machine knows whether summer time holds then.
    parts.tm_isdst = -1
    parts.tm_wday = -1
    let time = mktime(&parts)
    // -1 is also a time; only a failure leaves the day of the week unset.
    return time == -1 && parts.tm_wday == -1 ? nil : Int64(time) * 1000
  }

  /// The days from 1970 to a date of the proleptic Gregorian calendar.
  private static func days(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
    let shiftedYear = month <= 2 ? year - 1 : year
    let (era, yearOfEra) = CivilTime.floorDivision(shiftedYear, 400)
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
  }

  private static func daysIn(_ month: Int64, of year: Int64) -> Int64 {
    if month == 2 { return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28 }
    return [4, 6, 9, 11].contains(month) ? 30 : 31
  }
}
