import BatchModel
import Core
import Extractors
import FileStore
import Files
import GitRepository
import Ledger
import Synchronization

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A project on this machine: its folder, its ledger, and everything a runner needs, put together from the real parts.
public final class Project: Sendable {
  public static let version = "0.1.0"

  public let layout: ProjectLayout
  public let store: SQLiteEventStore
  public let environment: [String: String]
  private let openedRepository = Mutex<GitRepository?>(nil)

  private init(_ layout: ProjectLayout, _ store: SQLiteEventStore, environment: [String: String]) {
    self.layout = layout
    self.store = store
    self.environment = environment
  }

  /// How a project is opened.
  public enum Access: Hashable, Sendable {
    /// Only to look: a ledger that is missing is a fault.
    case reading
    /// To work in a ledger that is there.
    case writing
    /// To work; a missing ledger is made.
    case making
    /// To repair: even a ledger whose end is gone is opened for writing.
    case repairing
  }

  /// Finds and opens the project at an address.
  public static func open(_ address: ProjectAddress, _ access: Access) throws(Fault) -> Project {
    let layout: ProjectLayout
    if access == .making {
      let place = try place(address)
      layout = place.layout
      try layout.refuseForeignHands(address.environment)
      if !place.hasLedger { _ = try ProjectLayout.create(at: ProjectPath.parent(of: layout.ledgerFolder)) }
    } else {
      guard let found = try find(address, acting: access != .reading) else {
        throw .noLedger(address.directory)
      }
      layout = found
      if access != .reading { try layout.refuseForeignHands(address.environment) }
    }
    try layout.refuseLinks()
    if access != .reading { try layout.complete() }
    let project: Project
    do throws(StoreError) {
      var options = SQLiteEventStore.Options()
      options.trustsTail = access == .repairing
      let store = try SQLiteEventStore(
        LedgerFolder(layout.ledgerFolder),
        mode: access == .reading ? .readOnly : .readWrite(create: access == .making),
        nowMs: SystemClock().now().wallMs, options: options)
      project = Project(layout, store, environment: address.environment)
    } catch {
      throw .ledger(error)
    }
    if access != .reading, let repository = layout.outsideOf {
      try LedgerClaim.make(for: repository, on: layout.ledgerFolder)
    }
    return project
  }

  /// Finds and opens the project around a folder, or the one that `ledger` names.
  public static func open(
    from directory: String, ledger: String? = nil, _ access: Access, environment: [String: String]
  ) throws(Fault) -> Project {
    try open(ProjectAddress(directory: directory, ledger: ledger, environment: environment), access)
  }

  /// The configuration in force.
  public func configuration(
    _ overrides: Configuration.Overrides = .init()
  ) throws(Faults) -> Configuration {
    try Configuration.load(
      file: layout.configuration, environment: environment, overrides: overrides)
  }

  /// The repository around the project; asks git at the first call.
  package func repository() throws(Fault) -> any Repository {
    if let opened = openedRepository.withLock({ $0 }) { return opened }
    let repository = try GitRepository.discover(from: layout.root, environment: environment)
    openedRepository.withLock { $0 = repository }
    return repository
  }

  /// A runner over the project's real parts.
  ///
  /// Who asks goes into the ledger: `arguments` are the words of a command, whose secrets are taken out.
  /// `announce` hears, once, which program is started before the first one is. `extractor`, where given, is asked
  /// instead of what the configuration names, once for each new image and identity; no limit counts that as a call. A
  /// run shuts it down when it ends.
  public func runner(
    via: RunActor.Via = .library, client: String? = nil, arguments: [String]? = nil,
    extractor: (any Extractor)? = nil, stop: StopSignal = StopSignal(),
    announce: @escaping @Sendable (String) -> Void = { _ in },
    observe: @escaping @Sendable (Event) -> Void = { _ in }
  ) throws(Fault) -> Runner {
    var surroundings = try surroundings()
    surroundings.process.actor = RunActor(
      user: surroundings.user, uid: UInt32(getuid()), via: via, client: client)
    surroundings.process.argv = arguments
    if let extractor {
      surroundings.hasGivenExtractor = true
      surroundings.makeExtractor = { _ in extractor }
      surroundings.checkExtractor = { _ in }
    }
    let announced = Mutex(false)
    let file = layout.configuration
    surroundings.announceExtractor = { configuration in
      let isFirst = announced.withLock { isAnnounced in
        defer { isAnnounced = true }
        return !isAnnounced
      }
      if isFirst { announce(ExtractorNotice.text(of: configuration.extractor, file: file)) }
    }
    return Runner(surroundings, stop: stop, observe: observe)
  }

