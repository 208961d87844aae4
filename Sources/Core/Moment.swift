/// A reading of both clocks: the wall's, which people read and may set, and the boot's, which only goes forward.
public struct Moment: Hashable, Sendable {
  /// Milliseconds since 1970, UTC.
  public var wallMs: Int64
  /// Milliseconds since the machine was started, sleep included.
  public var bootMs: Int64
  /// Identifies this start of the machine; boot times compare only within one. Empty where the machine has no name for it.
  public var boot: String

  public init(wallMs: Int64, bootMs: Int64, boot: String) {
    self.wallMs = wallMs
    self.bootMs = bootMs
    self.boot = boot
  }
}

/// A moment to wait for, which survives steps of the wall clock within a boot.
public struct Deadline: Hashable, Sendable, Codable {
  public var wallMs: Int64
  public var bootMs: Int64
  public var boot: String

  public init(wallMs: Int64, bootMs: Int64, boot: String) {
    self.wallMs = wallMs
    self.bootMs = bootMs
    self.boot = boot
  }

  /// The deadline that lies `plusMs` milliseconds after a moment.
  public init(_ now: Moment, plusMs: Int64) {
    self.init(wallMs: now.wallMs + plusMs, bootMs: now.bootMs + plusMs, boot: now.boot)
  }

  /// The longest wait that a deadline is believed for.
  public static let longestWaitMs: Int64 = 24 * 3_600_000
  /// Room for a wall clock that was corrected a little: a deadline beyond it was set by a clock that was wrong.
  private static let believedMs = longestWaitMs + 3_600_000

  /// Milliseconds still to wait, 0 once it has passed, a day at most.
  ///
  /// Counted by the boot clock within a boot, else by the wall clock. Nothing is ever made to wait longer than a
  /// day, so a deadline that seems farther away was set by a wrong clock, and has passed: it would never end.
  public func remainingMs(at now: Moment) -> Int64 {
    let remaining = now.boot == boot && !boot.isEmpty ? bootMs - now.bootMs : wallMs - now.wallMs
    guard remaining <= Self.believedMs else { return 0 }
    return min(max(0, remaining), Self.longestWaitMs)
  }

  /// The deadline as this boot's clocks tell it, so that a wall clock that was set since is told right.
  public func seen(at now: Moment) -> Deadline { Deadline(now, plusMs: remainingMs(at: now)) }
}
