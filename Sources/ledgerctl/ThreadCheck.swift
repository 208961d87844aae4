import Runner

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Finds out at the start whether the threads that a command needs can be made.
///
/// Swift's own pool tries for ever, once a second and silently, where the system gives it none.
enum ThreadCheck {
  /// A pool of one thread a core, and those of ours that wait in system calls.
  private static let needed = min(sysconf(Int32(_SC_NPROCESSORS_ONLN)), 4) + 4

  /// Makes the threads and lets them end again; leaves with 75 and a message where that fails.
  static func orLeave() {
    let gate = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    pthread_mutex_init(gate, nil)
    pthread_mutex_lock(gate)
    var threads: [pthread_t] = []
    var failure: Int32 = 0
    for _ in 0..<needed where failure == 0 {
      var thread = pthread_t()
      failure = pthread_create(&thread, nil, waitAtGate, gate)
      if failure == 0 { threads.append(thread) }
    }
    pthread_mutex_unlock(gate)
    for thread in threads { pthread_join(thread, nil) }
    pthread_mutex_destroy(gate)
    gate.deallocate()
    guard failure != 0 else { return }
    let session = Session(arguments: Array(CommandLine.arguments.dropFirst()))
    _exit(session.fail(.threadsMissing(failure)))
  }

  private static let waitAtGate: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = {
    gate in
    guard let gate = gate?.assumingMemoryBound(to: pthread_mutex_t.self) else { return nil }
    pthread_mutex_lock(gate)
    pthread_mutex_unlock(gate)
    return nil
  }
}
