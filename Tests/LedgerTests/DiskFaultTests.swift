import CSQLite
import EventLog
import Testing

@testable import SQLiteLedger

@Suite("A failing disk") struct DiskFaultTests {
  private let home = TemporaryFolder()
  private let disk = FaultyDisk()

  static let ioErrorWrite = SQLITE_IOERR | 3 << 8
  static let ioErrorSync = SQLITE_IOERR | 4 << 8

  private func isPoisoned(_ error: StoreError?) -> Bool {
    if case .poisoned = error { true } else { false }
  }

  @Test(
    "A failed commit poisons the store: nothing more is written, and what was acknowledged is there",
    arguments: [
      (FaultyDisk.Operations.sync, ioErrorSync), (FaultyDisk.Operations.write, ioErrorWrite),
      (FaultyDisk.Operations.write, SQLITE_FULL),
    ])
  func failedCommit(_ operations: FaultyDisk.Operations, code: Int32) async throws {
    let store = try SQLiteEventStore.fresh(in: home, options: disk.options)
    let acknowledged = try await store.append(AppendRequest("demo", 0, .sample()))
    disk.fail(operations, of: .log, code: code)
    let error = await failure { try await store.append(AppendRequest("demo", 1, .sample())) }
    #expect(isPoisoned(error), "\(String(describing: error))")
    disk.mend()
    let writes = disk.count(.any, of: .any)
    for _ in 0..<3 {
      let again = await failure { try await store.append(AppendRequest("demo", 1, .sample())) }
      #expect(isPoisoned(again))
    }
    await store.close()
    #expect(disk.count(.any, of: .any) == writes, "Nothing is written or synced once the store is poisoned.")
    let next = try SQLiteEventStore.fresh(in: home)
    let events = try await next.events(matching: EventQuery())
    #expect(events.first == acknowledged.first)
    #expect(events.count <= 2)
    try await next.append(AppendRequest("demo", Int64(events.count), .sample()))
    await next.close()
    #expect(try LedgerVerifier(store.folder).verify(integrity: .full).isWhole)
  }

  @Test("Everyone who waits for a commit that fails is told, and none finds the event twice")
  func failedSharedCommit() async throws {
    let store = try SQLiteEventStore.fresh(in: home, options: disk.options)
    try await store.append(AppendRequest("demo", 0, .sample()))
    disk.fail(.sync, of: .log, code: Self.ioErrorSync)
    let errors = await withTaskGroup(of: StoreError?.self) { group in
      for writer in 0..<16 {
        group.addTask { await failure { try await store.append(AppendRequest("b-\(writer)", 0, .sample())) } }
      }
      return await group.reduce(into: [StoreError?]()) { $0.append($1) }
    }
    #expect(errors.allSatisfy(isPoisoned))
    await store.close()
    let next = try SQLiteEventStore.fresh(in: home)
    let events = try await next.events(matching: EventQuery())
    #expect(Set(events.map(\.batch)).count == events.count)
    await next.close()
  }

  @Test("A failed checkpoint poisons the store, after the append it followed was acknowledged")
  func failedCheckpoint() async throws {
    var options = disk.options
    options.checkpointPages = 1
    let store = try SQLiteEventStore.fresh(in: home, options: options)
    disk.fail(.sync, of: .database, code: Self.ioErrorSync)
    try await store.append(AppendRequest("demo", 0, .sample()))
    let error = await failure { try await store.append(AppendRequest("demo", 1, .sample())) }
    #expect(isPoisoned(error), "\(String(describing: error))")
    await store.close()
    let next = try SQLiteEventStore.fresh(in: home)
    let head = try await next.head()
    #expect(head.position == 1)
    await next.close()
  }

  @Test("A disk that fills up before the commit is a clean failure: with room again the store continues")
  func fullBeforeCommit() async throws {
    let store = try SQLiteEventStore.fresh(in: home, options: disk.options)
    try await store.append(AppendRequest("demo", 0, .sample()))
    // Larger than SQLite's page cache, so that pages go to the log before the commit.
    let large = String(repeating: "x", count: 8_000_000)
    disk.fail(.write, of: .log, code: SQLITE_FULL)
    let error = await failure { try await store.append(AppendRequest("demo", 1, .sample(payload: large))) }
    #expect(error == .diskFull(path: store.folder.database))
    disk.mend()
    try await store.append(AppendRequest("demo", 1, .sample(payload: large)))
    let head = try await store.head()
    #expect(head.position == 2)
    await store.close()
    #expect(try LedgerVerifier(store.folder).verify(integrity: .full).isWhole)
  }

  @Test("One request's failed write is not its neighbours' failure")
  func neighbours() async throws {
    let store = try SQLiteEventStore.fresh(in: home)
    let limits = CallLimits(perMinute: nil, inFlight: nil)
    func request(_ batch: String, call: String) -> AppendRequest {
      var request = AppendRequest(batch, 0, .sample())
      request.callsStarted = [
        CallStart(limiter: "x", id: call, at: .boot(ms: 0), leaseMs: 9, limits: limits)
      ]
      return request
    }
    let requests = (0..<8).map { request("b-\($0)", call: $0 == 5 ? "call-2" : "call-\($0)") }
    let results = try await store.appendTogether(requests)
    for (index, result) in results.enumerated() {
      switch result {
      case .success(let events): #expect(events.map(\.batch) == ["b-\(index)"] && index != 5)
      case .failure(let error):
        #expect(index == 5)
        guard case .failed(_, CallWindow.repeatedCode, _) = error else {
          Issue.record("expected a repeated call, found \(error)")
          return
        }
      }
    }
    let rows = try await store.batches()
    #expect(Set(rows.map(\.batch)) == Set((0..<8).filter { $0 != 5 }.map { "b-\($0)" }))
    #expect(try LedgerVerifier(store.folder).verify().isWhole)
    await store.close()
  }

  @Test(
    "Whatever write or sync fails, what was acknowledged is there, once, and the chain is intact",
    arguments: 1...40)
  func everyOperation(_ number: Int32) async throws {
    var options = disk.options
    options.checkpointPages = 20
    let store = try SQLiteEventStore.fresh(in: home, options: options)
    disk.fail(.any, of: .any, code: number % 2 == 0 ? SQLITE_FULL : Self.ioErrorWrite, after: number * 3)
    var acknowledged: [Event] = []
    var version: Int64 = 0
    while version < 60 {
      do {
        acknowledged += try await store.append(AppendRequest("demo", version, .sample()))
        version += 1
      } catch { break }
    }
    #expect(version < 60, "The fault came to bear.")
    await store.close()
    let next = try SQLiteEventStore.fresh(in: home)
    let events = try await next.events(matching: EventQuery())
    #expect(Array(events.prefix(acknowledged.count)) == acknowledged)
    #expect(events.count <= acknowledged.count + 1)
    await next.close()
    #expect(try LedgerVerifier(store.folder).verify(integrity: .full).isWhole)
  }
}
