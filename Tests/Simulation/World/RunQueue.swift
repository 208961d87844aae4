import Core
import Runner

/// Runs every job of a history on one thread, in an order that comes from the seed alone, under a clock of its own.
///
/// `@unchecked Sendable`: only the thread that calls `run` touches it; jobs, timers and continuations of a history
/// all run there.
final class RunQueue: TaskExecutor, @unchecked Sendable {
  private var jobs: [UnownedJob] = []
  private var timers: [Timer] = []
  private var nextTimer = 0
  private var random: SplitMix64
  /// Milliseconds since the world began; moves only when nothing else can happen.
  private(set) var nowMs: Int64 = 0

  private struct Timer {
    var dueMs: Int64
    var id: Int
    var fire: () -> Void
  }

  init(seed: UInt64) { random = SplitMix64(seed: seed) }

  func enqueue(_ job: consuming ExecutorJob) { jobs.append(UnownedJob(job)) }

  /// Has something done at a time, after everything that is due before.
  @discardableResult
  func at(_ dueMs: Int64, _ fire: @escaping () -> Void) -> Int {
    nextTimer += 1
    let timer = Timer(dueMs: max(dueMs, nowMs), id: nextTimer, fire: fire)
    let place = timers.firstIndex { $0.dueMs > timer.dueMs } ?? timers.endIndex
    timers.insert(timer, at: place)
    return timer.id
  }

  /// Takes a timer back; false where it has fired.
  @discardableResult
  func cancel(_ timer: Int) -> Bool {
    guard let index = timers.firstIndex(where: { $0.id == timer }) else { return false }
    timers.remove(at: index)
    return true
  }

  /// Forgets what was still to come.
  func clear() { timers = [] }

  /// Does everything that can be done until `isDone`; false where nothing is left to do before that.
  func run(until isDone: () -> Bool) -> Bool {
    while !isDone() {
      if !jobs.isEmpty {
        let index = Int(random.next() % UInt64(jobs.count))
        jobs.swapAt(index, jobs.count - 1)
        jobs.removeLast().runSynchronously(on: asUnownedTaskExecutor())
      } else if !timers.isEmpty {
        let timer = timers.removeFirst()
        nowMs = timer.dueMs
        timer.fire()
      } else {
        return false
      }
    }
    return true
  }
}
