import Core

/// Tells time in which this process was suspended (SIGSTOP, Ctrl-Z, a sleeping machine) from time that passed.
///
/// Waits are cut into slices: one that ends much too late shows how long nobody of this process was running. Used for
/// one wait.
package struct SuspensionTimer {
  package static let slice = Duration.milliseconds(500)
  /// A busy machine may wake a process this late.
  private static let tolerance = Duration.seconds(1)

  private var wakesAt: ContinuousClock.Instant?

  package init() {
  }

  /// The end of the next wait: the deadline, or a slice from now. Nil where nothing is waited for by the clock.
  package mutating func bounded(_ deadline: ContinuousClock.Instant?) -> ContinuousClock.Instant? {
    guard let deadline else { return nil }
    wakesAt = min(deadline, ContinuousClock.now + Self.slice)
    return wakesAt
  }

  /// The deadline moved by the time in which this process was suspended during the wait.
  package func extended(_ deadline: ContinuousClock.Instant?) -> ContinuousClock.Instant? {
    deadline.map { $0 + suspended }
  }

  /// How long this process was suspended during the wait.
  package var suspended: Duration {
    guard let wakesAt else { return .zero }
    let late = ContinuousClock.now - wakesAt
    return late > Self.tolerance ? late : .zero
  }
}
