import BatchModel
import Core
import Extractors
import FileStore
import Files
import GitRepository
import Ledger
import Subprocesses

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Looks at a project, with or without a ledger, and plans; changes no byte of the ledger or the repository.
///
/// What is checked out, and what git is configured to do, is seen once, as the project is opened.
public final class Planning: Sendable {
  private let runner: Runner
  public let layout: ProjectLayout
  private let environment: [String: String]
  private let store: any EventStore

  private init(
    _ layout: ProjectLayout, _ store: any EventStore, _ objects: FileObjectStore?,
    _ repository: Meanwhile<GitRepository>, environment: [String: String]
  ) {
    self.layout = layout
    self.store = store
    self.environment = environment
    let root = layout.root
    let clock = SystemClock()
    var surroundings = Surroundings(
      store: store, objects: PlannedObjects(over: objects),
      worktree: { token throws(Fault) in try FileWorktree(root: root, token: token) },
      repository: { () throws(Fault) in try repository.value() },
      locks: NoLocks(), clock: clock, root: root, scratch: layout.temporary,
      makeExtractor: { configuration throws(Fault) in
        try unaskedExtractor(configuration.extractor, root: root, environment: environment, clock: clock)
      },
      process: RunStart(host: Project.hostName(), process: getpid(), toolVersion: Project.version),
      user: "", newRunID: { "plan" }, newSeed: { 0 }, publishHead: { () throws(Fault) in })
    surroundings.mark = LedgerMark(layout)
    surroundings.checkExtractor = { configuration throws(Fault) in
      try ExtractorProgram.check(configuration.extractor, root: root, environment: environment)
    }
    surroundings.seesCommit = { CommitPresence.isSeen($0, from: root, environment: environment) }
    runner = Runner(surroundings)
  }

  /// Finds the project at an address as `Project.open` does, and makes no ledger where there is none.
  public static func open(_ address: ProjectAddress) throws(Fault) -> Planning {
    let environment = address.environment
    let (layout, hasLedger) = try Project.place(address)
    if hasLedger { try layout.refuseLinks() }
    try layout.refuseForeignHands(environment)
    let repository = begin(layout.root, environment)
    guard hasLedger, access(layout.ledgerDatabase, F_OK) == 0 else {
      return Planning(layout, MemoryEventStore(), nil, repository, environment: environment)
    }
    let store: SQLiteEventStore
    do throws(StoreError) {
      store = try SQLiteEventStore(
        LedgerFolder(layout.ledgerFolder), mode: .observing, nowMs: SystemClock().now().wallMs)
    } catch {
      throw .ledger(error)
    }
    let objects = access(layout.objects, F_OK) == 0 ? try FileObjectStore(layout) : nil
    return Planning(layout, store, objects, repository, environment: environment)
  }

  /// Looks for the repository while the ledger is opened and the manifest read.
  private static func begin(_ root: String, _ environment: [String: String]) -> Meanwhile<GitRepository> {
    Meanwhile { () throws(Fault) in
      try GitRepository.discover(from: root, environment: environment, once: true)
    }
  }

  /// The configuration in force.
  public func configuration(_ overrides: Configuration.Overrides = .init()) throws(Faults) -> Configuration {
    try Configuration.load(file: layout.configuration, environment: environment, overrides: overrides)
  }

  /// Plans what running the request would do.
  public func plan(_ request: RunRequest) async -> BatchPlan {
    await runner.plan(request)
  }
}

/// The extractor a plan looks results up with: nothing outside is started for it.
private func unaskedExtractor(
  _ settings: ExtractorSettings, root: String, environment: [String: String], clock: any RunClock
) throws(Fault) -> any Extractor {
  settings.kind == .mcp
    ? UnaskedServer(settings, root: root, environment: environment)
    : try makeExtractor(settings, root: root, environment: environment, nowMs: { clock.now().wallMs })
}

/// A server that nobody asks who it is: only what it last said of itself counts.
private struct UnaskedServer: Extractor {
  private let files: ProgramFiles

  init(_ settings: ExtractorSettings, root: String, environment: [String: String]) {
    files = ProgramFiles(
      ExtractorProgram(
        words: settings.command, root: root, environmentNames: settings.env, surroundings: environment))
  }

  var identity: ExtractorIdentity { ExtractorIdentity(kind: "none", parts: [:]) }
  func identityUnasked(last: ExtractorIdentity?) -> ExtractorIdentity? {
    files.agree(with: last) ? last : nil
  }
  func extract(_ request: ExtractionRequest) async throws(ExtractorRefusal) -> ExtractionReply {
    throw .cancelled
  }
  func shutDown() async {}
}

/// A plan works on nothing, so there is nothing to lock.
private struct NoLocks: BatchLocks {
  private struct Lock: BatchLock {
    func release() {}
  }

  func acquire(_ batch: BatchID) throws(Fault) -> any BatchLock { Lock() }
  func acquireCommit() async throws(Fault) -> any BatchLock { Lock() }
}
