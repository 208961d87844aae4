import Core
import EventLog
import Testing

/// The server counts a call from when it begins: one that begins long after its grant might be one too many.
@Suite("A granted call")
struct CallStartTests {
  private func call(atMs: Int64) -> CallStart {
    CallStart(
      limiter: "mcp", id: "1", at: .boot(ms: atMs), leaseMs: 1_000,
      limits: CallLimits(perMinute: 1, inFlight: nil))
  }

  @Test("May begin for two seconds of the boot clock, and no longer")
  func grace() {
    let call = call(atMs: 10_000)
    #expect(call.isGood(at: .boot(ms: 10_000)))
    #expect(call.isGood(at: .boot(ms: 10_000 + CallStart.graceMs)))
    #expect(!call.isGood(at: .boot(ms: 10_001 + CallStart.graceMs)))
  }

  @Test(
    "May begin whatever the wall clock is set to meanwhile", arguments: [-86_400_000, 3_600_000] as [Int64])
  func wallClock(stepMs: Int64) {
    let now = Moment.boot(ms: 11_000, wallMs: Moment.boot(ms: 11_000).wallMs + stepMs)
    #expect(call(atMs: 10_000).isGood(at: now))
  }

  @Test("May not begin in another boot, whatever its clocks say")
  func anotherBoot() {
    #expect(!call(atMs: 10_000).isGood(at: .boot("boot-2", ms: 10_000)))
    #expect(!call(atMs: 10_000).isGood(at: .boot("boot-2", ms: 5)))
  }

  @Test("Counts for as long as the server may count it, if it begins at the last moment")
  func span() {
    let limits = CallLimits(perMinute: 1, inFlight: nil)
    let window = CallWindow(calls: [RecordedCall(call(atMs: 0))])
    // It begins two seconds late; the server's minute ends a minute after that.
    let serversMinuteEndsMs = CallStart.graceMs + 60_000
    #expect(window.allowance(under: limits, at: .boot(ms: serversMinuteEndsMs)).calls == 0)
    #expect(window.allowance(under: limits, at: .boot(ms: serversMinuteEndsMs + 1)).calls == 1)
  }
}
