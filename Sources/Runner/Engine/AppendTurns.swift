/// Whose turn it is to append: one at a time, in the order in which they came.
///
/// Held by an actor, which waits where the turn is taken.
struct AppendTurns {
  private(set) var isTaken = false
  private var waiting: [CheckedContinuation<Void, Never>] = []

  var hasWaiters: Bool { !waiting.isEmpty }

  /// Takes the turn, which nobody has.
  mutating func take() {
    precondition(!isTaken, "A turn is taken once.")
    isTaken = true
  }

  /// Queues somebody who is resumed with the turn.
  mutating func wait(_ continuation: CheckedContinuation<Void, Never>) { waiting.append(continuation) }

  /// Hands the turn to who waits longest, or back.
  mutating func give() {
    guard !waiting.isEmpty else {
      isTaken = false
      return
    }
    waiting.removeFirst().resume()
  }
}
