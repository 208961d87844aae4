import Core
import EventLog
import Testing

/// Deadlines are read from the ledger by whatever clock the machine has then.
@Suite("A stored deadline")
struct DeadlineTests {
  static let hourMs: Int64 = 3_600_000
  static let dayMs = 24 * hourMs

  /// A deadline 30 s ahead, stored while the wall clock was `ahead` milliseconds ahead of the true time.
  private func stored(aheadMs: Int64, boot: String = "boot-1") -> Deadline {
    let then = Moment.boot(boot, ms: 1_000)
    return Deadline(
      Moment(wallMs: then.wallMs + aheadMs, bootMs: then.bootMs, boot: then.boot), plusMs: 30_000)
  }

  @Test(
    "Within the boot a clock that was wrong when it was stored changes nothing",
    arguments: [-400 * dayMs, -hourMs, 0, 5 * hourMs, 1_460 * dayMs])
  func sameBoot(aheadMs: Int64) {
    let deadline = stored(aheadMs: aheadMs)
    #expect(deadline.remainingMs(at: .boot(ms: 1_000)) == 30_000)
    #expect(deadline.remainingMs(at: .boot(ms: 30_999)) == 1)
    #expect(deadline.remainingMs(at: .boot(ms: 31_000)) == 0)
  }

  @Test(
    "After a restart the wall clock counts, for a day at most; farther away it was set by a wrong clock",
    arguments: [
      (0, 30_000), (-hourMs, 0), (5 * hourMs, 5 * hourMs + 30_000), (dayMs, dayMs),
      (dayMs + hourMs - 30_000, dayMs), (dayMs + hourMs, 0), (1_460 * dayMs, 0),
    ] as [(Int64, Int64)])
  func anotherBoot(aheadMs: Int64, expectedMs: Int64) {
    let now = Moment.boot("boot-2", ms: 4_000, wallMs: Moment.boot(ms: 1_000).wallMs)
    #expect(stored(aheadMs: aheadMs).remainingMs(at: now) == expectedMs)
  }

  @Test("Where the machine has no name for its boots, wall times compare alone")
  func namelessBoots() {
    let deadline = stored(aheadMs: 0, boot: "")
    // The boot times say that it has passed; they may be of two different boots.
    let now = Moment.boot("", ms: 500_000, wallMs: Moment.boot(ms: 1_000).wallMs)
    #expect(deadline.remainingMs(at: now) == 30_000)
  }

  @Test("A deadline of another boot is shown by this boot's clocks, and holds by them from then on")
  func seen() {
    let now = Moment.boot("boot-2", ms: 4_000, wallMs: Moment.boot(ms: 1_000).wallMs)
    let shown = stored(aheadMs: 0).seen(at: now)
    #expect(shown == Deadline(now, plusMs: 30_000))
    let clockSet = Moment.boot("boot-2", ms: 14_000, wallMs: now.wallMs + 3 * Self.dayMs)
    #expect(shown.remainingMs(at: clockSet) == 20_000)
  }

  @Test("A pause that a wrong clock stored is over after a restart, and a new one takes its place")
  func pauseOfWrongClock() {
    let limits = CallLimits(perMinute: nil, inFlight: nil)
    let wrong = stored(aheadMs: 1_460 * Self.dayMs)
    let now = Moment.boot("boot-2", ms: 4_000, wallMs: Moment.boot(ms: 1_000).wallMs)
    var window = CallWindow()
    window.pause = wrong
    #expect(window.allowance(under: limits, at: now) == Allowance(calls: .max, next: nil))
    window.pause = CallWindow.later(wrong, Deadline(now, plusMs: 5_000))
    #expect(
      window.allowance(under: limits, at: now) == Allowance(calls: 0, next: Deadline(now, plusMs: 5_000)))
  }
}
