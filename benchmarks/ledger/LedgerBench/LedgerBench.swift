// C declares its standard streams as variables; they are never assigned here.
@preconcurrency import Glibc
import Ledger

/// Drives the store from outside: for the benchmarks beside this file, and as the process that tests kill.
@main struct LedgerBench {
  static func main() async {
    do {
      try await run(Array(CommandLine.arguments.dropFirst()))
    } catch {
      fputs("ledger-bench: \(error)\n", stderr)
      exit(74)
    }
  }

  private static func run(_ arguments: [String]) async throws {
    switch (arguments.first, arguments.count) {
    case ("append", 4):
      try await append(to: arguments[1], events: number(arguments[2]), waiting: number(arguments[3]))
    case ("fill", 3): try await fill(arguments[1], events: number(arguments[2]))
    case ("verify", 2): try verify(arguments[1])
    case ("query", 2): try await query(arguments[1])
    case ("open", 2): try await open(arguments[1])
    case ("work", 4): try await work(arguments[1], batch: arguments[2], events: number(arguments[3]))
    case ("stress", 4): try await stress(arguments[1], batch: arguments[2], rounds: number(arguments[3]))
    case ("hold", 2): try hold(arguments[1])
    case ("sqlite", 1): print(SQLiteVersion.text, SQLiteVersion.hasWALResetBug(SQLiteVersion.text))
    default:
      fputs(
        """
        usage: ledger-bench append FOLDER EVENTS WAITING | fill FOLDER EVENTS | verify FOLDER | query FOLDER
               ledger-bench open FOLDER | work FOLDER BATCH EVENTS | hold FILE
               ledger-bench stress FOLDER BATCH ROUNDS | sqlite\n
        """, stderr)
      exit(64)
    }
  }

  /// Appends events one by one for several batches at once, and prints durable events per second.
  private static func append(to folder: String, events: Int, waiting: Int) async throws {
    let store = try store(folder)
    try await store.append(AppendRequest(batch: "warm", expecting: 0, events: [event(0)], state: "open"))
    let clock = ContinuousClock()
    let started = clock.now
    try await withThrowingTaskGroup(of: Void.self) { group in
      for writer in 0..<waiting {
        group.addTask {
          for version in 0..<(events / waiting) {
            try await store.append(
              AppendRequest(
                batch: "batch-\(writer)", expecting: Int64(version), events: [event(version)],
                state: "open"))
          }
        }
      }
      try await group.waitForAll()
    }
    let elapsed = started.duration(to: clock.now) / .seconds(1)
    print(Int(Double(events / waiting * waiting) / elapsed))
    await store.close()
  }

  /// Fills a ledger with batches of 50 events, a thousand events a commit.
  private static func fill(_ folder: String, events: Int) async throws {
    let store = try store(folder)
    for first in stride(from: 0, to: events, by: 1000) {
      try await withThrowingTaskGroup(of: Void.self) { group in
        for batch in stride(from: first, to: min(first + 1000, events), by: 50) {
          group.addTask {
            let events = (batch..<min(batch + 50, events)).map { varied($0) }
            try await store.append(
              AppendRequest(batch: "batch-\(batch / 50)", expecting: 0, events: events, state: "open"))
          }
        }
        try await group.waitForAll()
      }
    }
    await store.close()
  }

  /// Prints events verified in a second of processor time: nothing is waited for, and neighbours don't count.
  private static func verify(_ folder: String) throws {
    let started = processorSeconds()
    let found = try LedgerVerifier(LedgerFolder(folder)).verify()
    let elapsed = processorSeconds() - started
    guard found.isWhole else {
      fputs("ledger-bench: \(found)\n", stderr)
      exit(1)
    }
    print(Int(Double(found.head.position) / elapsed))
  }

