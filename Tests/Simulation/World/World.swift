import Core
import Ledger
import Runner

/// Everything around the runners of one history, in memory: disk, ledger, git, clock, and what goes wrong.
///
/// `@unchecked Sendable`: only the thread of its `RunQueue` touches it.
package final class World: @unchecked Sendable {
  let queue: RunQueue
  /// The ledger, but for what was lost of it since: see `ledger()`.
  var store = MemoryEventStore()
  var isStoreOutdated = false
  var hasLostLog = false
  /// Whether the user moved the branch and left the index at the old tip.
  var hasMovedBranchAlone = false
  /// Every append that was done and is not lost, in order.
  var appended: [Appended] = []
  var published = Published()
  /// Whether `.ledger/head` is looked at before anything is written.
  var checksHead = true
  /// Draws what losses need apart from everything else, so that a seed without one keeps its history.
  var losses: SplitMix64
  var random: SplitMix64
  var git = GitModel()
  var disk = Disk()
  var watch = Watch()
  /// Prefix of the project root within the repository; empty or ending in `/`.
  let prefix: String
  var processes: [SimulatedProcess] = []
  /// Holders of locks by name; a removed lock file leaves its holder without an entry.
  var locks: [String: SimulatedProcess] = [:]
  /// Who sleeps in the middle of an append: the ledger is locked as long as it lives.
  var ledgerHolder: SimulatedProcess?
  private var plan: [FaultPlan.Misfortune]
  private var counts: [FaultPlan.Site: Int] = [:]
  private var boots = 1
  private var bootedMs: Int64 = -100_000
  private var wallOffsetMs: Int64 = 1_800_000_000_000
  /// Wakes a sleeper's successor: set by the history.
  var startSecondRunner: (BatchID) -> Void = { _ in }
  var keepsTrace = false
  private(set) var trace: [String] = []
  /// A running digest of all that happened: two runs of a seed have the same.
  private(set) var fingerprint: UInt64 = 0xcbf2_9ce4_8422_2325
  private(set) var operations = 0
  /// Writes that fail from here on, for the disk is full.
  private var fullFor = 0
  /// The operation that git says is under way, and the branch that another worktree has checked out.
  var merge: String?
  var checkedOutElsewhere: String?
  /// Every seed that a runner draws is the same.
  var drawsAlike = false
  /// No more injected faults: the world lets the runners finish.
  var isCalm = false

  /// More operations than any history that ends.
  static let endlessOperations = 30_000

  init(seed: UInt64, plan: FaultPlan, prefix: String) {
    queue = RunQueue(seed: seed &* 3 &+ 1)
    random = SplitMix64(seed: seed &* 7 &+ 5)
    losses = SplitMix64(seed: seed &* 11 &+ 3)
    self.plan = plan.misfortunes
    self.prefix = prefix
  }

  /// Lets go of what holds the world in turn, once its history is over: many are played in one process.
  func end() {
    startSecondRunner = { _ in }
    queue.clear()
    for process in processes { process.parked = [] }
  }

  var now: Moment {
    Moment(
      wallMs: queue.nowMs + wallOffsetMs, bootMs: queue.nowMs - bootedMs, boot: "boot-\(boots)")
  }

  func say(_ text: @autoclosure () -> String, _ process: SimulatedProcess? = nil) {
    let line = "\(queue.nowMs) \(process.map { "p\($0.id)" } ?? "-") \(text())"
    for byte in line.utf8 { fingerprint = (fingerprint ^ UInt64(byte)) &* 0x100_0000_01b3 }
    if keepsTrace { trace.append(line) }
  }

  func startProcess(_ batch: BatchID) -> SimulatedProcess {
    let process = SimulatedProcess(id: Int32(processes.count + 1), batch: batch)
    process.bornAt = watch.position
    let state = watch.states[batch]
    process.isRecovering = state?.openRun != nil || state?.intent != nil
    processes.append(process)
    return process
  }

  // MARK: - Operations

  /// What an injected fault does to the operation it strikes.
  enum Turn {
    case plain
    case crashBefore, crashWithin, crashAfter
    case fail(FaultPlan.Failure)
    case failAfter(FaultPlan.Failure)
    case early
    case answer(FaultPlan.Answer)
  }

  /// Does one waiting operation of a process: any other may come between its start, its effect and its end.
  func perform<Value: Sendable, Failure: Error>(
    _ site: FaultPlan.Site, _ name: String, by process: SimulatedProcess, lost: Failure,
    failing: (FaultPlan.Failure) -> Failure, failingAfter: ((FaultPlan.Failure) -> Failure)? = nil,
    within: (() -> Void)? = nil,
    _ effect: () async throws(Failure) -> Value
  ) async throws(Failure) -> Value {
    await pause(process)
    guard process.isAlive else { throw lost }
    let turn = arrive(site, name, process)
    guard process.isAlive else { throw lost }
    switch turn {
    case .crashBefore:
      kill(process)
      throw lost
    case .crashWithin:
      if let within { within() } else if flip() { _ = try? await effect() }
      kill(process)
      throw lost
    case .fail(let failure): throw failing(failure)
    case .plain, .answer, .early, .crashAfter, .failAfter: break
    }
    let value = try await effect()
    if case .crashAfter = turn { kill(process) }
    if case .failAfter(let failure) = turn {
      if let failingAfter { throw failingAfter(failure) }
      throw failing(failure)
    }
    await pause(process)
    guard process.isAlive else { throw lost }
    return value
  }

  /// Does one operation that nothing of the same process can come between.
  func performNow<Value>(
    _ site: FaultPlan.Site, _ name: String, by process: SimulatedProcess,
    _ effect: () throws(Fault) -> Value
  ) throws(Fault) -> Value {
    guard process.isAlive else { throw .ofDeadProcess }
    let turn = arrive(site, name, process)
    guard process.isAlive else { throw .ofDeadProcess }
    switch turn {
    case .crashBefore:
      kill(process)
      throw .ofDeadProcess
    case .fail(let failure): throw .git(failure)
    case .crashAfter:
      _ = try effect()
      kill(process)
      throw .ofDeadProcess
    case .crashWithin:
      if flip() { _ = try? effect() }
      kill(process)
      throw .ofDeadProcess
    case .failAfter(let failure):
      _ = try effect()
      throw .git(failure)
    case .plain, .answer, .early: return try effect()
    }
  }

  /// Counts an operation and lets the injected faults that wait for it strike.
  func arrive(_ site: FaultPlan.Site, _ name: String, _ process: SimulatedProcess) -> Turn {
    operations += 1
    say(name, process)
    var turn = Turn.plain
    for counted in site.counted(inRecovery: process.isRecovering) {
      counts[counted, default: 0] += 1
      guard !isCalm, let index = plan.firstIndex(where: { $0.site == counted && $0.nth == counts[counted] })
      else { continue }
      let misfortune = plan.remove(at: index)
      say("! \(misfortune)", process)
      watch.struck.append(misfortune)
      turn = strike(misfortune.kind, process) ?? turn
    }
    if fullFor > 0, !isCalm, Self.writes.contains(where: name.hasPrefix), case .plain = turn {
      fullFor -= 1
      return .fail(.noSpace)
    }
    return turn
  }

  /// How the names of operations begin that a full disk keeps from being done.
  private static let writes = [
    "append", "put", "pin", "place", "restore", "build", "write commit", "hold index", "swap",
  ]

  /// Counts operations from here on.
  func forgetCounts() { counts = [:] }

  private func strike(_ kind: FaultPlan.Kind, _ process: SimulatedProcess) -> Turn? {
    switch kind {
    case .crashBefore: return .crashBefore
    case .crashAfter: return .crashAfter
    case .crashWithin: return .crashWithin
    case .fail(let failure): return .fail(failure)
    case .failAfter(let failure): return .failAfter(failure)
    case .earlyAlarm: return .early
    case .answer(let answer): return .answer(answer)
    case .powerLoss: losePower()
    case .delay(let ms): sleep(process, forMs: ms)
    case .damageObject(let pick): damageObject(pick, losing: false)
    case .loseObject(let pick): damageObject(pick, losing: true)
    case .loseObjects: loseObjects()
    case .loseLog: loseLog()
    case .user(let act, let pick): user(act, pick)
    case .stop: process.stop.request(.interrupted, signal: "SIGINT")
    case .hangUp: process.stop.request(.terminated, signal: "SIGHUP")
    case .leave(let ms): leave(process, afterMs: ms)
    case .suspend(let ms): sleep(process, forMs: ms)
    case .secondRunner: startSecondRunner(process.batch)
    case .clockStep(let hours): wallOffsetMs += hours * 3_600_000
    case .fullDisk(let writes): fullFor = writes
    case .sleep(let ms):
      sleep(process, forMs: ms)
      // Somebody takes the sleeper's lock file away and starts again: for who takes over it has died.
      if locks["batch \(process.batch)"] === process { countDeath(process) }
      locks["batch \(process.batch)"] = nil
      startSecondRunner(process.batch)
    }
    return nil
  }

  func flip() -> Bool { random.next() & 1 == 0 }

  // MARK: - Life and death

  /// Suspends a process's task for a moment, and for as long as the process sleeps.
  func pause(_ process: SimulatedProcess) async {
    let delayMs: Int64 = random.next() % 4 == 0 ? Int64(random.next() % 5) : 0
    await withUnsafeContinuation { continuation in
      if delayMs == 0 {
        continuation.resume()
      } else {
        queue.at(queue.nowMs + delayMs) { continuation.resume() }
      }
    }
    while process.isAlive, process.isAsleep {
      await withUnsafeContinuation { continuation in process.parked.append { continuation.resume() } }
    }
    guard !process.isAlive else { return }
    process.movesAfterDeath += 1
    // A dead process unwinds; one that would continue for ever is left where it is.
    if process.movesAfterDeath > 1_000 {
      await withUnsafeContinuation { (_: UnsafeContinuation<Void, Never>) in }
    }
  }

  func kill(_ process: SimulatedProcess) {
    guard process.isAlive else { return }
    say("dies", process)
    process.isAlive = false
    if process.stop.leftBehind == nil { countDeath(process) }
    for name in process.heldLocks where locks[name] === process { locks[name] = nil }
    process.heldLocks = []
    let parked = process.parked
    process.parked = []
    for resume in parked { resume() }
  }

  /// Counts a process that has not come to its own end, once.
  private func countDeath(_ process: SimulatedProcess) {
    guard !process.hasEnded, !process.isGivenUp else { return }
    process.isGivenUp = true
    watch.deaths[process.batch, default: 0] += 1
  }

  /// Signals a process twice; it is gone once it has written down what was under way.
  private func leave(_ process: SimulatedProcess, afterMs ms: Int64) {
    process.stop.request(.interrupted, signal: "SIGINT")
    queue.at(queue.nowMs + ms) { [self] in
      guard process.isAlive else { return }
      say("is told to leave at once", process)
      process.stop.requestAtOnce(.interrupted, signal: "SIGINT")
      endOnceLeft(process, looks: 100)
    }
  }

  private func endOnceLeft(_ process: SimulatedProcess, looks: Int) {
    queue.at(queue.nowMs + 50) { [self] in
      guard process.isAlive else { return }
      if process.stop.leftBehind != nil || looks == 0 { return kill(process) }
      endOnceLeft(process, looks: looks - 1)
    }
  }

  private func sleep(_ process: SimulatedProcess, forMs ms: Int64) {
    process.isAsleep = true
    queue.at(queue.nowMs + ms) { [self] in
      process.isAsleep = false
      say("wakes", process)
      let parked = process.parked
      process.parked = []
      for resume in parked { resume() }
    }
  }

  func wakeAll() {
    for process in processes where process.isAlive && process.isAsleep {
      process.isAsleep = false
      let parked = process.parked
      process.parked = []
      for resume in parked { resume() }
    }
  }

  private func losePower() {
    for process in processes { kill(process) }
    boots += 1
    bootedMs = queue.nowMs
    disk.losePower(flip)
  }

  private func damageObject(_ pick: Int, losing: Bool) {
    let ids = disk.objects.keys.sorted()
    guard !ids.isEmpty else { return }
    let id = ids[pick % ids.count]
    say("object \(id.hex.prefix(8)) \(losing ? "lost" : "damaged")")
    if losing { disk.objects[id] = nil } else { disk.objects[id]?.isDamaged = true }
    watch.harmedObjects.insert(id)
  }
}

extension Fault {
  /// What an operation of a dead process throws; nobody is left to read it.
  static let ofDeadProcess = Fault(stored: "dead", exit: .disk, "The process is dead.")

  static func git(_ failure: FaultPlan.Failure) -> Fault {
    switch failure {
    case .noSpace: Fault(.gitDiskFull, "No space.")
    case .busy: Fault(.gitLocked, "Locked.")
    case .inputOutput, .poisoned: Fault(.gitFailed, "Git failed.")
    }
  }

  static func files(_ failure: FaultPlan.Failure) -> Fault {
    switch failure {
    case .noSpace: Fault(.diskFull, "No space.")
    case .busy, .inputOutput, .poisoned: Fault(.diskError, "Input or output failed.")
    }
  }
}
