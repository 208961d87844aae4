import Core
import EventLog
import Testing

/// What every store must do; each test runs against every implementation.
@Suite("Every event store") struct EventStoreConformance {
  @Test("An empty ledger has no head, no events and no batches", arguments: StoreKind.allCases)
  func emptyLedger(_ kind: StoreKind) async throws {
    try await kind.withStore { store in
      let head = try await store.head()
      #expect(head == LedgerHead(position: 0, hash: .zero))
      let found = try await store.events(matching: EventQuery())
      #expect(found.isEmpty)
      let rows = try await store.batches()
      #expect(rows.isEmpty)
      let foundAfter = try await store.events(underKey: .zero)
      #expect(foundAfter.isEmpty)
    }
  }

  @Test(
    "An append returns its events placed and chained, and reading gives the same",
    arguments: StoreKind.allCases)
  func appendPlacesAndChains(_ kind: StoreKind) async throws {
    try await kind.withStore { store in
      let first = try await store.append(
        AppendRequest(
          "demo", 0, .sample("batch.registered", timeMs: -5, payload: "\u{0}{\"a\":1}"),
          .sample(asset: "A-1", stage: "extract", attempt: 2), .sample(asset: "", stage: "")))
      let second = try await store.append(AppendRequest("other", 0, .sample(payload: "")))
      #expect(first.map(\.position) == [1, 2, 3])
      #expect(first.map(\.version) == [1, 2, 3])
      #expect(second.map(\.position) == [4])
      #expect(second.map(\.version) == [1])
      let all = try await store.events(matching: EventQuery())
      #expect(all == first + second)
      var previous = Digest.zero
      for event in all {
        #expect(event.previous == previous)
        #expect(event.hash == HashChain.hash(of: event))
        previous = event.hash
      }
      let head = try await store.head()
      #expect(head == LedgerHead(position: 4, hash: previous))
      #expect(all[2].asset == "")
      #expect(all[0].asset == nil)
      #expect(all[0].attempt == nil)
    }
  }

  @Test(
    "Only the expected version lets an append in, and a refused one leaves nothing",
    arguments: StoreKind.allCases)
  func expectedVersionIsTheFence(_ kind: StoreKind) async throws {
    try await kind.withStore { store in
      try await store.append(AppendRequest("demo", 0, .sample(), .sample()))
      for wrong: Int64 in [0, 1, 3, -1] {
        let error = await failure { try await store.append(AppendRequest("demo", wrong, .sample())) }
        #expect(error == .conflict(batch: "demo", expected: wrong, found: 2))
      }
      let error = await failure { try await store.append(AppendRequest("new", 1, .sample())) }
      #expect(error == .conflict(batch: "new", expected: 1, found: 0))
      let head = try await store.head()
      #expect(head.position == 2)
      let rows = try await store.batches()
      #expect(rows.map(\.batch) == ["demo"])
      try await store.append(AppendRequest("demo", 2, .sample()))
      let headAfter = try await store.head()
      #expect(headAfter.position == 3)
    }
  }

