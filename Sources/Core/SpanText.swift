/// Writes how long something took.
package enum SpanText {
  /// The same to a tenth of a second, for what changes while it is read: `0.0s`, `5.2s`.
  package static func running(ms: Int64) -> String {
    let tenths = max(0, ms) / 100
    return tenths < 600 ? "\(tenths / 10).\(tenths % 10)s" : text(ms: ms)
  }

  /// How long ago something was, in the largest unit that fits: `12s`, `5m`, `3h`, `21d`.
  package static func age(ms: Int64) -> String {
    let seconds = max(0, ms) / 1000
    return switch seconds {
    case ..<60: "\(seconds)s"
    case ..<3600: "\(seconds / 60)m"
    case ..<86_400: "\(seconds / 3600)h"
    default: "\(seconds / 86_400)d"
    }
  }

  /// Whole time left, for what changes while it is read: `0:12`, `1:02:05`.
  package static func countdown(ms: Int64) -> String {
    let seconds = (max(0, ms) + 999) / 1000
    let tail = CivilTime.padded(seconds % 60)
    return seconds < 3600
      ? "\(seconds / 60):\(tail)" : "\(seconds / 3600):\(CivilTime.padded(seconds / 60 % 60)):\(tail)"
  }

  /// `0.04s`, `5.2s`, `2m05s` or `1h02m05s`.
  package static func text(ms: Int64) -> String {
    let ms = max(0, ms)
    if ms < 995 { return "0.\(CivilTime.padded((ms + 5) / 10))s" }
    if ms < 59_950 {
      let tenths = (ms + 50) / 100
      return "\(tenths / 10).\(tenths % 10)s"
    }
    let seconds = (ms + 500) / 1000
    let minutes = "\(CivilTime.padded(seconds / 60 % 60))m\(CivilTime.padded(seconds % 60))s"
    return seconds < 3600 ? String(minutes.drop { $0 == "0" }) : "\(seconds / 3600)h\(minutes)"
  }
}
