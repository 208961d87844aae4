import Foundation
import Synchronization

/// Plays many histories on threads of their own, as many at once as there are processors.
package enum Hall {
  /// Plays the histories of consecutive seeds until one is broken, `count` are played, or the time is up.
  package static func play(
    from seed: UInt64, count: Int, within time: Duration, mutant: Mutant? = nil
  ) async -> (tally: Tally, broken: (History, Violation)?) {
    let shared = Shared(from: seed, count: count, mutant: mutant, until: ContinuousClock.now + time)
    let threads = max(1, ProcessInfo.processInfo.activeProcessorCount)
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<threads {
        group.addTask {
          await withCheckedContinuation { continuation in
            // A thread of its own: a history's jobs run in the order of its seed, on the thread that plays it.
            Thread.detachNewThread {
              shared.playAll()
              continuation.resume()
            }
          }
        }
      }
    }
    return shared.result
  }

  private final class Shared: Sendable {
    private struct State {
      var next: UInt64
      var tally = Tally()
      var broken: (History, Violation)?
    }

    private let state: Mutex<State>
    private let end: UInt64
    private let mutant: Mutant?
    private let deadline: ContinuousClock.Instant

    init(from seed: UInt64, count: Int, mutant: Mutant?, until deadline: ContinuousClock.Instant) {
      state = Mutex(State(next: seed))
      end = seed + UInt64(count)
      self.mutant = mutant
      self.deadline = deadline
    }

    var result: (tally: Tally, broken: (History, Violation)?) { state.withLock { ($0.tally, $0.broken) } }

    func playAll() {
      while ContinuousClock.now < deadline, let seed = nextSeed() {
        let history = History(seed: seed, mutant: mutant, sharpened: mutant != nil)
        let outcome = history.play()
        state.withLock { state in
          state.tally.add(outcome)
          guard let violation = outcome.violations.first else { return }
          // The lowest seed, so that the answer does not hang on which thread was faster.
          if seed < state.broken?.0.seed ?? .max { state.broken = (history, violation) }
        }
      }
    }

    private func nextSeed() -> UInt64? {
      state.withLock { state in
        guard state.broken == nil, state.next < end else { return nil }
        defer { state.next += 1 }
        return state.next
      }
    }
  }
}
