/// Writes how long something took.
enum SpanText {
  /// The same to a tenth of a second, for what changes while it is read: `0.0s`, `5.2s`.
  static func running(ms: Int64) -> String {
    let tenths = max(0, ms) / 100
    return tenths < 600 ? "\(tenths / 10).\(tenths % 10)s" : text(ms: ms)
  }

  /// `0.04s`, `5.2s`, `2m05s` or `1h02m05s`.
  static func text(ms: Int64) -> String {
    let ms = max(0, ms)
    if ms < 995 { return "0.\(TimeText.padded((ms + 5) / 10))s" }
    if ms < 59_950 {
      let tenths = (ms + 50) / 100
      return "\(tenths / 10).\(tenths % 10)s"
    }
    let seconds = (ms + 500) / 1000
    let minutes = "\(TimeText.padded(seconds / 60 % 60))m\(TimeText.padded(seconds % 60))s"
    return seconds < 3600 ? String(minutes.drop { $0 == "0" }) : "\(seconds / 3600)h\(minutes)"
  }
}
