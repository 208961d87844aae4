/// Writes times as RFC 3339 has them, in UTC, by arithmetic alone.
package enum CivilTime {
  /// Writes milliseconds since 1970 as `2026-07-30T12:34:56.789Z`.
  package static func rfc3339(ms: Int64) -> String {
    let (days, rest) = floorDivision(ms, 86_400_000)
    let (year, month, day) = civil(fromDays: days)
    let seconds = rest / 1000
    let clock = "\(padded(seconds / 3600)):\(padded(seconds / 60 % 60)):\(padded(seconds % 60))"
    return "\(padded(year, 4))-\(padded(month))-\(padded(day))T\(clock).\(padded(rest % 1000, 3))Z"
  }

  /// The number's digits, with zeros in front up to a width.
  package static func padded(_ number: Int64, _ width: Int = 2) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
  }

  /// The proleptic Gregorian date of a day since 1970, by shifting the year's start to March.
  package static func civil(fromDays days: Int64) -> (year: Int64, month: Int64, day: Int64) {
    let (era, dayOfEra) = floorDivision(days + 719_468, 146_097)
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shifted = (5 * dayOfYear + 2) / 153
    let month = shifted < 10 ? shifted + 3 : shifted - 9
    return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shifted + 2) / 5 + 1)
  }

  /// Divides towards minus infinity; the rest is never negative.
  package static func floorDivision(_ number: Int64, _ divisor: Int64) -> (quotient: Int64, rest: Int64) {
    let quotient = number >= 0 ? number / divisor : -((-number + divisor - 1) / divisor)
    return (quotient, number - quotient * divisor)
  }
}
