import Synchronization

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Sees to it that a command ends with one result, though both its own end and a signal may bring it about.
final class LastWords: Sendable {
  private let isClaimed = Atomic(false)

  /// Returns to the first who asks; whoever comes later waits for the process to end.
  func claim() {
    guard isClaimed.exchange(true, ordering: .sequentiallyConsistent) else { return }
    while true { pause() }
  }
}
