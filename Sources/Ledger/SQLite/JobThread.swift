#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A thread of its own that works through jobs in order; those that wait together are handed over together.
///
/// Started by the first job. SQLite blocks in system calls, which would starve Swift's own few threads.
final class JobThread<Job: Sendable>: @unchecked Sendable {
  // Unchecked: everything mutable is read and written under `mutex`.

  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let changed = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  private let work: @Sendable ([Job]) -> Void
  private let end: @Sendable () -> Void
  private var waiting: [Job] = []
  private var whenEnded: [@Sendable () -> Void] = []
  private var isStarted = false
  private var isClosing = false
  private var hasEnded = false

  /// `work` gets the jobs that wait, `end` is called once after the last; both on the thread.
  init(work: @escaping @Sendable ([Job]) -> Void, end: @escaping @Sendable () -> Void) {
    self.work = work
    self.end = end
    pthread_mutex_init(mutex, nil)
    pthread_cond_init(changed, nil)
  }

  deinit {
    pthread_mutex_destroy(mutex)
    pthread_cond_destroy(changed)
    mutex.deallocate()
    changed.deallocate()
  }

  /// Queues a job; false if the thread takes no more.
  func submit(_ job: Job) -> Bool {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    guard !isClosing else { return false }
    waiting.append(job)
    if isStarted { pthread_cond_signal(changed) } else { start() }
    return true
  }

  /// Takes no more jobs, and calls back when those under way are done and `end` has run.
  func close(whenEnded callback: @escaping @Sendable () -> Void) {
    pthread_mutex_lock(mutex)
    isClosing = true
    if hasEnded {
      pthread_mutex_unlock(mutex)
      return callback()
    }
    whenEnded.append(callback)
    if isStarted { pthread_cond_signal(changed) } else { start() }
    pthread_mutex_unlock(mutex)
  }

  private func start() {
    isStarted = true
    let entry = Unmanaged.passRetained(Entry { self.loop() })
    #if canImport(Darwin)
      var thread: pthread_t?
      let code = pthread_create(&thread, nil, { Entry.run($0) }, entry.toOpaque())
    #else
      var thread = pthread_t()
      let code = pthread_create(&thread, nil, { $0.flatMap(Entry.run) }, entry.toOpaque())
    #endif
    precondition(code == 0, "No thread could be started: error \(code).")
  }

  private func loop() {
    while let jobs = next() { work(jobs) }
    end()
    pthread_mutex_lock(mutex)
    hasEnded = true
    let callbacks = whenEnded
    whenEnded = []
    pthread_mutex_unlock(mutex)
    for callback in callbacks { callback() }
  }

  private func next() -> [Job]? {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    while waiting.isEmpty && !isClosing { pthread_cond_wait(changed, mutex) }
    guard !waiting.isEmpty else { return nil }
    let jobs = waiting
    waiting = []
    return jobs
  }
}

/// What a thread runs, in the shape that pthread_create hands over.
private final class Entry {
  private let body: () -> Void

  init(_ body: @escaping () -> Void) { self.body = body }

  static func run(_ context: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer? {
    pthread_detach(pthread_self())
    Unmanaged<Entry>.fromOpaque(context).takeRetainedValue().body()
    return nil
  }
}
