import Core

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Writes times of day as the clock on the wall shows them.
enum ClockText {
  /// `14:03:22`, in the user's time zone; with the date in front where that is not today's.
  static func local(ms: Int64) -> String {
    var seconds = time_t(ms / 1000)
    var parts = tm()
    guard localtime_r(&seconds, &parts) != nil else { return CivilTime.rfc3339(ms: ms) }
    var nowSeconds = time(nil)
    var now = tm()
    localtime_r(&nowSeconds, &now)
    func two(_ number: Int32) -> String { CivilTime.padded(Int64(number)) }
    let clock = "\(two(parts.tm_hour)):\(two(parts.tm_min)):\(two(parts.tm_sec))"
    if parts.tm_year == now.tm_year, parts.tm_yday == now.tm_yday { return clock }
    return "\(parts.tm_year + 1900)-\(two(parts.tm_mon + 1))-\(two(parts.tm_mday)) \(clock)"
  }
}
