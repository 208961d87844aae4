import Core

/// Who asked for something: recorded with what was asked, so that a person is distinguished from an agent.
public struct RunActor: Hashable, Sendable, Codable {
  /// By which way it was asked. Raw values are part of the contract.
  public enum Via: String, Hashable, Sendable, Codable, CaseIterable {
    case cli, mcp, library, work
  }

  /// The login name.
  public var user: String
  public var uid: UInt32?
  public var via: Via
  /// The program that asked, where it says who it is, such as an agent's name and version.
  public var client: String?

  public init(user: String, uid: UInt32? = nil, via: Via, client: String? = nil) {
    self.user = user
    self.uid = uid
    self.via = via
    self.client = client
  }
}

/// What `run.started` says.
public struct RunStart: Hashable, Sendable, Codable {
  public var host: String
  /// Process id.
  public var process: Int32
  public var toolVersion: String
  /// Who asked; absent in events of 0.1.
  public var actor: RunActor?
  /// The words of the command, without secrets; absent where none was given, and in events of 0.1.
  public var argv: [String]?
  /// How the run works, without secrets; absent where it asks no extractor, and in events of 0.1.
  public var execution: ExecutionSettings?
  /// The run does not wait for what earlier runs were told: one call tries first.
  public var ignoresWaits: Bool?
  /// True: the run stops before placing, and the batch is held from now on. False: the run lifts a hold as soon as it
  /// has passed the check before any work. Absent where there is no hold to speak of.
  public var hold: Bool?

  public init(
    host: String, process: Int32, toolVersion: String, actor: RunActor? = nil, argv: [String]? = nil,
    execution: ExecutionSettings? = nil, ignoresWaits: Bool? = nil, hold: Bool? = nil
  ) {
    self.host = host
    self.process = process
    self.toolVersion = toolVersion
    self.actor = actor
    self.argv = argv
    self.execution = execution
    self.ignoresWaits = ignoresWaits
    self.hold = hold
  }

  package enum CodingKeys: String, CodingKey {
    case host, process
    case toolVersion = "tool_version"
    case actor, argv, execution, hold
    case ignoresWaits = "ignores_waits"
  }
}

/// What `run.finished` says.
public struct RunFinish: Hashable, Sendable, Codable {
  public var exit: ExitStatus
  /// The fault that ended it, if one did.
  public var code: String?
  /// When resuming makes sense.
  public var retryAt: Deadline?
  public var durationMs: Int64
  /// The batch is held: it stops before placing until a run that may go further has passed its check.
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

  package enum CodingKeys: String, CodingKey {
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
