import Core

/// How many calls an extractor takes.
public struct CallLimits: Hashable, Sendable, Codable {
  /// Calls that may start in any 60 seconds; nil for no limit.
  public var perMinute: Int?
  /// Calls that may be under way at once, over all processes; nil for no limit.
  public var inFlight: Int?

  public init(perMinute: Int?, inFlight: Int?) {
    self.perMinute = perMinute
    self.inFlight = inFlight
  }

  /// The smaller of each limit.
  package func smaller(_ other: CallLimits) -> CallLimits {
    func smaller(_ one: Int?, _ other: Int?) -> Int? { [one, other].compactMap { $0 }.min() }
    return CallLimits(
      perMinute: smaller(perMinute, other.perMinute), inFlight: smaller(inFlight, other.inFlight))
  }
}

/// A call about to start, debited in the transaction of the event that starts it.
public struct CallStart: Hashable, Sendable {
  public var limiter: String
  /// Unique among all calls, such as `run/asset/attempt`.
  public var id: String
  public var at: Moment
  /// How long the call counts as in flight if nobody ever ends it: its time-out and a margin.
  public var leaseMs: Int64
  public var limits: CallLimits
  /// Starts although the server said that it takes nothing yet: to find out whether it does by now.
  public var isProbe: Bool

  /// How long after `at` the call may begin, by the boot clock; one that has not begun by then is given back.
  public static let graceMs: Int64 = 2_000

  /// Whether the call may still begin at a moment.
  public func isGood(at now: Moment) -> Bool {
    now.boot == at.boot && now.bootMs - at.bootMs <= Self.graceMs
  }

  public init(
    limiter: String, id: String, at: Moment, leaseMs: Int64, limits: CallLimits, isProbe: Bool = false
  ) {
    self.limiter = limiter
    self.id = id
    self.at = at
    self.leaseMs = leaseMs
    self.limits = limits
    self.isProbe = isProbe
  }
}

/// A server's own word that it takes nothing until then.
public struct LimiterPause: Hashable, Sendable {
  public var limiter: String
  public var until: Deadline

  public init(limiter: String, until: Deadline) {
    self.limiter = limiter
    self.until = until
  }
}

/// What a limiter allows at a moment.
public struct Allowance: Hashable, Sendable {
  /// Calls that may start now; `Int.max` without a limit.
  public var calls: Int
  /// When to ask again, if none may start now.
  public var next: Deadline?

  public init(calls: Int, next: Deadline?) {
    self.calls = calls
    self.next = next
  }
}