  func surroundings() throws(Fault) -> Surroundings {
    let clock = SystemClock()
    let objects = try FileObjectStore(layout)
    let temporary = layout.temporary
    let root = layout.root
    let environment = environment
    var surroundings = Surroundings(
      store: store, objects: objects,
      worktree: { token throws(Fault) in try FileWorktree(root: root, token: token) },
      repository: { [self] () throws(Fault) in try repository() },
      locks: FileBatchLocks(layout), clock: clock, root: root, scratch: temporary,
      makeExtractor: { configuration throws(Fault) in
        try makeExtractor(
          configuration.extractor, root: root, environment: environment, scratch: temporary,
          nowMs: { clock.now().wallMs })
      },
      process: RunStart(host: Self.hostName(), process: getpid(), toolVersion: Self.version),
      user: environment["USER"] ?? environment["LOGNAME"] ?? Self.loginName() ?? "user \(getuid())",
      newRunID: { RunID.make(clock.now(), UInt64.random(in: .min ... .max)) },
      newSeed: { UInt64.random(in: .min ... .max) },
      publishHead: { [store] () async throws(Fault) in
        do throws(StoreError) { try await store.publishHead() } catch { throw .ledger(error) }
      })
    surroundings.mark = LedgerMark(layout)
    surroundings.presentConfiguration = { [self] () throws(Fault) in
      do throws(Faults) { return try configuration() } catch { throw error.first }
    }
    surroundings.redactor = { ExtractorProgram.redactor(of: $0, in: environment) }
    surroundings.availableMemoryBytes = SystemMemory.availableBytes
    surroundings.checkExtractor = { configuration throws(Fault) in
      try ExtractorProgram.check(configuration.extractor, root: root, environment: environment)
    }
    surroundings.seesCommit = {
      CommitPresence.isSeen($0, from: root, environment: environment)
    }
    return surroundings
  }

  /// The name that the system knows the user by.
  private static func loginName() -> String? {
    var entry = passwd()
    var found: UnsafeMutablePointer<passwd>?
    var buffer = [CChar](repeating: 0, count: 4096)
    guard getpwuid_r(getuid(), &entry, &buffer, buffer.count, &found) == 0, found != nil else { return nil }
    return String(cString: entry.pw_name)
  }

  static func hostName() -> String {
    var name = [CChar](repeating: 0, count: 256)
    guard gethostname(&name, name.count - 1) == 0 else { return "unknown" }
    return String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}

/// Makes ids of runs: when, and 32 random bits, so that they sort by time and never meet.
enum RunID {
  static func make(_ now: Moment, _ random: UInt64) -> String {
    func hex(_ number: UInt64, _ digits: Int) -> String {
      let text = String(number, radix: 16)
      return String(repeating: "0", count: max(0, digits - text.count)) + text
    }
    return "r" + hex(UInt64(max(0, now.wallMs)), 11) + "-" + hex(random & 0xffff_ffff, 8)
  }
}

/// The locks of `.ledger/locks`.
struct FileBatchLocks: BatchLocks {
  private let layout: ProjectLayout

  init(_ layout: ProjectLayout) { self.layout = layout }

  func acquire(_ batch: BatchID) throws(Fault) -> any BatchLock {
    // Who only looks whether a batch is worked on has its lock for an instant.
    do throws(StoreError) {
      return try HeldLock(layout.batchLock(batch), within: .milliseconds(50))
    } catch {
      guard case .busy(let path, let process) = error else { throw .ledger(error) }
      let owner = FileLock.lastHolder(of: path)
      throw .batchHeld(
        batch, process: process, host: owner?.host, isElsewhere: owner?.isElsewhere ?? false)
    }
  }

  func lockPath(of batch: BatchID) -> String { layout.batchLock(batch) }

  func acquireCommit() async throws(Fault) -> any BatchLock {
    do throws(StoreError) {
      return try HeldLock(layout.locks + "/commit.lock", within: .seconds(60))
    } catch {
      guard case .busy(_, let process) = error else { throw .ledger(error) }
      throw .commitLockHeld(process: process)
    }
  }

  private struct HeldLock: BatchLock {
    private let file: FileLock

    init(_ path: String, within patience: Duration) throws(StoreError) {
      file = FileLock(path: path)
      try file.lock(within: patience)
    }

    func release() { file.unlock() }
  }
}
