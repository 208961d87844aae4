import Core
import GitRepository
import Testing

@testable import Runner

@Suite("Durations and branches as text")
struct SettingTextTests {
  @Test(
    "A duration is whole numbers with their units, written back in the largest that fits",
    arguments: [
      ("500ms", 500, "500ms"), ("1000ms", 1000, "1s"), ("30s", 30_000, "30s"), ("60s", 60_000, "1m"),
      ("5m", 300_000, "5m"), ("2h", 7_200_000, "2h"), ("0s", 0, "0s"), ("0h", 0, "0s"),
      ("90m", 5_400_000, "90m"),
      ("8760h", 31_536_000_000, "8760h"), ("1h30m", 5_400_000, "90m"), ("30d", 2_592_000_000, "720h"),
      ("1d2h3m4s5ms", 93_784_005, "93784005ms"), ("365d", 31_536_000_000, "8760h"),
      ("1m500ms", 60_500, "60500ms"),
    ])
  func readsDurations(_ text: String, _ milliseconds: Int64, _ written: String) {
    #expect(DurationText.duration(text) == .milliseconds(milliseconds))
    #expect(DurationText.text(of: .milliseconds(milliseconds)) == written)
  }

  @Test(
    "Anything else is not a duration",
    arguments: [
      "", "5", "s", "-1s", "+1s", "1.5s", "1 s", "1S", "1w", "1sec",
      "30m1h", "1h1h", "1h30", "h1m", "1h 30m", "366d", "364d25h", "1ms1s", "٣s", "8761h",
      "99999999999999999999s",
      "1s ",
      "9223372036854775807ms",
    ])
  func refusesDurations(_ text: String) {
    #expect(DurationText.duration(text) == nil)
  }

  @Test(
    "A branch's name is what git takes for one",
    arguments: [
      ("main", true), ("assets/2024-x", true), ("ä", true), ("a.b", true), ("", false), ("-x", false),
      ("a..b", false),
      ("a b", false), ("a~1", false), ("a^", false), ("a:b", false), ("a?", false), ("a*", false),
      ("a[", false),
      ("a\\b", false), ("@", false), ("HEAD", false), ("a@{1}", false), ("/a", false), ("a/", false),
      ("a//b", false),
      (".a", false), ("a/.b", false), ("a.lock", false), ("a.lock/b", false), ("a.", false), ("a\nb", false),
      ("a\u{7f}", false),
    ])
  func branches(_ name: String, _ isFit: Bool) {
    #expect(BranchName.isFit(name) == isFit)
  }
}
