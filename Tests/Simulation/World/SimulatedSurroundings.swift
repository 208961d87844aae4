import Core
import Extractors
import FileStore
import GitRepository
import Ledger
import Runner

extension World {
  /// Everything a process reaches, its own operations distinguished from those of others.
  func surroundings(_ process: SimulatedProcess, mutant: Mutant?) -> Surroundings {
    let parts = Parts(
      store: SimulatedStore(world: self, process: process),
      objects: SimulatedObjects(world: self, process: process),
      worktree: SimulatedWorktree(world: self, process: process),
      repository: SimulatedRepository(world: self, process: process),
      locks: SimulatedLocks(world: self, process: process),
      extractor: { configuration in
        let one = SimulatedExtractor(world: self, process: process, configuration: configuration)
        return configuration.extractor.batch ? SimulatedBatchExtractor(sound: one) : one
      })
    let used = mutant?.bend(parts, world: self, process: process) ?? parts
    return Surroundings(
      store: used.store, objects: used.objects,
      worktree: { _ throws(Fault) in used.worktree },
      repository: { () throws(Fault) in used.repository }, locks: used.locks,
      clock: SimulatedClock(world: self, process: process),
      root: prefix.isEmpty ? "/root" : "/root/\(prefix.dropLast())",
      scratch: "/scratch", makeExtractor: { (configuration) throws(Fault) in used.extractor(configuration) },
      process: RunStart(host: "host", process: process.id, toolVersion: "0"), user: "user",
      newRunID: { "run-\(process.id)" }, newSeed: { self.drawsAlike ? 7 : self.random.next() },
      publishHead: { () async throws(Fault) in
        let head: LedgerHead
        do throws(StoreError) { head = try await used.store.head() } catch {
          throw Fault(.ledgerFailed, "No head.")
        }
        try self.publish(head)
      })
  }

  /// The parts of the dependencies that a deliberate bug may bend.
  struct Parts: Sendable {
    var store: any EventStore
    var objects: any ObjectStore
    var worktree: any Worktree
    var repository: any Repository
    var locks: any BatchLocks
    var extractor: @Sendable (Configuration) -> any Extractor
  }
}

/// The world's clock; a wait ends when nothing else can happen before.
struct SimulatedClock: RunClock {
  let world: World
  let process: SimulatedProcess

  func now() -> Moment { world.now }

  func sleep(until deadline: Deadline) async throws {
    let waitMs = deadline.remainingMs(at: world.now)
    // A dead process waits on: what it does next is what finds out.
    let turn = process.isAlive ? world.arrive(.clock, "wait \(waitMs) ms", process) : .plain
    switch turn {
    case .crashBefore, .crashWithin: world.kill(process)
    case .early: return
    case .plain, .answer, .fail, .failAfter, .crashAfter: break
    }
    let wait = Wait(world: world)
    await withTaskCancellationHandler {
      await withUnsafeContinuation { continuation in
        wait.begin(waitMs, isCancelled: Task.isCancelled) { continuation.resume() }
      }
    } onCancel: {
      wait.end()
    }
    if case .crashAfter = turn { world.kill(process) }
    await world.pause(process)
    try Task.checkCancellation()
    guard process.isAlive else { return }
    world.watch.longestWaitMs = max(world.watch.longestWaitMs, waitMs)
  }

  /// `@unchecked Sendable`: only the world's one thread touches it.
  private final class Wait: @unchecked Sendable {
    private let world: World
    private var timer: Int?
    private var resume: (() -> Void)?

    init(world: World) { self.world = world }

    func begin(_ waitMs: Int64, isCancelled: Bool, _ resume: @escaping () -> Void) {
      if isCancelled { return resume() }
      self.resume = resume
      timer = world.queue.at(world.queue.nowMs + waitMs) { [self] in end() }
    }

    func end() {
      if let timer { world.queue.cancel(timer) }
      timer = nil
      resume?()
      resume = nil
    }
  }
}

/// The world's locks: each dies with its holder.
struct SimulatedLocks: BatchLocks {
  let world: World
  let process: SimulatedProcess

  func acquire(_ batch: BatchID) throws(Fault) -> any BatchLock {
    let name = "batch \(batch)"
    try arrive(name)
    if let holder = world.locks[name] {
      throw Fault(.batchHeld, "Held by \(holder.id).")
    }
    return take(name)
  }

  /// The moment before a lock is tried for the first time.
  private func arrive(_ name: String) throws(Fault) {
    guard process.isAlive else { throw .ofDeadProcess }
    switch world.arrive(.lock, "lock \(name)", process) {
    case .crashBefore, .crashWithin, .crashAfter: world.kill(process)
    case .fail(let failure), .failAfter(let failure): throw .files(failure)
    case .plain, .answer, .early: break
    }
    guard process.isAlive else { throw .ofDeadProcess }
  }

  func acquireCommit() async throws(Fault) -> any BatchLock {
    let start = world.queue.nowMs
    try arrive("commit")
    while true {
      await world.pause(process)
      guard process.isAlive else { throw .ofDeadProcess }
      if world.locks["commit"] == nil { return take("commit") }
      if world.queue.nowMs - start > 60_000 {
        throw Fault(.commitLockHeld, "Another batch is being committed.")
      }
      await withUnsafeContinuation { continuation in
        world.queue.at(world.queue.nowMs + 5_000) { continuation.resume() }
      }
    }
  }

  private func take(_ name: String) -> any BatchLock {
    world.say("takes \(name)", process)
    world.locks[name] = process
    process.heldLocks.insert(name)
    return Held(world: world, process: process, name: name)
  }

  private struct Held: BatchLock {
    let world: World
    let process: SimulatedProcess
    let name: String

    func release() {
      guard process.isAlive else { return }
      process.heldLocks.remove(name)
      if world.locks[name] === process { world.locks[name] = nil }
    }
  }
}
