import Core
import Ledger
import Runner
import Synchronization

/// Checks what must hold once every batch has ended.
final class FinalCheck {
  private let world: World
  private let scenario: Scenario
  private let player: Player
  private(set) var trees: [Digest: [String: Digest]] = [:]

  init(world: World, scenario: Scenario, player: Player) {
    self.world = world
    self.scenario = scenario
    self.player = player
  }

  func run(comparing: Bool) {
    let events = Events.all(of: world)
    checkLedger(events)
    checkReplay(events)
    checkLimits()
    for batch in player.batches {
      guard let state = world.watch.states[batch] else { continue }
      checkCommit(batch, state, comparing: comparing)
      checkCancelled(batch, state)
    }
    // Those of the user's are the user's business.
    if world.git.indexLock?.token != nil { world.violate(.tidy, "index.lock was left") }
    if !world.areRefLocksForgotten,
      let lock = world.git.refLocks.filter({ !$0.value.isEmpty }).keys.sorted().first
    {
      world.violate(.tidy, "\(lock).lock was left")
    }
  }

  private func checkLedger(_ events: [Event]) {
    var previous = Digest.zero
    for (index, event) in events.enumerated() {
      if event.position != Int64(index + 1) || event.previous != previous
        || HashChain.hash(of: event) != event.hash
      {
        world.violate(.acknowledged, "the chain breaks at \(index + 1)")
        break
      }
      previous = event.hash
    }
    for event in world.watch.acknowledged {
      let index = Int(event.position) - 1
      if !events.indices.contains(index) || events[index].hash != event.hash {
        world.violate(.acknowledged, "\(event.type) at \(event.position) was acknowledged and is gone")
        break
      }
    }
  }

  private func checkReplay(_ events: [Event]) {
    var states: [BatchID: BatchState] = [:]
    for event in events {
      guard let batch = BatchID(event.batch) else { continue }
      // The chain was checked: the same hash, the same payload.
      guard let fact = try? world.watch.facts[event.hash] ?? BatchEvent(event) else { continue }
      states[batch, default: BatchState()].apply(StampedEvent(fact, timeMs: event.timeMs, run: event.run))
    }
    if states != world.watch.states { world.violate(.replay, "replaying the ledger gives another state") }
  }

  private func checkLimits() {
    let longestMs = Int64(scenario.configuration.limits.maxWait.components.seconds) * 1_000
    if world.watch.longestWaitMs > longestMs {
      world.violate(.waits, "a run waited \(world.watch.longestWaitMs) ms")
    }
    let starts = world.watch.callStartsMs.sorted()
    let limit = scenario.requestsPerMinute
    for index in starts.indices where index >= limit && starts[index] - starts[index - limit] <= 60_000 {
      world.violate(.quota, "\(limit + 1) calls started within \(starts[index] - starts[index - limit]) ms")
      break
    }
  }

  private func checkCommit(_ batch: BatchID, _ state: BatchState, comparing: Bool) {
    guard let completion = state.completion, let registration = state.registration else { return }
    guard let sha = completion.commit.flatMap({ GitID($0) }) else { return }
    // A ledger that lost its newest registration tells of the one before.
    if (world.watch.swaps[batch] ?? []).isEmpty, !world.hasLostLog {
      world.violate(.oneCommit, "\(batch) was confirmed and never swapped in")
    }
    guard let tree = world.git.commits[sha]?.tree else {
      return world.violate(.oneCommit, "\(batch) ended with a commit that is not there")
    }
    let found = contents(of: tree, batch, registration)
    trees[registration.manifestDigest] = found
    guard comparing else { return }
    let expected = Undisturbed.shared.tree(of: registration.manifest, state.sources, scenario)
    if found != expected {
      let paths = Set(found.keys).union(expected.keys).filter { found[$0] != expected[$0] }.sorted()
      world.violate(.sameTree, "\(batch) differs at \(paths)")
    }
  }

  /// What a commit's tree holds for the assets of a batch, whatever edition it is of.
  private func contents(of tree: [String: GitID], _ batch: BatchID, _ registration: Registration) -> [String:
    Digest]
  {
    let own = Set(scenario.targets(of: registration.manifest))
    return tree.reduce(into: [:]) { found, entry in
      if own.contains(entry.key) { found[entry.key] = world.git.blobs[entry.value] }
    }
  }

  private func checkCancelled(_ batch: BatchID, _ state: BatchState) {
    guard let cancellation = state.cancellation else { return }
    let tree = world.git.tip.flatMap { world.git.commits[$0]?.tree } ?? [:]
    for (path, file) in world.disk.files.sorted(by: { $0.key < $1.key }) where file.batch == batch {
      let isLeft = cancellation.left.contains { world.prefix + $0 == path }
      // The same bytes, committed or staged by another batch or the user since, are theirs.
      let isHeld = [tree[path], world.git.index[path]].contains { id in
        id.flatMap { world.git.blobs[$0] } == file.digest
      }
      if !isLeft, !isHeld { world.violate(.tidy, "\(path) was left behind by the cancelled \(batch)") }
    }
  }
}

/// Reads a world's ledger without anybody in between.
private enum Events {
  static func all(of world: World) -> [Event] {
    let box = Box()
    Task(executorPreference: world.queue) {
      box.events = (try? await world.ledger().events(matching: EventQuery())) ?? []
      box.isDone = true
    }
    _ = world.queue.run { box.isDone }
    return box.events
  }

  /// `@unchecked Sendable`: only the world's one thread touches it.
  private final class Box: @unchecked Sendable {
    var events: [Event] = []
    var isDone = false
  }
}

/// The trees that batches have when nothing goes wrong.
final class Undisturbed: Sendable {
  static let shared = Undisturbed()
  private let known = Mutex<[Question: [String: Digest]]>([:])

  private struct Question: Hashable {
    var manifest: Digest
    var sources: [String: Digest]
    var scenario: Scenario
  }

  /// What the commit of a manifest holds when it is run alone, in an empty repository, with nothing going wrong.
  func tree(of manifest: Manifest, _ sources: [String: Digest], _ scenario: Scenario) -> [String: Digest] {
    let question = Question(manifest: manifest.digest, sources: sources, scenario: scenario.plain)
    if let tree = known.withLock({ $0[question] }) { return tree }
    let history = History(running: manifest, from: sources, in: question.scenario)
    let outcome = history.play(comparing: false)
    let tree = outcome.trees[manifest.digest] ?? [:]
    known.withLock { $0[question] = tree }
    return tree
  }
}

extension BatchState {
  /// The bytes that the batch has gone by, by the paths they came from.
  fileprivate var sources: [String: Digest] {
    (registration?.manifest.assets ?? []).reduce(into: [:]) { sources, asset in
      sources[asset.source] = self[asset: asset.id]?.image.digest
    }
  }
}
