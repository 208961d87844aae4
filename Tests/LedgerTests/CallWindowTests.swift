import Core
import EventLog
import Testing

@Suite("The limiter's window") struct CallWindowTests {
  static let day: Int64 = 86_400_000

  /// A machine whose true time only we know: its clocks are what the window sees.
  private struct Machine {
    var trueMs: Int64 = 0
    var bootedAtMs: Int64 = -5_000
    var boots = 1
    var wallOffsetMs: Int64 = 1_700_000_000_000

    var now: Moment {
      Moment(wallMs: trueMs + wallOffsetMs, bootMs: trueMs - bootedAtMs, boot: "boot-\(boots)")
    }

    mutating func restart() {
      boots += 1
      trueMs += 1
      bootedAtMs = trueMs
    }
  }

  @Test("No minute holds more starts than the limit, whatever the clocks and the power do", arguments: 1...40)
  func neverMoreThanTheLimit(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    let limits = CallLimits(perMinute: Int.random(in: 1...6, using: &generator), inFlight: nil)
    var machine = Machine()
    var window = CallWindow()
    var startsMs: [Int64] = []
    for step in 0..<2_000 {
      switch Int.random(in: 0..<40, using: &generator) {
      case 0: machine.wallOffsetMs += Self.day
      case 1: machine.wallOffsetMs -= Self.day
      case 2: machine.restart()
      default: machine.trueMs += Int64.random(in: 0...9_000, using: &generator)
      }
      let count = Int.random(in: 1...2, using: &generator)
      if window.refusal(of: count, under: limits, at: machine.now) == nil {
        for id in window.spent(at: machine.now) { window.calls.removeAll { $0.id == id } }
        for number in 0..<count {
          window.calls.append(RecordedCall(id: "\(step)-\(number)", startedAt: machine.now, leaseMs: 10))
          startsMs.append(machine.trueMs)
        }
      }
    }
    for (index, start) in startsMs.enumerated() {
      let within = startsMs[index...].prefix { $0 <= start + CallWindow.spanMs }.count
      #expect(within <= limits.perMinute ?? 0, "seed \(seed), limit \(limits), start \(start)")
    }
    #expect(startsMs.count > 20, "The window lets calls through at all: seed \(seed).")
  }

  @Test("At the time a refusal names, and no earlier, the call is let in", arguments: [1, 2, 5])
  func refusalNamesTheTime(count: Int) throws {
    let limits = CallLimits(perMinute: 5, inFlight: nil)
    var window = CallWindow()
    for number in 0..<5 {
      window.calls.append(
        RecordedCall(id: "\(number)", startedAt: .boot(ms: Int64(number) * 1_000), leaseMs: 10, ended: true))
    }
    let until = try #require(window.refusal(of: count, under: limits, at: .boot(ms: 10_000)))
    #expect(until.bootMs == CallWindow.spanMs + 1 + Int64(count - 1) * 1_000)
    #expect(window.refusal(of: count, under: limits, at: .boot(ms: until.bootMs - 1)) != nil)
    #expect(window.refusal(of: count, under: limits, at: .boot(ms: until.bootMs)) == nil)
  }

  @Test("The smallest limit in use binds, as long as a call that started under it counts")
  func smallestLimit() {
    let (small, large) = (CallLimits(perMinute: 2, inFlight: 1), CallLimits(perMinute: 5, inFlight: nil))
    var window = CallWindow(calls: [
      RecordedCall(id: "1", startedAt: .boot(ms: 0), leaseMs: 10, ended: true, limits: small)
    ])
    #expect(window.allowance(under: large, at: .boot(ms: 100)) == Allowance(calls: 1, next: nil))
    window.calls.append(
      RecordedCall(id: "2", startedAt: .boot(ms: 200), leaseMs: 10, ended: true, limits: large))
    #expect(window.refusal(of: 1, under: large, at: .boot(ms: 300))?.bootMs == CallWindow.spanMs + 1)
    let after = Moment.boot(ms: CallWindow.spanMs + 1)
    #expect(window.allowance(under: large, at: after) == Allowance(calls: 4, next: nil))
    #expect(window.allowance(under: small, at: after) == Allowance(calls: 1, next: nil))
  }

