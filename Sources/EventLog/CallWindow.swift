import Core

/// A call as a limiter remembers it.
package struct RecordedCall: Hashable, Sendable {
  package var id: String
  package var startedAt: Moment
  package var leaseMs: Int64
  package var ended = false
  /// The limits of the process that started it.
  package var limits: CallLimits

  package init(
    id: String, startedAt: Moment, leaseMs: Int64, ended: Bool = false,
    limits: CallLimits = CallLimits(perMinute: nil, inFlight: nil)
  ) {
    self.id = id
    self.startedAt = startedAt
    self.leaseMs = leaseMs
    self.ended = ended
    self.limits = limits
  }

  package init(_ start: CallStart) {
    self.init(id: start.id, startedAt: start.at, leaseMs: start.leaseMs, limits: start.limits)
  }

  /// Whether it may still count against a limit.
  package func counts(at now: Moment) -> Bool {
    let ageMs = ageMs(at: now)
    return ageMs <= CallWindow.spanMs || (!ended && ageMs < leaseMs)
  }

  package func ageMs(at now: Moment) -> Int64 {
    if startedAt.boot == now.boot { return max(0, now.bootMs - startedAt.bootMs) }
    let byWallMs = now.wallMs - startedAt.wallMs
    return byWallMs < 0 ? now.bootMs : min(byWallMs, now.bootMs)
  }
}

/// What a limiter knows: the calls that may still count, and the server's own pause. Pure; both stores decide
/// by it.
///
/// Time within a boot is the boot clock's, so a step of the wall clock changes nothing. A call from another
/// boot is as old as the wall clock says, but never older than this boot's own age, and a wall clock that
/// says "in the future" is not believed: then the boot's age alone counts. So after a minute of uptime no
/// limiter waits for calls of an earlier boot, and no step of the clock lets more calls start than the limit.
///
/// Processes may have other limits for one quota. The smallest in use binds: that of any call which still counts.
package struct CallWindow: Hashable, Sendable {
  /// The span over which calls a minute are counted, both ends included: a minute, and as long as a call may take to
  /// begin, for the server counts from there.
  package static let spanMs: Int64 = 60_000 + CallStart.graceMs
  /// When to ask again while too many calls are under way: one may end at any moment, long before its lease.
  package static let inFlightRecheckMs: Int64 = 1_000

  /// What `StoreError.failed` says of a call that starts under an id still remembered: SQLite's constraint
  /// code.
  package static let repeatedCode: Int32 = 1555

  package var calls: [RecordedCall] = []
  package var pause: Deadline?

  package init(calls: [RecordedCall] = [], pause: Deadline? = nil) {
    self.calls = calls
    self.pause = pause
  }

  /// Notes that calls have ended: they no longer count as under way, but still as started.
  package mutating func end(_ ids: Set<String>) {
    for index in calls.indices where ids.contains(calls[index].id) { calls[index].ended = true }
  }

  /// How many calls may start at a moment, and when to ask again if none.
  package func allowance(under limits: CallLimits, at now: Moment) -> Allowance {
    if let pause, pause.remainingMs(at: now) > 0 { return Allowance(calls: 0, next: pause.seen(at: now)) }
    let limits = binding(limits, at: now)
    let rate = limits.perMinute.map { max(0, $0 - startsMs(at: now).count) } ?? Int.max
    let room = limits.inFlight.map { max(0, $0 - leasesMs(at: now).count) } ?? Int.max
    let calls = min(rate, room)
    return Allowance(calls: calls, next: calls > 0 ? nil : next(for: 1, under: limits, at: now))
  }

  /// When to ask again for `count` calls at once; nil if they may start now.
  ///
  /// More calls than a limit ever allows at once are never granted; the answer is then a time all the same.
  package func refusal(of count: Int, under limits: CallLimits, at now: Moment) -> Deadline? {
    if count == 0 || allowance(under: limits, at: now).calls >= count { return nil }
    return next(for: count, under: limits, at: now)
  }

  /// The smallest of the limits and of those in use.
  private func binding(_ limits: CallLimits, at now: Moment) -> CallLimits {
    calls.reduce(limits) { $1.counts(at: now) ? $0.smaller($1.limits) : $0 }
  }

  /// The calls that can no longer count against any limit.
  package func spent(at now: Moment) -> [String] {
    calls.filter { !$0.counts(at: now) }.map(\.id)
  }

  /// The later of two pauses, by the boot clock where both are of one boot.
  ///
  /// One of another boot that is farther away than a day was set by a wrong clock, and must not outdo the other.
  package static func later(_ one: Deadline?, _ other: Deadline) -> Deadline {
    guard let one else { return other }
    if one.boot == other.boot { return other.bootMs > one.bootMs ? other : one }
    let aheadMs = one.wallMs - other.wallMs
    return (0...Deadline.longestWaitMs).contains(aheadMs) ? one : other
  }

  private func next(for count: Int, under limits: CallLimits, at now: Moment) -> Deadline {
    let limits = binding(limits, at: now)
    var waitMs: Int64 = 1
    if let perMinute = limits.perMinute {
      let starts = startsMs(at: now)
      let leaving = min(count, max(1, perMinute)) - (perMinute - starts.count)
      if leaving > 0 {
        waitMs = max(waitMs, leaving <= starts.count ? starts[leaving - 1] : Self.spanMs)
      }
    }
    if let inFlight = limits.inFlight {
      let leases = leasesMs(at: now)
      if leases.count + count > inFlight {
        waitMs = max(waitMs, min(leases.first ?? Self.inFlightRecheckMs, Self.inFlightRecheckMs))
      }
    }
    let free = Deadline(now, plusMs: waitMs)
    guard let pause, pause.remainingMs(at: now) > waitMs else { return free }
    return pause.seen(at: now)
  }

  /// Milliseconds until each start of the last minute leaves it, soonest first.
  private func startsMs(at now: Moment) -> [Int64] {
    calls.map { Self.spanMs + 1 - $0.ageMs(at: now) }.filter { $0 > 0 }.sorted()
  }

  /// Milliseconds until each lease of a call under way runs out, soonest first.
  private func leasesMs(at now: Moment) -> [Int64] {
    calls.filter { !$0.ended }.map { $0.leaseMs - $0.ageMs(at: now) }.filter { $0 > 0 }.sorted()
  }
}