  @Test("Of two that expect the same version exactly one gets in", arguments: StoreKind.allCases)
  func oneOfManyWins(_ kind: StoreKind) async throws {
    try await kind.withStore { store in
      let outcomes = await withTaskGroup(of: StoreError?.self) { group in
        for _ in 0..<20 {
          group.addTask { await failure { try await store.append(AppendRequest("demo", 0, .sample())) } }
        }
        return await group.reduce(into: [StoreError?]()) { $0.append($1) }
      }
      #expect(outcomes.filter { $0 == nil }.count == 1)
      #expect(
        outcomes.filter { $0 == .conflict(batch: "demo", expected: 0, found: 1) }.count == 19)
      let head = try await store.head()
      #expect(head.position == 1)
    }
  }

  @Test("Many writers at once leave one whole chain", arguments: StoreKind.allCases)
  func manyWriters(_ kind: StoreKind) async throws {
    try await kind.withStore { store in
      try await withThrowingTaskGroup(of: Void.self) { group in
        for writer in 0..<16 {
          group.addTask {
            for version in 0..<10 {
              try await store.append(
                AppendRequest("batch-\(writer)", Int64(version), .sample(run: "run-\(writer)")))
            }
          }
        }
        try await group.waitForAll()
      }
      let all = try await store.events(matching: EventQuery())
      #expect(all.map(\.position) == Array(1...160))
      var previous = Digest.zero
      for event in all {
        #expect(event.previous == previous && event.hash == HashChain.hash(of: event))
        previous = event.hash
      }
      for writer in 0..<16 {
        let own = all.filter { $0.batch == "batch-\(writer)" }
        #expect(own.map(\.version) == Array(1...10))
      }
    }
  }

  @Test("A batch that differs only in case is refused and names the other", arguments: StoreKind.allCases)
  func namesDifferingInCase(_ kind: StoreKind) async throws {
    try await kind.withStore { store in
      try await store.append(AppendRequest("Demo", 0, .sample()))
      let error = await failure { try await store.append(AppendRequest("dEMO", 0, .sample())) }
      #expect(error == .batchNamed(existing: "Demo"))
      let head = try await store.head()
      #expect(head.position == 1)
      try await store.append(AppendRequest("Demo", 1, .sample()))
    }
  }

  @Test(
    "The batch table shows each batch's last event and state, newest first", arguments: StoreKind.allCases)
  func batchTable(_ kind: StoreKind) async throws {
    try await kind.withStore { store in
      try await store.append(AppendRequest("one", 0, .sample(timeMs: 10), .sample(timeMs: 20)))
      try await store.append(AppendRequest("two", 0, .sample(timeMs: 30)))
      let rows = try await store.batches()
      #expect(
        rows == [
          BatchRow(batch: "two", version: 1, state: "open", position: 3, timeMs: 30),
          BatchRow(batch: "one", version: 2, state: "open", position: 2, timeMs: 20),
        ])
      try await store.append(AppendRequest("one", 2, .sample(timeMs: 5), state: "cancelled"))
      try await store.append(AppendRequest("one", 3, .sample(timeMs: 6), state: "open"))
      let rowsAfter = try await store.batches()
      #expect(
        rowsAfter.first
          == BatchRow(batch: "one", version: 4, state: "open", position: 5, timeMs: 6))
    }
  }

  @Test("An append without events changes the state alone", arguments: StoreKind.allCases)
  func appendWithoutEvents(_ kind: StoreKind) async throws {
    try await kind.withStore { store in
      let placed = try await store.append(
        AppendRequest(batch: "demo", expecting: 0, events: [], state: "open"))
      #expect(placed == [])
      let rows = try await store.batches()
      #expect(rows.isEmpty)
      try await store.append(AppendRequest("demo", 0, .sample(timeMs: 7)))
      try await store.append(AppendRequest(batch: "demo", expecting: 1, events: [], state: "held"))
      let rowsAfter = try await store.batches()
      #expect(
        rowsAfter == [
          BatchRow(batch: "demo", version: 1, state: "held", position: 1, timeMs: 7)
        ])
    }
  }

  @Test("Events are found under their key, newest first", arguments: StoreKind.allCases)
  func keys(_ kind: StoreKind) async throws {
    try await kind.withStore { store in
      let key = Digest.sha256([1])
      let other = Digest.sha256([2])
      try await store.append(AppendRequest("one", 0, .sample(key: key), .sample(key: other), .sample()))
      try await store.append(AppendRequest("two", 0, .sample(key: key), .sample(key: key)))
      _ = await failure { try await store.append(AppendRequest("two", 9, .sample(key: key))) }
      let found = try await store.events(underKey: key)
      #expect(found.map(\.position) == [5, 4, 1])
      let foundAfter = try await store.events(underKey: other)
      #expect(foundAfter.map(\.position) == [2])
      let foundAtLast = try await store.events(underKey: .zero)
      #expect(foundAtLast.isEmpty)
    }
  }

  @Test("Every combination of filters gives what filtering by hand gives", arguments: StoreKind.allCases)
  func everyFilter(_ kind: StoreKind) async throws {
    try await kind.withStore { store in
      let all = try await EventMixture.fill(store)
      var generator = SeededGenerator(seed: 20_261_122)
      for _ in 0..<600 {
        let query = EventMixture.query(using: &generator)
        let found = try await store.events(matching: query)
        #expect(found == EventMixture.expected(of: query, among: all), "\(query), seed 20261122")
      }
    }
  }

  @Test("After close every call throws, and closing again does no harm", arguments: StoreKind.allCases)
  func close(_ kind: StoreKind) async throws {
    try await kind.withStore { store in
      try await store.append(AppendRequest("demo", 0, .sample()))
      await store.close()
      let limits = CallLimits(perMinute: 1, inFlight: 1)
      let errors = [
        await failure { try await store.append(AppendRequest("demo", 1, .sample())) },
        await failure { _ = try await store.events(matching: EventQuery()) },
        await failure { _ = try await store.events(underKey: .zero) },
        await failure { _ = try await store.head() },
        await failure { _ = try await store.batches() },
        await failure { _ = try await store.allowance(of: "x", under: limits, at: .boot(ms: 1)) },
      ]
      #expect(errors == Array(repeating: .closed, count: 6))
      await store.close()
    }
  }

  @Test("Text of any script and payloads of any bytes come back as they were", arguments: StoreKind.allCases)
  func contentIsKept(_ kind: StoreKind) async throws {
    try await kind.withStore { store in
      let odd = "a\u{0}b\u{1b}[31m\u{202e}é\u{1F333}'\"--"
      var event = NewEvent.sample(odd, run: odd, asset: odd, stage: odd, attempt: .min)
      event.payload = (0...255).map { UInt8($0) } + [UInt8](repeating: 7, count: 200_000)
      event.timeMs = .max
      let placed = try await store.append(AppendRequest(odd, 0, event))
      var query = EventQuery(batch: odd)
      query.asset = odd
      query.types = [odd]
      query.stages = [odd]
      query.run = odd
      let found = try await store.events(matching: query)
      #expect(found == placed)
      #expect(placed.first?.payload == event.payload)
      let rows = try await store.batches()
      #expect(rows.map(\.batch) == [odd])
    }
  }
}
