import Core

/// What `stage.started` says.
public struct StageStart: Hashable, Sendable, Codable {
  /// Absent for `place` and `commit`, which are never reused.
  public var key: StageKey?
  /// For `place`: every target as it was found.
  public var targets: [PlannedTarget]?
  /// For `place`: the folders it is going to make, outermost first.
  public var folders: [String]?

  public init(
    key: StageKey? = nil, targets: [PlannedTarget]? = nil, folders: [String]? = nil
  ) {
    self.key = key
    self.targets = targets
    self.folders = folders
  }
}

/// How a stage came to be complete. Raw values are stored.
public enum Completion: String, Hashable, Sendable, Codable, CaseIterable {
  case executed
  /// Taken over from an earlier event, or from a bundle at the tip, with the same key.
  case reused
  /// The manifest brought the result along.
  case provided
}

/// What `stage.completed` says.
public struct StageCompletion: Hashable, Sendable, Codable {
  public var how: Completion
  public var key: StageKey?
  public var outputs: [StageOutput]
  public var durationMs: Int64
  /// An extractor's answer as it came, redacted.
  public var reply: String?
  /// Position of the event whose outputs were reused.
  public var source: Int64?
  /// The commit whose bundle the result was taken from, in hexadecimal.
  public var from: String?
  public var notes: [String]?

  public init(
    how: Completion, key: StageKey?, outputs: [StageOutput], durationMs: Int64, reply: String? = nil,
    source: Int64? = nil, from: String? = nil, notes: [String]? = nil
  ) {
    self.how = how
    self.key = key
    self.outputs = outputs
    self.durationMs = durationMs
    self.reply = reply
    self.source = source
    self.from = from
    self.notes = notes
  }

  package enum CodingKeys: String, CodingKey {
    case how, key, outputs
    case durationMs = "duration_ms"
    case reply, source, from, notes
  }

  /// The output under a name, such as `idf.json`.
  public func output(_ name: String) -> StageOutput? { outputs.first { $0.name == name } }
}

/// A file a stage made, kept as an object.
public struct StageOutput: Hashable, Sendable, Codable {
  public var name: String
  public var digest: Digest
  public var sizeBytes: Int

  public init(name: String, digest: Digest, sizeBytes: Int) {
    self.name = name
    self.digest = digest
    self.sizeBytes = sizeBytes
  }

  package enum CodingKeys: String, CodingKey {
    case name, digest
    case sizeBytes = "size_bytes"
  }
}

/// What `stage.failed` says.
public struct StageFailure: Hashable, Sendable, Codable {
  /// The code of a reply that can't be read.
  package static let unreadable = FaultCode.badReply.rawValue

  public var code: String
  public var message: String
  /// What the command exits with because of it.
  public var exit: ExitStatus
  /// Whether trying the same again can help.
  public var retryable: Bool
  public var durationMs: Int64
  /// When it is tried again; absent once it has failed for good and waits for `retry`.
  public var next: Deadline?
  public var reply: String?
  /// What a person has to do about it; absent where nothing is known, and in events of 0.1.
  public var hint: String?

  public init(
    code: String, message: String, exit: ExitStatus = .someFailed, retryable: Bool,
    durationMs: Int64, next: Deadline? = nil, reply: String? = nil, hint: String? = nil
  ) {
    self.code = code
    self.message = message
    self.exit = exit
    self.retryable = retryable
    self.durationMs = durationMs
    self.next = next
    self.reply = reply
    self.hint = hint
  }

  package enum CodingKeys: String, CodingKey {
    case code, message, exit, retryable
    case durationMs = "duration_ms"
    case next, reply, hint
  }
}

/// What `stage.deferred` says: postponed without spending an attempt.
public struct StageDeferral: Hashable, Sendable, Codable {
  public enum Reason: String, Hashable, Sendable, Codable {
    case limited
    case serverGone = "server_gone"
    case diskFull = "disk_full"
    case lockHeld = "lock_held"
    case inTheWay = "in_the_way"
    case surroundings
  }

  public var reason: Reason
  public var code: String
  public var message: String
  /// What the command exits with if the run ends because of it.
  public var exit: ExitStatus
  /// Not before this time; absent where only the environment can change it.
  public var until: Deadline?
  /// Where that time came from, such as `retryDelay`, `back-off` or `requests_per_minute`.
  public var source: String?
  /// Whether waiting within a run is of any use; false for daily quotas and faults of the environment.
  public var worthWaiting: Bool
  /// The tail of what an outside program printed, such as a hook that refused.
  public var output: String?
  /// Targets that were placed and are left in the working tree, because they no longer hold what was placed.
  public var left: [String]?

  /// The limiter of the extractor that caused it; absent where none did, and in events of 0.1.
  public var quota: String?
  /// What of the configuration is wrong where nothing else can help, such as `no_tool`.
  public var cause: String?

  public init(
    reason: Reason, code: String, message: String, exit: ExitStatus, until: Deadline?,
    source: String?, worthWaiting: Bool, output: String? = nil, left: [String]? = nil,
    quota: String? = nil, cause: String? = nil
  ) {
    self.reason = reason
    self.code = code
    self.message = message
    self.exit = exit
    self.until = until
    self.source = source
    self.worthWaiting = worthWaiting
    self.output = output
    self.left = left
    self.quota = quota
    self.cause = cause
  }

  package enum CodingKeys: String, CodingKey {
    case reason, code, message, exit, until, source
    case worthWaiting = "worth_waiting"
    case output, left, quota, cause
  }
}

/// What `stage.interrupted` says: a start whose end nobody wrote down.
public struct StageInterruption: Hashable, Sendable, Codable {
  /// The run that started it.
  public var run: String
  /// An outside call may have happened, and may have been paid.
  public var inDoubt: Bool
  /// The signal that asked the run to stop; absent for a death that nobody is known to have asked for.
  public var signal: String?

  public init(run: String, inDoubt: Bool, signal: String? = nil) {
    self.run = run
    self.inDoubt = inDoubt
    self.signal = signal
  }

  package enum CodingKeys: String, CodingKey {
    case run
    case inDoubt = "in_doubt"
    case signal
  }
}

/// What `stage.invalidated` says: this stage and all after it are open again.
public struct StageInvalidation: Hashable, Sendable, Codable {
  public var code: String
  public var message: String
  /// Of `place`: targets that were left in the working tree, because they no longer hold what was placed.
  public var left: [String]?

  public init(code: String, message: String, left: [String] = []) {
    self.code = code
    self.message = message
    self.left = left.isEmpty ? nil : left
  }
}

/// What `asset.packaged` says.
public struct AssetPackage: Hashable, Sendable, Codable {
  /// Digest of the bundle's list of targets, an object.
  public var bundle: Digest
  public init(bundle: Digest) { self.bundle = bundle }
}

/// What `asset.retried` says.
public struct AssetRetry: Hashable, Sendable, Codable {
  /// Who asked: the login name.
  public var by: String
  public var from: Stage
  /// The new image, where the retry took the source's present bytes.
  public var image: PinnedImage?
  /// Enters the keys of the stages run again, so that nothing earlier is reused; absent for a plain retry.
  public var salt: String?
  /// Why, where nobody asked for it by name, such as `image_changed`; absent in events of 0.1.
  public var reason: String?

  public init(
    by: String, from: Stage, image: PinnedImage? = nil, salt: String? = nil, reason: String? = nil
  ) {
    self.by = by
    self.from = from
    self.image = image
    self.salt = salt
    self.reason = reason
  }
}
