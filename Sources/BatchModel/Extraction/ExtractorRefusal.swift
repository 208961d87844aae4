/// Why an extractor did not answer.
public enum ExtractorRefusal: Error, Hashable, Sendable {
  /// Why nothing can be asked. The raw value is stored as the cause of a deferred stage.
  public enum Reason: String, Hashable, Sendable, CaseIterable {
    case start, exit, timeout
    /// Ended by something else than us.
    case killed
    /// The program isn't there at all.
    case notFound = "not_found"
    /// The program, or one that it should start, can't be run at all.
    case notRun = "not_run"
    /// A server did not answer at its start, however it was asked.
    case noAnswer = "no_answer_at_start"
    /// The server has no such tool.
    case noTool = "no_tool"

    /// Whether only another configuration helps.
    var isPermanent: Bool {
      switch self {
      case .notFound, .notRun, .noAnswer, .noTool: true
      case .start, .exit, .timeout, .killed: false
      }
    }
  }

  /// The quota is used up. `retryAfterMs` is the server's own time where it gave one; `source` says where it was
  /// (such as `retryDelay`); `daily` quotas do not clear by waiting.
  case limited(retryAfterMs: Int64?, source: String, daily: Bool, message: String)
  /// The program is not there, went away, or did not answer in time.
  case unavailable(reason: Reason, message: String)
  /// The program broke its protocol. `retryable` where asking again may help.
  case protocolBroken(message: String, retryable: Bool = true)
  /// An answer came that can't be read. `retryable` where asking again may help.
  case badReply(message: String, raw: String?, retryable: Bool)
  /// The program said no to this asset.
  case rejected(message: String, retryable: Bool)
  /// Our environment failed (too many files, no memory): spends no attempt.
  case surroundings(message: String)
  case cancelled
}

extension ExtractorRefusal {
  /// What of the configuration has to be corrected, where trying again can't help; nil for everything else.
  package var cause: String? {
    guard case .unavailable(let reason, _) = self, isPermanent else { return nil }
    return reason.rawValue
  }

  /// Tells whether trying again can't help before someone changes something.
  public var isPermanent: Bool {
    switch self {
    case .unavailable(let reason, _): reason.isPermanent
    case .protocolBroken(_, let retryable): !retryable
    case .badReply(_, _, let retryable), .rejected(_, let retryable): !retryable
    case .limited, .surroundings, .cancelled: false
    }
  }
}
