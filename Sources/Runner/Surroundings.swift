import Ledger

/// Everything a runner touches, each behind the interface that a simulator can replace.
public struct Surroundings: Sendable {
  public var store: any EventStore
  public var objects: any ObjectStore
  public var worktree: any Worktree
  public var repository: any Repository
  public var locks: any BatchLocks
  public var clock: any RunClock
  public var makeExtractor: @Sendable (Configuration) throws(Fault) -> any Extractor
  /// Which process this is; goes into `run.started`.
  public var process: RunStart
  /// Who asks, for `asset.retried`.
  public var user: String
  /// Makes a run's id, unique among all runs ever.
  public var newRunID: @Sendable () -> String
  /// Seeds the jitter.
  public var newSeed: @Sendable () -> UInt64

  public init(
    store: any EventStore, objects: any ObjectStore, worktree: any Worktree,
    repository: any Repository, locks: any BatchLocks, clock: any RunClock,
    makeExtractor: @escaping @Sendable (Configuration) throws(Fault) -> any Extractor,
    process: RunStart, user: String, newRunID: @escaping @Sendable () -> String,
    newSeed: @escaping @Sendable () -> UInt64
  ) {
    self.store = store
    self.objects = objects
    self.worktree = worktree
    self.repository = repository
    self.locks = locks
    self.clock = clock
    self.makeExtractor = makeExtractor
    self.process = process
    self.user = user
    self.newRunID = newRunID
    self.newSeed = newSeed
  }
}

/// What a user may say about one run; nothing of it is remembered by the batch.
public struct RunOptions: Sendable {
  /// The longest wait for a quota within the run, in milliseconds; nil for the configuration's.
  public var maxWaitMs: Int64?
  /// Stages at work at once; nil for the configuration's `limits.in_flight`.
  public var jobs: Int?
  /// Stop once all assets are packaged, and hold the batch there.
  public var untilPackaged = false

  public init(maxWaitMs: Int64? = nil, jobs: Int? = nil, untilPackaged: Bool = false) {
    self.maxWaitMs = maxWaitMs
    self.jobs = jobs
    self.untilPackaged = untilPackaged
  }
}

/// One runner a batch: a lock that dies with its holder.
public protocol BatchLocks: Sendable {
  /// Takes a batch's lock, or throws at once with who holds it.
  func acquire(_ batch: BatchID) throws(Fault) -> any BatchLock
}

/// A held lock.
public protocol BatchLock: Sendable {
  func release()
}
