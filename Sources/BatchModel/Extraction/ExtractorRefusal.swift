/// Why an extractor did not answer.
public enum ExtractorRefusal: Error, Hashable, Sendable {
  /// The quota is used up. `retryAfterMs` is the server's own time where it gave one; `source` says where it was
  /// (such as `retryDelay`); `daily` quotas do not clear by waiting.
  case limited(retryAfterMs: Int64?, source: String, daily: Bool, message: String)
  /// The program is not there or went away: `start`, `exit`, `timeout`, ….
  case unavailable(reason: String, message: String)
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
  /// The reason of `unavailable` where the program isn't there at all.
  package static let notFound = "not_found"
  /// The reason of `unavailable` where the program, or one that it should start, can't be run at all.
  package static let notRun = "not_run"
  /// The reason of `unavailable` where a server did not answer at its start, however it was asked.
  package static let deaf = "no_answer_at_start"
  /// The reason of `unavailable` where the server has no such tool.
  package static let noTool = "no_tool"

  /// What of the configuration has to be corrected, where trying again can't help; nil for everything else.
  package var cause: String? {
    guard case .unavailable(let reason, _) = self, isPermanent else { return nil }
    return reason
  }

  /// Tells whether trying again can't help before someone changes something.
  public var isPermanent: Bool {
    switch self {
    case .unavailable(let reason, _): [Self.notFound, Self.notRun, Self.noTool, Self.deaf].contains(reason)
    case .protocolBroken(_, let retryable): !retryable
    case .badReply(_, _, let retryable), .rejected(_, let retryable): !retryable
    case .limited, .surroundings, .cancelled: false
    }
  }
}
