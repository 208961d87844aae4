import BatchModel
import Core

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Where time comes from. Tests bring one of their own.
package protocol RunClock: Sendable {
  func now() -> Moment
  /// Waits until a deadline has passed, or throws when the task is cancelled.
  func sleep(until deadline: Deadline) async throws
}

/// The machine's clocks.
package struct SystemClock: RunClock {
  private let boot: String

  package init() { boot = Self.bootID() }

  package func now() -> Moment {
    #if os(Linux)
      let bootClock = CLOCK_BOOTTIME
    #else
      let bootClock = CLOCK_MONOTONIC
    #endif
    return Moment(
      wallMs: Self.writable(wallMs: Self.readMs(CLOCK_REALTIME)), bootMs: Self.readMs(bootClock), boot: boot)
  }

  package func sleep(until deadline: Deadline) async throws {
    // In pieces, so that a machine that slept or whose clock was set wakes up in time.
    while true {
      let remaining = deadline.remainingMs(at: now())
      guard remaining > 0 else { return }
      try await Task.sleep(for: .milliseconds(min(remaining, 5_000)))
    }
  }

  /// The nearest time that an event can have: a clock that was never set may show a time before 1970.
  static func writable(wallMs: Int64) -> Int64 {
    min(max(wallMs, EventBounds.timesMs.lowerBound), EventBounds.timesMs.upperBound)
  }

  private static func readMs(_ clock: clockid_t) -> Int64 {
    var time = timespec()
    clock_gettime(clock, &time)
    return Int64(time.tv_sec) * 1_000 + Int64(time.tv_nsec) / 1_000_000
  }

  /// The kernel's random name of this boot, or an empty text where there is none: then only wall times compare.
  private static func bootID() -> String {
    let descriptor = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return "" }
    defer { close(descriptor) }
    var buffer = [UInt8](repeating: 0, count: 64)
    let count = read(descriptor, &buffer, buffer.count)
    guard count > 0 else { return "" }
    return String(decoding: buffer.prefix(count).filter { $0 > 0x20 }, as: UTF8.self)
  }
}
