import BatchModel
import Core
import Extractors
import FileStore
import GitRepository
import Ledger
import Redaction

/// Everything a runner touches, each behind the interface that a simulator can replace.
public struct Surroundings: Sendable {
  package var store: any EventStore
  package var objects: any ObjectStore
  /// Opens the working tree for a batch; what a killed run left of the same batch is recognised by its token.
  package var worktree: @Sendable (PrivateToken) throws(Fault) -> any Worktree
  /// What tells the ledger's private files from those of others.
  package var mark: LedgerMark
  /// Opens the repository at its first use, and only then.
  package var repository: @Sendable () throws(Fault) -> any Repository
  /// Whether a batch's commit is seen on its branch at first glance; false where only the repository can tell.
  package var seesCommit: @Sendable (BatchState) -> Bool = { _ in false }
  /// Bytes of memory that are available now.
  package var availableMemoryBytes: @Sendable () -> Int64 = { .max }
  package var locks: any BatchLocks
  package var clock: any RunClock
  /// Absolute path of the project root.
  package var root: String
  /// Absolute path of a folder for private files.
  package var scratch: String
  package var makeExtractor: @Sendable (Configuration) throws(Fault) -> any Extractor
  /// Whether the extractor was handed over in code: then the configuration's settings say nothing of it.
  package var hasGivenExtractor = false
  /// The configuration as it is now; nil for that of the batch's registration.
  package var presentConfiguration: @Sendable () throws(Fault) -> Configuration? = { () throws(Fault) in nil }
  /// What takes secrets out of what is stored, given the names of the variables that hold some.
  package var redactor: @Sendable (_ names: [String]) -> Redactor = { _ in Redactor() }
  /// Refuses a configured extractor that can't be started, before anything is registered or asked.
  package var checkExtractor: @Sendable (Configuration) throws(Fault) -> Void = { _ throws(Fault) in }
  /// Which process this is; goes into `run.started`.
  package var process: RunStart
  /// Who asks, for `asset.retried`.
  package var user: String
  /// Makes a run's id, unique among all runs ever.
  package var newRunID: @Sendable () -> String
  /// Seeds the jitter.
  package var newSeed: @Sendable () -> UInt64

  /// Says which program is about to be started for the first time, where one is.
  package var announceExtractor: @Sendable (Configuration) -> Void = { _ in }

  /// Publishes where the ledger ends, after a run.
  package var publishHead: @Sendable () async throws(Fault) -> Void

  package init(
    store: any EventStore, objects: any ObjectStore,
    worktree: @escaping @Sendable (PrivateToken) throws(Fault) -> any Worktree,
    repository: @escaping @Sendable () throws(Fault) -> any Repository, locks: any BatchLocks,
    clock: any RunClock, root: String,
    scratch: String,
    makeExtractor: @escaping @Sendable (Configuration) throws(Fault) -> any Extractor,
    process: RunStart, user: String, newRunID: @escaping @Sendable () -> String,
    newSeed: @escaping @Sendable () -> UInt64,
    publishHead: @escaping @Sendable () async throws(Fault) -> Void
  ) {
    self.store = store
    self.objects = objects
    self.worktree = worktree
    mark = LedgerMark(root, folder: root)
    self.repository = repository
    self.locks = locks
    self.clock = clock
    self.root = root
    self.scratch = scratch
    self.makeExtractor = makeExtractor
    self.process = process
    self.user = user
    self.newRunID = newRunID
    self.newSeed = newSeed
    self.publishHead = publishHead
  }
}

/// What a user may say about one run; nothing but `change` is remembered by the batch.
public struct RunOptions: Sendable {
  /// The present configuration, which says how the run works; nil for the project's.
  public var configuration: Configuration?
  /// The longest wait for a quota within the run, in milliseconds; nil for the configuration's.
  public var maxWaitMs: Int64?
  /// Stages running at once; nil for the configuration's `limits.in_flight`.
  public var jobs: Int?
  /// Don't wait for what earlier runs were told: one call tries first, and the rest follow its success.
  public var ignoresWaits = false
  /// Stop once all assets are packaged, and hold the batch there.
  public var untilPackaged = false
  /// Leave a hold as it is; otherwise it is lifted once the check before any work has passed.
  public var keepsHold = false
  /// Where the images lie now, as the manifest of this call has it: the project may have been moved since they were
  /// registered.
  package var sources: [AssetID: String] = [:]
  /// What a registered batch goes by from now on; recorded as a revision where it says anything new.
  public var change = RegistrationChange()

  public init(
    configuration: Configuration? = nil, maxWaitMs: Int64? = nil, jobs: Int? = nil,
    ignoresWaits: Bool = false, untilPackaged: Bool = false, keepsHold: Bool = false,
    change: RegistrationChange = RegistrationChange()
  ) {
    self.configuration = configuration
    self.ignoresWaits = ignoresWaits
    self.maxWaitMs = maxWaitMs
    self.jobs = jobs
    self.untilPackaged = untilPackaged
    self.keepsHold = keepsHold
    self.change = change
  }
}

/// One runner a batch: a lock that dies with its holder.
package protocol BatchLocks: Sendable {
  /// Takes a batch's lock, or throws at once with who holds it.
  func acquire(_ batch: BatchID) throws(Fault) -> any BatchLock
  /// Takes the lock under which targets are written and the branch is swapped; waits a while for another batch's.
  func acquireCommit() async throws(Fault) -> any BatchLock
}

/// A held lock.
package protocol BatchLock: Sendable {
  func release()
}
