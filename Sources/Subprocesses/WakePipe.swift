import CProcess

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A pipe to end another thread's `poll` with.
package final class WakePipe: Sendable {
  /// Polls as readable after `wake`.
  package let readable: Int32
  private let writable: Int32

  /// Returns nil where no descriptors are left; `errno` says why.
  package init?() {
    var ends: [Int32] = [-1, -1]
    guard cprocess_pipe(&ends) == 0 else { return nil }
    (readable, writable) = (ends[0], ends[1])
    _ = cprocess_set_nonblocking(readable)
    _ = cprocess_set_nonblocking(writable)
  }

  deinit {
    close(readable)
    close(writable)
  }

  /// Makes `readable` ready. A full pipe is ready already.
  package func wake() {
    for _ in 0..<3 {
      if case .failed = PipeIO.write(writable, [1]) { continue }
      return
    }
    preconditionFailure("A thread that can't be woken would be waited for for ever.")
  }

  /// Makes `readable` wait again.
  package func clear() {
    withUnsafeTemporaryAllocation(byteCount: 64, alignment: 1) { buffer in
      while case .moved = PipeIO.read(readable, into: buffer) {}
    }
  }
}
