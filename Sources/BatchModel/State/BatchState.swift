import Core

/// A batch as its events tell it: the only place that decides what has been done.
public struct BatchState: Hashable, Sendable {
  /// Words for a batch's state. Raw values are part of the contract and stored in the batch table.
  public enum Phase: String, Hashable, Sendable, Codable, CaseIterable {
    case open, packaged, placed, committed, cancelled
  }

  /// Version of the last event folded; 0 for a batch never seen.
  public internal(set) var version: Int64 = 0
  /// Nil for a batch never seen.
  public internal(set) var registration: Registration?
  /// In the manifest's order.
  public internal(set) var assets: [AssetState] = []
  public internal(set) var place = StageState()
  public internal(set) var commit = StageState()
  /// What the latest start of `place` found and means to write; kept until it is undone.
  public package(set) var placePlan: [PlannedTarget] = []
  /// Folders that starts of `place` meant to make; kept as long as the plan.
  public internal(set) var placeFolders: [String] = []
  public internal(set) var placement: Placement?
  /// Placed files that were left in the working tree as somebody had changed them, until the batch ends.
  public internal(set) var leftBehind: [String] = []
  /// When it was registered.
  public internal(set) var registeredMs: Int64 = 0
  /// When its last event was written.
  public internal(set) var lastMs: Int64 = 0
  /// When it was placed: the date of its commit.
  public internal(set) var placedMs: Int64 = 0
  /// A commit that was intended and neither confirmed nor superseded.
  public internal(set) var intent: CommitIntent?
  public internal(set) var confirmation: CommitConfirmation?
  public internal(set) var completion: BatchCompletion?
  public internal(set) var cancellation: BatchCancellation?
  /// The commit that undoes the batch's own is made; what it brought may still be in the working tree.
  public internal(set) var revertConfirmation: CommitConfirmation?
  public internal(set) var reversion: BatchReversion?
  /// Every run since registration, oldest first.
  public internal(set) var runs: [RunRecord] = []
  public internal(set) var calls = CallRecord()
  package var tally = BatchMetrics()
  /// The latest call that was made for several assets at once, by its run and the time its answers were written down.
  private var lastSharedCall: SharedCall?

  private struct SharedCall: Hashable, Sendable {
    var run: String
    var timeMs: Int64
  }

  public init() {}

  public var phase: Phase {
    if cancellation != nil { return .cancelled }
    if completion != nil { return .committed }
    if placement != nil { return .placed }
    return !assets.isEmpty && assets.allSatisfy(\.isPackaged) ? .packaged : .open
  }

  /// No run will do anything more with it, unless it is registered or landed again.
  public var isEnded: Bool { completion != nil || cancellation != nil }

  /// A run was asked to stop before placing, and none that may go further has passed its check since.
  public internal(set) var holds = false

  /// All is packaged, and placing waits for somebody to lift the hold.
  public var isHeld: Bool { !isEnded && holds && phase != .open }

  /// The run whose end is not written down, dead or alive.
  public var openRun: RunRecord? { runs.last.flatMap { $0.isOpen ? $0 : nil } }

  public subscript(asset id: AssetID) -> AssetState? { assets.first { $0.id == id } }

  /// What the batch has taken and made so far.
  public var metrics: BatchMetrics {
    var metrics = tally
    metrics.elapsedMs = runs.reduce(0) { $0.adding($1.lastMs - $1.startedMs) }
    return metrics
  }

  /// A run and what became of it.
  public struct RunRecord: Hashable, Sendable {
    public let id: String
    public let start: RunStart
    public let startedMs: Int64
    public internal(set) var lastMs: Int64
    public internal(set) var finish: RunFinish?
    public internal(set) var wasInterrupted = false
    /// The signal that asked it to stop.
    public internal(set) var signal: String?
    public var isOpen: Bool { finish == nil && !wasInterrupted }
  }

  /// What the extractor's answers so far mean for the next calls.
  public struct CallRecord: Hashable, Sendable {
    /// The extractor takes nothing before this time.
    public internal(set) var pausedUntil: Deadline?
    /// Refusals since the last answer: the exponent of the back-off.
    public internal(set) var refusalsInARow = 0
    /// The batch's version at the last refusal.
    package var refusedVersion: Int64 = 0
    /// It gave no time of its own: one call goes first, the rest follow its success.
    public internal(set) var needsProbe = false
    /// The limiter of the extractor that said so; nil where it binds whichever extractor is asked.
    public internal(set) var quota: String?

    /// The record as far as it binds calls that a limiter counts.
    package func binding(_ limiter: String) -> CallRecord {
      quota == nil || quota == limiter ? self : CallRecord()
    }
  }
}

extension BatchState {
  /// Rebuilds a batch from its events, oldest first.
  public static func replaying(_ events: some Sequence<StampedEvent>) -> BatchState {
    events.reduce(into: BatchState()) { $0.apply($1) }
  }

