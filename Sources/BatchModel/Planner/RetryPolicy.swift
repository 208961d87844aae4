/// When something that failed is tried again: exponential back-off with full jitter.
///
/// The wait before try n+1 is drawn evenly from 0 to `base · 2ⁿ⁻¹`, at most `cap`
/// (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/, "full jitter").
package struct RetryPolicy: Hashable, Sendable {
  package var maxAttempts: Int
  package var baseMs: Int64
  package var capMs: Int64

  package init(maxAttempts: Int, baseMs: Int64 = 500, capMs: Int64 = 30_000) {
    precondition(maxAttempts >= 1, "A stage is tried at least once.")
    self.maxAttempts = maxAttempts
    self.baseMs = baseMs
    self.capMs = capMs
  }

  /// Interrupted starts in a row after which a stage has failed: it brings the runner down.
  package static let crashLoopLimit = 3

  /// Replies that can't be read after which a stage has failed, whatever `maxAttempts` is: a model that answers prose
  /// will do so again, and each call costs money.
  package static let unreadableLimit = 2

  /// The wait after a number of failures in a row (from 1), in milliseconds.
  package func delayMs(
    afterFailures failures: Int, using random: inout some RandomNumberGenerator
  ) -> Int64 {
    let doublings = min(max(failures - 1, 0), 20)
    let ceiling = min(capMs, baseMs << Int64(doublings))
    return Int64.random(in: 0...ceiling, using: &random)
  }
}
