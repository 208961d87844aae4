/// Writes and reads times as RFC 3339 has them, by arithmetic alone: date formatters cost a start more than the work.
enum TimeText {
  /// Writes milliseconds since 1970 as `2026-07-30T12:34:56.789Z`.
  static func rfc3339(ms: Int64) -> String {
    let (days, rest) = floorDivision(ms, 86_400_000)
    let (year, month, day) = civil(fromDays: days)
    let seconds = rest / 1000
    let clock = "\(padded(seconds / 3600)):\(padded(seconds / 60 % 60)):\(padded(seconds % 60))"
    return "\(padded(year, 4))-\(padded(month))-\(padded(day))T\(clock).\(padded(rest % 1000, 3))Z"
  }

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

  static func padded(_ number: Int64, _ width: Int = 2) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
  }

  /// The proleptic Gregorian date of a day since 1970, by shifting the year's start to March.
  private static func civil(fromDays days: Int64) -> (year: Int64, month: Int64, day: Int64) {
    let (era, dayOfEra) = floorDivision(days + 719_468, 146_097)
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shifted = (5 * dayOfYear + 2) / 153
    let month = shifted < 10 ? shifted + 3 : shifted - 9
    return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shifted + 2) / 5 + 1)
  }

  /// The days from 1970 to a date of the proleptic Gregorian calendar.
  private static func days(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
    let shiftedYear = month <= 2 ? year - 1 : year
    let (era, yearOfEra) = floorDivision(shiftedYear, 400)
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
  }

  private static func daysIn(_ month: Int64, of year: Int64) -> Int64 {
    if month == 2 { return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28 }
    return [4, 6, 9, 11].contains(month) ? 30 : 31
  }

  private static func floorDivision(_ number: Int64, _ divisor: Int64) -> (quotient: Int64, rest: Int64) {
    let quotient = number >= 0 ? number / divisor : -((-number + divisor - 1) / divisor)
    return (quotient, number - quotient * divisor)
  }
}
