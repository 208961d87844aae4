import Core
import EventLog
import Glibc

@testable import SQLiteLedger

/// A ledger's lives, one after another, each ended by a kill or a power cut at some operation; the seed decides
/// everything.
///
/// A life opens what the last one has left, looks whether all is there that must be, and appends. After a power
/// cut several of the states that it may have left are opened.
struct PowerHistory {
  let seed: UInt64
  private let disk: PowerDisk
  private var random: SeededGenerator
  private var home = TemporaryFolder(in: TemporaryFolder.memory)
  /// Events as the ledger showed or returned them last; the first `acknowledged` must be there from now on.
  private var seen: [Event] = []
  private var acknowledged = 0
  private var transactions = 0
  private(set) var findings: [String] = []
  /// Power cuts so far, and those that had anything to decide.
  private(set) var cuts = 0
  private(set) var cutsThatTold = 0

  init(seed: UInt64, on disk: PowerDisk = PowerDisk()) {
    self.seed = seed
    self.disk = disk
    random = SeededGenerator(seed: seed)
  }

  mutating func play() async {
    disk.forget()
    for _ in 0..<Int.random(in: 1...4, using: &random) {
      // Making a ledger takes some 60 operations; most lives of one that is there take some hundred.
      disk.end(at: Int.random(in: 1...(chance(3) ? 70 : 400), using: &random))
      await live()
      if chance(3) {
        disk.goOn()
        continue
      }
      for _ in 0..<3 { await lookAtCut() }
      home = cut()
      disk.forget()
    }
    disk.end(at: 0)
    await live()
    await lookAtCut()
  }

  /// Makes a folder with what a power cut now may leave.
  private mutating func cut() -> TemporaryFolder {
    let folder = TemporaryFolder(in: TemporaryFolder.memory)
    let ledger = LedgerFolder(folder.path + "/.ledger")
    mkdir(ledger.path, 0o700)
    mkdir(ledger.locks, 0o700)
    let decided = disk.cut(into: ledger.path, seed: random.next())
    if chance(4) { writeNoise(to: ledger.database + "-shm") }
    cuts += 1
    cutsThatTold += decided > 0 ? 1 : 0
    return folder
  }

  /// The readers' marks are never synced: anything may be in their file.
  private mutating func writeNoise(to path: String) {
    TemporaryFolder.write((0..<32_768).map { _ in UInt8.random(in: 0...255, using: &random) }, to: path)
  }

  private mutating func lookAtCut() async {
    let folder = cut()
    do {
      let store = try SQLiteEventStore.fresh(in: folder)
      let events = try await store.events(matching: EventQuery())
      compare(events)
      let version = events.last { $0.batch == "one" }?.version ?? 0
      try await store.append(AppendRequest("one", version, .sample()))
      await store.close()
      let verified = try LedgerVerifier(store.folder).verify(integrity: .full)
      if !verified.isWhole || verified.head.position != events.count + 1 {
        find("a cut leaves what is not intact: \(verified)")
      }
    } catch {
      find("what a cut left could not be used: \(error)")
    }
  }

  private mutating func live() async {
    let options = self.options
    do {
      var store = try SQLiteEventStore.fresh(in: home, options: options)
      try await look(into: store)
      var reader: Connection?
      for _ in 0..<Int.random(in: 1...40, using: &random) {
        switch Int.random(in: 0..<20, using: &random) {
        case 0, 1:
          await store.close()
          store = try SQLiteEventStore.fresh(in: home, options: options)
          // What a life before wrote and could not sync may show only now: its connections may have been open still, so
          // that nobody read the log again.
          try await look(into: store)
        case 2 where reader == nil: reader = try reading(store.folder)
        case 3:
          reader?.close()
          reader = nil
        default: try await append(to: store)
        }
      }
      reader?.close()
      await store.close()
    } catch {
      if !disk.hasEnded { find("a failure without a cause: \(error)") }
    }
  }

  private mutating func look(into store: SQLiteEventStore) async throws {
    let events = try await store.events(matching: EventQuery())
    compare(events)
    seen = events
  }

  private var options: SQLiteEventStore.Options {
    mutating get {
      var options = SQLiteEventStore.Options()
      options.vfs = disk.name
      options.checkpointPages = Int32.random(in: 8...60, using: &random)
      return options
    }
  }

  /// A reader that stays: no checkpoint gets past it.
  private func reading(_ folder: LedgerFolder) throws -> Connection {
    let reader = try Connection(folder, access: .read, vfs: disk.name)
    try reader.execute("BEGIN; SELECT count(*) FROM events")
    return reader
  }

  private mutating func append(to store: SQLiteEventStore) async throws {
    let batches = EventMixture.batches.shuffled(using: &random)
    let requests = batches.prefix(chance(6) ? 3 : 1).map { batch -> (String, Int, Int) in
      let size = chance(12) ? 20_000 : Int.random(in: 0...600, using: &random)
      return (batch, Int.random(in: 1...3, using: &random), size)
    }
    transactions += 1
    let count = requests.reduce(0) { $0 + $1.1 }
    var part = 0
    let made = requests.map { batch, events, size in
      AppendRequest(
        batch: batch, expecting: seen.last { $0.batch == batch }?.version ?? 0,
        events: (0..<events).map { _ in
          part += 1
          return Self.event(transaction: transactions, part, of: count, size: size)
        }, state: "open")
    }
    let results = try await store.appendTogether(made)
    for result in results { seen += try result.get() }
    acknowledged = seen.count
  }

  /// An event that says of how many its transaction was made, in its run and its type.
  private static func event(transaction: Int, _ part: Int, of count: Int, size: Int) -> NewEvent {
    NewEvent.sample(
      "\(part) of \(count)", run: "transaction \(transaction)",
      payload: "\"" + String(repeating: "x", count: size) + "\"")
  }

  /// Holds what is there against what must be, and what may.
  private mutating func compare(_ events: [Event]) {
    let mustBe = seen.prefix(acknowledged)
    if !events.starts(with: mustBe) {
      let right = zip(events, mustBe).prefix { $0 == $1 }.count
      find("of \(acknowledged) acknowledged events only the first \(right) of \(events.count) are there")
    }
    var index = 0
    var transactions: Set<String> = []
    while index < events.count {
      let first = events[index]
      let count = Int(first.type.split(separator: " ").last ?? "") ?? 0
      let parts = events[index...].prefix(count).map(\.type)
      if count == 0 || parts != (1...count).map({ "\($0) of \(count)" }) {
        find("of \(first.run) there is only a part")
      }
      if !transactions.insert(first.run).inserted { find("\(first.run) is there twice") }
      index += max(count, 1)
    }
  }

  private mutating func find(_ what: String) { findings.append("seed \(seed): \(what)") }

  private mutating func chance(_ of: Int) -> Bool { Int.random(in: 0..<of, using: &random) == 0 }
}
