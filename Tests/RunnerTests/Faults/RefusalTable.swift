import Core

@testable import Runner

/// Every way in which an asset's stage ends without a result that no fault of ours stands for: what an extractor
/// answered, or did not.
enum RefusalTable {
  struct Row {
    var when: String
    var outcome: StageOutcome

    init(_ when: String, _ refusal: ExtractorRefusal) {
      self.when = when
      outcome = StageOutcome(refusal, durationMs: 0)
    }

    /// Code, exit status of a run that it ends, and what the next step is.
    var told: (code: String, exit: ExitStatus, next: String)? {
      switch outcome {
      case .failed(let failure):
        let next =
          failure.retryable
          ? "An attempt is spent; tried again up to `max_attempts`, then `ledgerctl retry`."
          : "Not tried again by itself: `ledgerctl retry`."
        return (failure.code, failure.exit, next)
      case .deferred(let deferral):
        let next =
          deferral.worthWaiting
          ? "No attempt is spent; waited for up to `max_wait`, then `ledgerctl resume`."
          : "No attempt is spent; continue with `ledgerctl resume`."
        return (deferral.code, deferral.exit, next)
      case .completed, .abandoned, .lapsed: return nil
      }
    }
  }

  static let rows = [
    Row(
      "The quota is used up.",
      .limited(retryAfterMs: 38_000, source: "retryDelay", daily: false, message: "429")),
    Row(
      "A quota is used up that waiting does not clear.",
      .limited(retryAfterMs: nil, source: "message", daily: true, message: "429")),
    Row("No answer came within `timeout`.", .unavailable(reason: .timeout, message: "slow")),
    Row(
      "The program can't be started, died, or has no such tool.",
      .unavailable(reason: .exit, message: "gone")),
    Row("The program broke its protocol.", .protocolBroken(message: "a line without end")),
    Row(
      "The answer is not an IDF, or a broken one.",
      .badReply(message: "no palette", raw: nil, retryable: true)),
    Row(
      "The answer is about another image.", .badReply(message: "other size", raw: nil, retryable: false)),
    Row("The program refused this asset.", .rejected(message: "no", retryable: true)),
    Row("The program refused the call itself.", .rejected(message: "no such method", retryable: false)),
    Row("No descriptors, threads or memory were left.", .surroundings(message: "too many open files")),
  ]

  /// The section of docs/errors.md; `own_limit` is the runner's own word where it asks nobody.
  static func markdown() -> String {
    var text = """

      ## What an extractor answers

      The message is the program's own, escaped and redacted. "exit" is that of a run that ends with it.

      | code | exit | when | next |
      |---|---|---|---|

      """
    for row in rows {
      guard let told = row.told else { continue }
      text += "| `\(told.code)` | \(told.exit.rawValue) | \(row.when) | \(told.next) |\n"
    }
    text += "| `own_limit` | 75 | The limits of the configuration allow no further call yet. | "
    return text + "No attempt is spent; waited for up to `max_wait`, then `ledgerctl resume`. |\n"
  }
}