  @Test("A step of the wall clock within a boot changes nothing", arguments: [-day, day])
  func wallStepsWithinABoot(step: Int64) {
    let limits = CallLimits(perMinute: 1, inFlight: 1)
    let start = Moment.boot(ms: 1_000)
    var window = CallWindow(calls: [RecordedCall(id: "1", startedAt: start, leaseMs: 30_000)])
    window.pause = Deadline(start, plusMs: 5_000)
    let soon = Moment(wallMs: start.wallMs + 4_999 + step, bootMs: start.bootMs + 4_999, boot: start.boot)
    // The same moment, told by the clock that was set meanwhile.
    #expect(window.allowance(under: limits, at: soon) == Allowance(calls: 0, next: Deadline(soon, plusMs: 1)))
    let later = Moment(
      wallMs: start.wallMs + CallWindow.spanMs + step, bootMs: start.bootMs + CallWindow.spanMs,
      boot: start.boot)
    #expect(window.allowance(under: limits, at: later).calls == 0)
    let free = Moment(
      wallMs: start.wallMs + CallWindow.spanMs + 1 + step, bootMs: start.bootMs + CallWindow.spanMs + 1,
      boot: start.boot)
    #expect(window.allowance(under: limits, at: free) == Allowance(calls: 1, next: nil))
  }

  @Test("After a restart and a wall clock set back a day, a minute of uptime frees the window")
  func anotherBoot() {
    let limits = CallLimits(perMinute: 1, inFlight: nil)
    let window = CallWindow(calls: [RecordedCall(id: "1", startedAt: .boot(ms: 500_000), leaseMs: 10)])
    let wallMs = Moment.boot(ms: 500_000).wallMs - Self.day
    let early = Moment(wallMs: wallMs, bootMs: 2_000, boot: "boot-2")
    #expect(
      window.allowance(under: limits, at: early).next == Deadline(early, plusMs: CallWindow.spanMs - 1_999))
    let late = Moment(wallMs: wallMs, bootMs: CallWindow.spanMs + 1, boot: "boot-2")
    #expect(window.allowance(under: limits, at: late).calls == 1)
  }

  @Test("Calls under way are counted until they end or their lease does")
  func leases() {
    let limits = CallLimits(perMinute: nil, inFlight: 2)
    var window = CallWindow(calls: [
      RecordedCall(id: "1", startedAt: .boot(ms: 0), leaseMs: 500),
      RecordedCall(id: "2", startedAt: .boot(ms: 0), leaseMs: 90_000),
    ])
    #expect(
      window.allowance(under: limits, at: .boot(ms: 100))
        == Allowance(calls: 0, next: Deadline(.boot(ms: 100), plusMs: 400)))
    #expect(window.allowance(under: limits, at: .boot(ms: 500)).calls == 1)
    #expect(
      window.refusal(of: 2, under: limits, at: .boot(ms: 500))
        == Deadline(.boot(ms: 500), plusMs: CallWindow.inFlightRecheckMs))
    window.end(["2"])
    #expect(window.allowance(under: limits, at: .boot(ms: 500)).calls == 2)
    #expect(window.spent(at: .boot(ms: CallWindow.spanMs)) == [])
    #expect(window.spent(at: .boot(ms: CallWindow.spanMs + 1)) == ["1", "2"])
  }

  @Test("Without limits any number may start, unless the server said to wait")
  func noLimits() {
    let limits = CallLimits(perMinute: nil, inFlight: nil)
    var window = CallWindow(calls: [RecordedCall(id: "1", startedAt: .boot(ms: 0), leaseMs: 10)])
    #expect(window.allowance(under: limits, at: .boot(ms: 0)) == Allowance(calls: .max, next: nil))
    let until = Deadline(.boot(ms: 0), plusMs: 38_000)
    window.pause = until
    #expect(window.allowance(under: limits, at: .boot(ms: 37_999)) == Allowance(calls: 0, next: until))
    #expect(window.refusal(of: 1, under: limits, at: .boot(ms: 0)) == until)
    #expect(window.refusal(of: 1, under: limits, at: .boot(ms: 38_000)) == nil)
  }

  @Test("Of two pauses the later holds, by the boot clock within a boot")
  func laterPause() {
    let sooner = Deadline(wallMs: 900, bootMs: 10, boot: "b")
    let later = Deadline(wallMs: 100, bootMs: 20, boot: "b")
    #expect(CallWindow.later(sooner, later) == later)
    #expect(CallWindow.later(later, sooner) == later)
    #expect(CallWindow.later(nil, sooner) == sooner)
    let elsewhere = Deadline(wallMs: 500, bootMs: 1, boot: "c")
    #expect(CallWindow.later(later, elsewhere) == elsewhere)
  }
}