  /// The state as facts that a run is about to write would leave it.
  package func applying(_ facts: [BatchEvent], timeMs: Int64 = 0, run: String) -> BatchState {
    facts.reduce(into: self) { $0.apply(StampedEvent($1, timeMs: timeMs, run: run)) }
  }

  /// Takes one more event into the state.
  public mutating func apply(_ stamped: StampedEvent) {
    version += 1
    switch stamped.event {
    case .batchRegistered(let fact):
      register(fact)
      registeredMs = stamped.timeMs
    case .batchRevised(let fact): revise(fact)
    case .runStarted(let fact):
      runs.append(
        RunRecord(id: stamped.run, start: fact, startedMs: stamped.timeMs, lastMs: stamped.timeMs))
      if fact.ignoresWaits == true { forgetWaits() }
      if fact.hold == true { holds = true }
    case .runFinished(let fact):
      updateRun(stamped.run) { $0.finish = fact }
      holds = fact.held
    case .runInterrupted(let fact):
      // A run that writes it of itself is asked to stop, and has yet to end.
      updateRun(fact.run) {
        if fact.run == stamped.run { $0.signal = fact.signal } else { $0.wasInterrupted = true }
      }
    case .stageStarted(let ref, let fact):
      startStage(ref, fact, run: stamped.run, timeMs: stamped.timeMs)
      liftHold(by: stamped.run)
    case .stageCompleted(let ref, let fact):
      completeStage(ref, fact)
      if fact.how == .executed { countCall(ref, stamped) }
      liftHold(by: stamped.run)
    case .stageFailed(let ref, let fact):
      failStage(ref, fact)
      countCall(ref, stamped)
    case .stageDeferred(let ref, let fact): deferStage(ref, fact, run: stamped.run)
    case .stageInterrupted(let ref, let fact):
      update(ref) { $0.interrupt(fact) }
      if fact.inDoubt { tally.extractor.inDoubt += 1 }
    case .stageInvalidated(let ref, let fact): invalidate(ref, fact)
    case .assetPackaged(let asset, let fact): update(asset) { $0.package = fact }
    case .assetRetried(let asset, let fact): retry(asset, fact)
    case .batchPlaced(let fact): place(fact, at: stamped.timeMs)
    case .commitIntended(let fact): intent = fact
    case .commitConfirmed(let fact):
      if intent?.purpose == .revert { revertConfirmation = fact } else { confirmation = fact }
      intent = nil
    case .commitSuperseded: intent = nil
    case .batchCompleted(let fact): completion = fact
    case .batchCancelled(let fact):
      cancellation = fact
      placePlan = []
      placeFolders = []
      placement = nil
    case .batchReverted(let fact): reversion = fact
    }
    lastMs = max(lastMs, stamped.timeMs)
    updateRun(stamped.run) { $0.lastMs = max($0.lastMs, stamped.timeMs) }
  }

  /// A first registration, or one after a cancellation or for landing again: everything else starts again.
  private mutating func register(_ fact: Registration) {
    let version = version
    self = BatchState()
    self.version = version
    adopt(fact)
  }

  /// A changed manifest: every stage is open again, and finds by its key what still fits.
  ///
  /// Where only assets were left out, the others keep what they have.
  private mutating func revise(_ fact: Registration) {
    if fact.leftOut != nil, fact.leftOut != registration?.leftOut {
      registration = fact
      assets.removeAll { asset in !fact.images.contains { $0.asset == asset.id } }
    } else {
      adopt(fact)
    }
    place = StageState()
    commit = StageState()
    placePlan = []
    placeFolders = []
    placement = nil
  }

  private mutating func adopt(_ fact: Registration) {
    registration = fact
    assets = fact.images.map { AssetState(id: $0.asset, image: $0) }
  }

  /// Stages start only after the check before any work: a run that may go further has passed it.
  private mutating func liftHold(by run: String) {
    if holds, let last = runs.last, last.id == run, last.start.hold == false { holds = false }
  }

  private mutating func startStage(_ ref: StageRef, _ fact: StageStart, run: String, timeMs: Int64) {
    let version = version
    update(ref) { $0.start(fact, run: run, version: version, timeMs: timeMs) }
    guard ref.stage == .place else { return }
    placePlan = fact.targets ?? []
    leftBehind.removeAll { path in placePlan.contains { $0.path == path } }
    for folder in fact.folders ?? [] where !placeFolders.contains(folder) {
      placeFolders.append(folder)
    }
  }

  private mutating func completeStage(_ ref: StageRef, _ fact: StageCompletion) {
    update(ref) { $0.complete(fact) }
    if fact.how == .executed {
      tally.add(fact.durationMs, of: ref.stage)
    }
    guard ref.stage == .extract else { return }
    switch fact.how {
    case .executed:
      // A call that was under way before a refusal says nothing of what the server takes now.
      let started = ref.asset.flatMap { self[asset: $0]?[.extract].startedVersion } ?? 0
      if started > calls.refusedVersion { calls = CallRecord() }
    case .reused: tally.extractor.reused += 1
    case .provided: tally.extractor.provided += 1
    }
  }

