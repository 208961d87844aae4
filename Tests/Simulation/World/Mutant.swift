import Ledger
import Runner

extension Mutant {
  /// Misfortunes without which the bug does no harm, so that not thousands of histories are needed to meet them.
  package var occasions: [FaultPlan.Misfortune] {
    switch self {
    case .limitedSpendsAttempts: (1...4).map { .init(.answer(.limited(ms: 200)), at: .extract, $0) }
    case .quotaIgnored: (1...3).map { .init(.answer(.nonsense), at: .extract, $0) }
    case .swapWithoutComparing: (8...40).map { .init(.user(.plumbingCommit, pick: 1), at: .append, $0) }
    case .landedCommitNotFound:
      (12...40).map { .init(.user(.plumbingReset, pick: 1), at: .append, $0) } + [
        .init(.crashAfter, at: .swap, 1)
      ]
    case .takeBackBlindly:
      (20...60).map { .init(.user(.editTarget, pick: $0), at: .worktree, $0) } + [
        .init(.crashBefore, at: .swap, 1)
      ]
    default: []
    }
  }
}

/// A deliberate bug in what surrounds the runner: the simulator must notice each.
package enum Mutant: String, Hashable, Sendable, CaseIterable {
  case confirmWithoutSwap, swapWithoutComparing, reuseWithoutChecking, syncLeftOut, takeBackBlindly
  case appendWithoutVersion, interruptionForgotten, keyForgotten, placedBeforePackaged, swapBeforeIntent
  case limitedSpendsAttempts, quotaIgnored, indexLeftLocked, landedCommitNotFound, appendNotDurable

  func bend(_ parts: World.Parts, world: World, process: SimulatedProcess) -> World.Parts {
    var bent = parts
    switch self {
    case .confirmWithoutSwap, .swapWithoutComparing, .swapBeforeIntent, .indexLeftLocked,
      .landedCommitNotFound:
      bent.repository = BentRepository(sound: parts.repository, world: world, process: process, bug: self)
    case .appendWithoutVersion, .interruptionForgotten, .keyForgotten, .quotaIgnored, .appendNotDurable:
      bent.store = BentStore(sound: parts.store, world: world, process: process, bug: self)
    case .reuseWithoutChecking, .syncLeftOut:
      bent.objects = BentObjects(sound: parts.objects, world: world, bug: self)
    case .takeBackBlindly, .placedBeforePackaged:
      bent.worktree = BentWorktree(sound: parts.worktree, world: world, process: process, bug: self)
    case .limitedSpendsAttempts:
      bent.extractor = { BentExtractor(sound: parts.extractor($0)) }
    }
    return bent
  }
}

private struct BentStore: EventStore {
  let sound: any EventStore
  let world: World
  let process: SimulatedProcess
  let bug: Mutant

  func append(_ request: AppendRequest) async throws(StoreError) -> [Event] {
    var request = request
    switch bug {
    case .appendWithoutVersion:
      request.expecting = world.watch.states[process.batch]?.version ?? 0
    case .quotaIgnored: request.callsStarted = []
    case .interruptionForgotten:
      for index in request.events.indices where request.events[index].type == "stage.interrupted" {
        // As if the takeover had never looked for starts without an end.
        request.events[index] = NewEvent(
          timeMs: request.events[index].timeMs, run: request.events[index].run, type: "run.interrupted",
          payload: Array("{\"run\":\"none\"}".utf8))
      }
    case .appendNotDurable:
      if request.events.contains(where: { $0.type == "stage.completed" && $0.stage == "render" }),
        world.flip()
      {
        // Says yes before anything is written, and dies.
        let head = try await sound.head()
        let events = request.events.enumerated().map { offset, new in
          Event(
            position: head.position + 1 + Int64(offset), version: request.expecting + 1 + Int64(offset),
            timeMs: new.timeMs, batch: request.batch, run: new.run, type: new.type, asset: new.asset,
            stage: new.stage, attempt: new.attempt, payload: new.payload, previous: head.hash, hash: head.hash
          )
        }
        world.watch.acknowledged += events
        world.kill(process)
        throw .poisoned(cause: "dead")
      }
    default: break
    }
    return try await sound.append(request)
  }

