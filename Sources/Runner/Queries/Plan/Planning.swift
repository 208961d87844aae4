import Ledger
import Synchronization

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Looks at a project, with or without a ledger, and plans; changes no byte of the ledger or the repository.
public final class Planning: Sendable {
  private let runner: Runner
  private let layout: ProjectLayout
  private let environment: [String: String]
  private let store: any EventStore

  private init(
    _ layout: ProjectLayout, _ store: any EventStore, _ objects: FileObjectStore?,
    environment: [String: String]
  ) {
    self.layout = layout
    self.store = store
    self.environment = environment
    let root = layout.root
    let clock = SystemClock()
    let opened = OpenedRepository(root, environment: environment)
    runner = Runner(
      Surroundings(
        store: store, objects: PlannedObjects(over: objects),
        worktree: { batch throws(Fault) in
          try FileWorktree(root: root, token: "\(layout.temporary)/\(batch)")
        },
        repository: { () throws(Fault) in try opened.repository() },
        locks: NoLocks(), clock: clock, root: root, scratch: layout.temporary,
        makeExtractor: { configuration throws(Fault) in
          try unaskedExtractor(configuration.extractor, root: root, environment: environment, clock: clock)
        },
        process: RunStart(host: Project.hostName(), process: getpid(), toolVersion: Project.version),
        user: "", newRunID: { "plan" }, newSeed: { 0 }, publishHead: { () throws(Fault) in }))
  }

  /// Finds the project around a folder as `Project.open` does; without a ledger, the repository's root is the
  /// project's.
  public static func open(
    from directory: String, ledger: String? = nil, environment: [String: String]
  ) throws(Fault) -> Planning {
    let named = ledger ?? environment["LEDGERCTL_LEDGER"]
    guard let layout = try Project.find(from: directory, named: named, environment: environment) else {
      let top = try GitRepository.discover(from: directory, environment: environment).layout.topLevel
      let layout = ProjectLayout(root: top, ledgerFolder: top + "/" + ProjectLayout.folderName)
      return Planning(layout, MemoryEventStore(), nil, environment: environment)
    }
    try layout.refuseLinks()
    guard access(layout.ledgerDatabase, F_OK) == 0 else {
      return Planning(layout, MemoryEventStore(), nil, environment: environment)
    }
    let store: SQLiteEventStore
    do throws(StoreError) {
      store = try SQLiteEventStore(
        LedgerFolder(layout.ledgerFolder), mode: .observing, nowMs: SystemClock().now().wallMs)
    } catch {
      throw .ledger(error)
    }
    let objects = access(layout.objects, F_OK) == 0 ? try FileObjectStore(layout) : nil
    return Planning(layout, store, objects, environment: environment)
  }

  /// The configuration in force.
  public func configuration(_ overrides: Configuration.Overrides = .init()) throws(Faults) -> Configuration {
    try Configuration.load(file: layout.configuration, environment: environment, overrides: overrides)
  }

  /// Plans what running the request would do.
  public func plan(_ request: RunRequest) async -> BatchPlan { await runner.plan(request) }
}

/// The repository around a plan, asked for once.
private final class OpenedRepository: Sendable {
  private let root: String
  private let environment: [String: String]
  private let opened = Mutex<GitRepository?>(nil)

  init(_ root: String, environment: [String: String]) {
    self.root = root
    self.environment = environment
  }

  func repository() throws(Fault) -> GitRepository {
    if let known = opened.withLock({ $0 }) { return known }
    let repository = try GitRepository.discover(from: root, environment: environment)
    opened.withLock { $0 = repository }
    return repository
  }
}

/// The extractor a plan looks results up with: nothing outside is started for it.
private func unaskedExtractor(
  _ settings: ExtractorSettings, root: String, environment: [String: String], clock: any RunClock
) throws(Fault) -> any Extractor {
  settings.kind == .mcp
    ? NoExtractor() : try makeExtractor(settings, root: root, environment: environment, clock: clock)
}

/// A plan works on nothing, so there is nothing to lock.
private struct NoLocks: BatchLocks {
  private struct Lock: BatchLock {
    func release() {}
  }

  func acquire(_ batch: BatchID) throws(Fault) -> any BatchLock { Lock() }
  func acquireCommit() async throws(Fault) -> any BatchLock { Lock() }
}
