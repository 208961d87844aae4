#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A thread of its own for work that waits in system calls, which must never hold up the tasks' pool.
package enum DedicatedThread {
  private final class Work: Sendable {
    let body: @Sendable () -> Void
    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
  }

  /// Runs the work on a new thread; returns false, and does nothing, where the system has no more of them.
  package static func start(_ body: @escaping @Sendable () -> Void) -> Bool {
    let work = Unmanaged.passRetained(Work(body))
    #if canImport(Glibc)
      var thread = pthread_t()
      let main: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = { pointer in
        if let pointer { Unmanaged<Work>.fromOpaque(pointer).takeRetainedValue().body() }
        return nil
      }
      guard pthread_create(&thread, nil, main, work.toOpaque()) == 0 else {
        work.release()
        return false
      }
    #else
      var created: pthread_t?
      let main: @convention(c) (UnsafeMutableRawPointer) -> UnsafeMutableRawPointer? = { pointer in
        Unmanaged<Work>.fromOpaque(pointer).takeRetainedValue().body()
        return nil
      }
      guard pthread_create(&created, nil, main, work.toOpaque()) == 0, let thread = created else {
        work.release()
        return false
      }
    #endif
    pthread_detach(thread)
    return true
  }
}