  /// Prints how long each shape of query takes, and how many events it finds.
  private static func query(_ folder: String) async throws {
    let clock = ContinuousClock()
    let started = clock.now
    let store = try store(folder)
    let head = try await store.head()
    print("open and read the head", started.duration(to: clock.now))
    var shapes: [(String, EventQuery)] = []
    func shape(_ name: String, _ change: (inout EventQuery) -> Void) {
      var query = EventQuery()
      change(&query)
      shapes.append((name, query))
    }
    shape("last 100") {
      $0.limit = 100
      $0.reversed = true
    }
    shape("one batch") { $0.batch = "batch-7" }
    shape("a rare type") { $0.types = ["batch.cancelled"] }
    shape("two rare types") { $0.types = ["batch.cancelled", "stage.failed"] }
    shape("a rare stage") { $0.stages = ["commit"] }
    shape("one run") { $0.run = "run-7" }
    shape("an asset, newest 100") {
      $0.asset = "ASSET-1"
      $0.limit = 100
      $0.reversed = true
    }
    shape("the last 1000 events' time") { $0.sinceMs = 1_700_000_000_000 + head.position - 1000 }
    shape("a type, newest 100") {
      $0.types = ["stage.completed"]
      $0.limit = 100
      $0.reversed = true
    }
    shape("two types, newest 100") {
      $0.types = ["stage.completed", "batch.cancelled"]
      $0.limit = 100
      $0.reversed = true
    }
    shape("after the head (following)") { $0.after = head.position }
    for (name, query) in shapes {
      let started = clock.now
      let found = try await store.events(matching: query).count
      print(name, found, started.duration(to: clock.now))
    }
    await store.close()
  }

  private static func open(_ folder: String) async throws {
    let store = try store(folder)
    print(try await store.head().position)
    await store.close()
  }

  /// Appends to one batch and prints each position once it is acknowledged.
  private static func work(_ folder: String, batch: String, events: Int) async throws {
    let store = try store(folder)
    let known = try await store.events(matching: EventQuery(batch: batch)).count
    for version in known..<(known + events) {
      let placed = try await store.append(
        AppendRequest(batch: batch, expecting: Int64(version), events: [event(version)], state: "open"))
      print(placed[0].position, placed[0].hash.hex)
      fflush(stdout)
    }
    await store.close()
  }

  /// Opens the ledger again and again, with a checkpoint after almost every append, and prints each position once it is
  /// acknowledged: many of these at once are as hard on SQLite's log as can be.
  private static func stress(_ folder: String, batch: String, rounds: Int) async throws {
    var version: Int64?
    for round in 0..<rounds {
      var options = SQLiteEventStore.Options()
      options.checkpointPages = Int32(1 + round % 5 * 4)
      let store = try SQLiteEventStore(
        LedgerFolder(folder), mode: .readWrite(create: true), nowMs: 0, options: options)
      var next: Int64
      if let version {
        next = version
      } else {
        next = Int64(try await store.events(matching: EventQuery(batch: batch)).count)
      }
      for turn in 0..<(1 + round % 7) {
        // Now and then a transaction of many pages.
        let events = (0..<(turn == 3 ? 40 : 1)).map { event(Int(next) + $0) }
        let placed = try await store.append(
          AppendRequest(batch: batch, expecting: next, events: events, state: "open"))
        next += Int64(placed.count)
        for event in placed { print(event.position, event.hash.hex) }
        fflush(stdout)
        if turn == 2 { _ = try await store.head() }
      }
      version = next
      await store.close()
    }
  }

  /// Holds a lock until stdin ends.
  private static func hold(_ path: String) throws {
    let lock = FileLock(path: path)
    try lock.lock()
    print("held")
    fflush(stdout)
    while readLine() != nil {}
    lock.unlock()
  }

  private static func processorSeconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }

  private static func store(_ folder: String) throws(StoreError) -> SQLiteEventStore {
    try SQLiteEventStore(LedgerFolder(folder), mode: .readWrite(create: true), nowMs: 0)
  }

  private static func number(_ text: String) throws -> Int {
    guard let number = Int(text), number > 0 else {
      throw StoreError.failed(operation: "read arguments", code: 22, message: "\"\(text)\" is not a number")
    }
    return number
  }

  /// The same values as append.c writes.
  private static func event(_ index: Int) -> NewEvent {
    NewEvent(
      timeMs: 1_700_000_000_000 + Int64(index), run: "01J9Z3T6M8Q4W2E5R7Y9", type: "stage.completed",
      asset: "ASSET-\(index % 5)", stage: "extract", attempt: 1, payload: payload)
  }

  /// One in ten thousand is of a rare type, one in fifty of a rare stage; a run has a thousand events.
  private static func varied(_ index: Int) -> NewEvent {
    var varied = event(index)
    varied.run = "run-\(index / 1000)"
    if index % 10_000 == 9_999 { varied.type = "batch.cancelled" }
    if index % 50 == 49 { varied.stage = "commit" }
    return varied
  }

  private static let payload: [UInt8] = {
    let start = Array("{\"key\":\"".utf8)
    return start + [UInt8](repeating: UInt8(ascii: "a"), count: 300 - start.count - 2) + Array("\"}".utf8)
  }()
}