  func events(matching query: EventQuery) async throws(StoreError) -> [Event] {
    try await sound.events(matching: query)
  }
  func events(underKey key: Digest) async throws(StoreError) -> [Event] {
    bug == .keyForgotten ? [] : try await sound.events(underKey: key)
  }
  func head() async throws(StoreError) -> LedgerHead { try await sound.head() }
  func batches() async throws(StoreError) -> [BatchRow] { try await sound.batches() }
  func allowance(
    of limiter: String, under limits: CallLimits, at now: Moment
  ) async throws(StoreError) -> Allowance {
    try await sound.allowance(of: limiter, under: limits, at: now)
  }
  func close() async {}
}

private struct BentObjects: ObjectStore {
  let sound: any ObjectStore
  let world: World
  let bug: Mutant

  func put(_ bytes: [UInt8]) async throws(Fault) -> ObjectID { try await putAll([bytes])[0] }
  func putAll(_ contents: [[UInt8]]) async throws(Fault) -> [ObjectID] {
    let before = Set(world.disk.objects.filter(\.value.isSynced).keys)
    let ids = try await sound.putAll(contents)
    if bug == .syncLeftOut {
      for id in ids where !before.contains(id) { world.disk.objects[id]?.isSynced = false }
    }
    return ids
  }
  func pin(_ path: String) async throws(Fault) -> PinnedFile { try await sound.pin(path) }
  func read(_ id: ObjectID, limitBytes: Int) async throws(Fault) -> [UInt8] {
    try await sound.read(id, limitBytes: limitBytes)
  }
  func check(_ id: ObjectID) async throws(Fault) -> ObjectCondition {
    bug == .reuseWithoutChecking ? .sound : try await sound.check(id)
  }
  func path(of id: ObjectID) -> String { sound.path(of: id) }
  func list() async throws(Fault) -> [ObjectID] { try await sound.list() }
  func remove(_ id: ObjectID) async throws(Fault) -> Bool { try await sound.remove(id) }
}

private struct BentWorktree: Worktree {
  let sound: any Worktree
  let world: World
  let process: SimulatedProcess
  let bug: Mutant

  func inspect(_ target: TargetPath) async throws(Fault) -> TargetState {
    let state = try await sound.inspect(target)
    if bug == .placedBeforePackaged, state == .absent {
      for folder in target.folders where world.disk.folders.insert(world.prefix + folder).inserted {
        world.noteFolder(world.prefix + folder, by: process)
      }
    }
    return state
  }
  func missingFolders(_ target: TargetPath) async throws(Fault) -> [String] {
    try await sound.missingFolders(target)
  }
  func place(
    _ target: TargetPath, _ object: ObjectFile, expecting: TargetExpectation
  ) async throws(Fault) -> PlaceOutcome {
    try await sound.place(target, object, expecting: expecting)
  }
  func remove(_ target: TargetPath, ifHolding placed: Digest) async throws(Fault) -> TakeBackOutcome {
    guard bug == .takeBackBlindly, case .regular(let found, _, _) = try await sound.inspect(target) else {
      return try await sound.remove(target, ifHolding: placed)
    }
    return try await sound.remove(target, ifHolding: found)
  }
  func restore(
    _ target: TargetPath, _ earlier: ObjectFile, replacing placed: Digest
  ) async throws(Fault) -> TakeBackOutcome {
    try await sound.restore(target, earlier, replacing: placed)
  }
  func removeEmptyFolders(_ folders: [String]) async throws(Fault) -> [String] {
    try await sound.removeEmptyFolders(folders)
  }
  func sweepTemporary(around targets: [TargetPath]) async throws(Fault) -> [String] {
    try await sound.sweepTemporary(around: targets)
  }
}

private struct BentExtractor: Extractor {
  let sound: any Extractor

  var identity: ExtractorIdentity {
    get async throws(ExtractorRefusal) { try await sound.identity }
  }
  func extract(_ request: ExtractionRequest) async throws(ExtractorRefusal) -> ExtractionReply {
    do throws(ExtractorRefusal) { return try await sound.extract(request) } catch {
      if case .limited = error { throw .rejected(message: "429", retryable: true) }
      throw error
    }
  }
  func shutDown() async { await sound.shutDown() }
}
