import Threads

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A thread of its own that works through jobs in order; those that wait together are handed over together.
///
/// Started by the first job. SQLite blocks in system calls, which would starve Swift's own few threads.
///
/// Callers that waited together come back together, but not at the same instant. So after several jobs at
/// once the thread waits for as many again, for a quarter of the time the work took at most: without that,
/// the first to come back would have a sync of its own, and all others would wait for the next. A job alone
/// never waits.
final class JobThread<Job: Sendable>: @unchecked Sendable {
  // Unchecked: everything mutable is read and written under `mutex`.

  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let changed = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  private let work: @Sendable ([Job]) -> Void
  private let end: @Sendable () -> Void
  private var waiting: [Job] = []
  private var whenEnded: [@Sendable () -> Void] = []
  private var lastCount = 0
  private var lastNs: Int64 = 0
  private var isStarted = false
  private var isClosing = false
  private var hasEnded = false

  /// `work` gets the jobs that wait, `end` is called once after the last; both on the thread.
  init(work: @escaping @Sendable ([Job]) -> Void, end: @escaping @Sendable () -> Void) {
    self.work = work
    self.end = end
    pthread_mutex_init(mutex, nil)
    #if canImport(Darwin)
      pthread_cond_init(changed, nil)
    #else
      var attributes = pthread_condattr_t()
      pthread_condattr_init(&attributes)
      pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
      pthread_cond_init(changed, &attributes)
      pthread_condattr_destroy(&attributes)
    #endif
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
    let isRunning = DedicatedThread.start { self.loop() }
    precondition(isRunning, "No thread could be started.")
  }

  private func loop() {
    while let jobs = next() {
      let startedNs = nanoseconds()
      work(jobs)
      lastNs = max(0, nanoseconds() &- startedNs)
    }
    end()
    pthread_mutex_lock(mutex)
    hasEnded = true
    let callbacks = whenEnded
    whenEnded = []
    pthread_mutex_unlock(mutex)
    for callback in callbacks { callback() }
  }

  /// Waits, holding the mutex, until as many jobs wait as last time, or its share of time is over.
  private func gather() {
    let deadlineNs = nanoseconds() &+ min(lastNs / 4, 5_000_000)
    while waiting.count < lastCount && !isClosing {
      let nowNs = nanoseconds()
      guard deadlineNs &- nowNs > 0 else { return }
      #if canImport(Darwin)
        var rest = timespec(tv_sec: 0, tv_nsec: Int(deadlineNs &- nowNs))
        pthread_cond_timedwait_relative_np(changed, mutex, &rest)
      #else
        var deadline = timespec(
          tv_sec: Int(deadlineNs / 1_000_000_000), tv_nsec: Int(deadlineNs % 1_000_000_000))
        pthread_cond_timedwait(changed, mutex, &deadline)
      #endif
    }
  }

  private func next() -> [Job]? {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    while waiting.isEmpty && !isClosing { pthread_cond_wait(changed, mutex) }
    if lastCount > 1 { gather() }
    guard !waiting.isEmpty else { return nil }
    let jobs = waiting
    lastCount = jobs.count
    waiting = []
    return jobs
  }
}

/// The clock's nanoseconds. A clock that was set before 1970 or thousands of years ahead wraps: only differences count.
private func nanoseconds() -> Int64 {
  var time = timespec()
  clock_gettime(CLOCK_MONOTONIC, &time)
  return Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec)
}