  private mutating func failStage(_ ref: StageRef, _ fact: StageFailure) {
    update(ref) { $0.fail(fact) }
    tally.add(fact.durationMs, of: ref.stage)
  }

  /// Counts the call that an extraction was; one that answered for several assets, which end together, is one.
  private mutating func countCall(_ ref: StageRef, _ stamped: StampedEvent) {
    guard ref.stage == .extract else { return }
    if execution(of: stamped.run)?.extractor.batch == true {
      let call = SharedCall(run: stamped.run, timeMs: stamped.timeMs)
      if lastSharedCall == call { return }
      lastSharedCall = call
    }
    tally.extractor.calls += 1
  }

  /// How a run works; nil before the batch was registered.
  package func execution(of run: String) -> ExecutionSettings? {
    runs.last { $0.id == run }?.start.execution ?? registration?.configuration.execution
  }

  private mutating func deferStage(_ ref: StageRef, _ fact: StageDeferral, run: String) {
    update(ref) { $0.defer(fact, run: run) }
    guard ref.stage == .extract else { return }
    tally.extractor.deferred += 1
    guard fact.reason == .limited || fact.reason == .serverGone, fact.source != Self.ownLimit else {
      return
    }
    let limiter = quota(of: fact)
    if calls.quota != nil, calls.quota != limiter { calls = CallRecord() }
    calls.quota = limiter
    calls.pausedUntil = fact.until ?? calls.pausedUntil
    calls.refusedVersion = version
    calls.refusalsInARow += 1
    calls.needsProbe = fact.source == Self.backOff
  }

  /// The limiter of the extractor that made an asset wait; in 0.1 it was always the registered one.
  package func quota(of deferral: StageDeferral) -> String? {
    deferral.quota ?? registration.map { QuotaName.limiter(of: $0.configuration.extractor) }
  }

  /// Whether a deferral's time is to be waited for before calls that a limiter counts: a quota is its extractor's.
  package func binds(_ deferral: StageDeferral, _ limiter: String) -> Bool {
    guard deferral.reason == .limited || deferral.reason == .serverGone else { return true }
    return quota(of: deferral) == limiter
  }

  /// A run that waits for nothing it was told earlier: one call goes first, and the rest follow its success.
  private mutating func forgetWaits() {
    calls.pausedUntil = nil
    calls.quota = nil
    calls.needsProbe = true
    for index in assets.indices { assets[index].forgetWait() }
  }

  /// `source` of a deferral that our own limits caused, not the server.
  package static let ownLimit = "requests_per_minute"
  /// `source` of a deferral whose time we chose, since the server gave none.
  package static let backOff = "back-off"

  private mutating func invalidate(_ ref: StageRef, _ fact: StageInvalidation) {
    if let asset = ref.asset {
      update(asset) { $0.reopen(from: ref.stage, why: fact) }
    } else if ref.stage == .place {
      place.reopen(fact)
      commit.reopen(fact)
      placement = nil
      placePlan = []
      placeFolders = []
      leftBehind += (fact.left ?? []).filter { !leftBehind.contains($0) }
    } else {
      commit.reopen(fact)
    }
  }

  private mutating func retry(_ asset: AssetID, _ fact: AssetRetry) {
    update(asset) { state in
      state.reopen(from: fact.from, why: nil)
      if let image = fact.image { state.image = image }
      if let salt = fact.salt { state.salt = .init(from: fact.from, text: salt) }
    }
  }

  private mutating func place(_ fact: Placement, at timeMs: Int64) {
    placedMs = timeMs
    placement = fact
    placePlan = fact.targets
    tally.count(fact.targets)
  }

  private mutating func update(_ ref: StageRef, _ change: (inout StageState) -> Void) {
    if let asset = ref.asset {
      update(asset) { $0.update(ref.stage, change) }
    } else if ref.stage == .place {
      change(&place)
    } else {
      change(&commit)
    }
  }

  private mutating func update(_ asset: AssetID, _ change: (inout AssetState) -> Void) {
    guard let index = assets.firstIndex(where: { $0.id == asset }) else { return }
    change(&assets[index])
  }

  private mutating func updateRun(_ run: String, _ change: (inout RunRecord) -> Void) {
    guard let index = runs.lastIndex(where: { $0.id == run }) else { return }
    change(&runs[index])
  }
}

extension BatchMetrics {
  /// Counts what a placement made; the copied image is not a file of the bundle's.
  fileprivate mutating func count(_ targets: [PlannedTarget]) {
    let files = targets.filter { $0.role == .bundle }
    created = files.count { $0.found == .absent }
    updated = files.count { $0.found == .replaced }
    removed = files.count { $0.found == .removed }
    let written = files.filter { $0.found == .absent || $0.found == .replaced }
    directories = Set(written.map { $0.path.split(separator: "/").dropLast().joined(separator: "/") }).count
  }
}
