import Ledger

/// What `run.started` says.
public struct RunStart: Hashable, Sendable, Codable {
  public var host: String
  /// Process id.
  public var process: Int32
  public var toolVersion: String

  public init(host: String, process: Int32, toolVersion: String) {
    self.host = host
    self.process = process
    self.toolVersion = toolVersion
  }

  enum CodingKeys: String, CodingKey {
    case host, process
    case toolVersion = "tool_version"
  }
}

/// What `run.finished` says.
public struct RunFinish: Hashable, Sendable, Codable {
  public var exit: ExitStatus
  /// The fault that ended it, if one did.
  public var code: String?
  /// When going on makes sense.
  public var retryAt: Deadline?
  public var durationMs: Int64
  /// The batch is to be left alone by a `resume` without a name: it was asked to stop before placing.
  public var held: Bool
  /// The signal that asked for the end, such as `SIGTERM`.
  public var signal: String?

  public init(
    exit: ExitStatus, code: String?, retryAt: Deadline?, durationMs: Int64, held: Bool, signal: String? = nil
  ) {
    self.exit = exit
    self.code = code
    self.retryAt = retryAt
    self.durationMs = durationMs
    self.held = held
    self.signal = signal
  }

  enum CodingKeys: String, CodingKey {
    case exit, code
    case retryAt = "retry_at"
    case durationMs = "duration_ms"
    case held, signal
  }
}

/// What `run.interrupted` says: which run was found dead or, written by that run itself, which signal asks it to stop.
public struct RunInterruption: Hashable, Sendable, Codable {
  public var run: String
  /// The signal that asked the run to stop; absent where nobody is known to have asked.
  public var signal: String?

  public init(run: String, signal: String? = nil) {
    self.run = run
    self.signal = signal
  }
}
