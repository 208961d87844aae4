import Core
import EventLog
import Testing

@testable import SQLiteLedger

/// What every store's limiter must do; the decisions themselves are tested with `CallWindow`.
@Suite("Every store's limiter") struct LimiterConformance {
  private func request(
    _ expecting: Int64, starting calls: [CallStart] = [], ended: [String] = [], returned: [String] = [],
    pausesEnded: [String] = [], pauses: [LimiterPause] = []
  ) -> AppendRequest {
    AppendRequest(
      batch: "demo", expecting: expecting, events: [.sample()], state: "open", callsStarted: calls,
      callsEnded: ended, callsReturned: returned, pausesEnded: pausesEnded, pauses: pauses)
  }

  private func call(
    _ id: String, _ limits: CallLimits, atMs: Int64 = 0, limiter: String = "mcp", leaseMs: Int64 = 1_000
  ) -> CallStart {
    CallStart(limiter: limiter, id: id, at: .boot(ms: atMs), leaseMs: leaseMs, limits: limits)
  }

  @Test("A refused call leaves neither its events nor a debit", arguments: StoreKind.allCases)
  func refusalLeavesNothing(_ kind: StoreKind) async throws {
    let limits = CallLimits(perMinute: 3, inFlight: nil)
    try await kind.withStore { store in
      try await store.append(request(0, starting: [call("1", limits), call("2", limits)]))
      let error = await failure {
        try await store.append(request(1, starting: [call("3", limits), call("4", limits)]))
      }
      #expect(error == .limited(limiter: "mcp", until: Deadline(.boot(ms: 0), plusMs: CallWindow.spanMs + 1)))
      let head = try await store.head()
      #expect(head.position == 1)
      let left = try await store.allowance(of: "mcp", under: limits, at: .boot(ms: 0))
      #expect(left == Allowance(calls: 1, next: nil))
      try await store.append(request(1, starting: [call("3", limits)]))
      let none = try await store.allowance(of: "mcp", under: limits, at: .boot(ms: 5))
      #expect(none == Allowance(calls: 0, next: Deadline(.boot(ms: 5), plusMs: CallWindow.spanMs - 4)))
      let minuteLater = try await store.allowance(
        of: "mcp", under: limits, at: .boot(ms: CallWindow.spanMs + 1))
      #expect(minuteLater.calls == 3)
    }
  }

  @Test("A conflict debits nothing, and one limiter does not spend another's", arguments: StoreKind.allCases)
  func conflictDebitsNothing(_ kind: StoreKind) async throws {
    let limits = CallLimits(perMinute: 1, inFlight: nil)
    try await kind.withStore { store in
      let error = await failure { try await store.append(request(7, starting: [call("1", limits)])) }
      #expect(error == .conflict(batch: "demo", expected: 7, found: 0))
      try await store.append(request(0, starting: [call("1", limits)]))
      try await store.append(request(1, starting: [call("2", limits, limiter: "exec")]))
      let both = request(
        2, starting: [call("3", limits, limiter: "new"), call("4", limits, limiter: "exec")])
      let refused = await failure { try await store.append(both) }
      #expect(
        refused == .limited(limiter: "exec", until: Deadline(.boot(ms: 0), plusMs: CallWindow.spanMs + 1)))
      let new = try await store.allowance(of: "new", under: limits, at: .boot(ms: 0))
      #expect(new.calls == 1)
    }
  }

  @Test("The smallest limit in use binds another process", arguments: StoreKind.allCases)
  func smallestLimit(_ kind: StoreKind) async throws {
    let (small, large) = (CallLimits(perMinute: 1, inFlight: nil), CallLimits(perMinute: 9, inFlight: 9))
    try await kind.withStore { store in
      try await store.append(request(0, starting: [call("1", small)]))
      let second = request(1, starting: [call("2", large, atMs: 5)])
      let refused = await failure { try await store.append(second) }
      #expect(
        refused == .limited(limiter: "mcp", until: Deadline(.boot(ms: 5), plusMs: CallWindow.spanMs - 4)))
      try await store.append(request(1, starting: [call("2", large, atMs: CallWindow.spanMs + 1)]))
      let left = try await store.allowance(of: "mcp", under: large, at: .boot(ms: CallWindow.spanMs + 2))
      #expect(left.calls == 8)
    }
  }

  @Test(
    "A call that has ended makes room, one that was lost does when its lease ends",
    arguments: StoreKind.allCases)
  func roomInFlight(_ kind: StoreKind) async throws {
    let limits = CallLimits(perMinute: nil, inFlight: 1)
    try await kind.withStore { store in
      try await store.append(request(0, starting: [call("1", limits, leaseMs: 90_000)]))
      let full = await failure { try await store.append(request(1, starting: [call("2", limits, atMs: 1)])) }
      #expect(full == .limited(limiter: "mcp", until: Deadline(.boot(ms: 1), plusMs: 1_000)))
      try await store.append(request(1, starting: [call("2", limits, atMs: 2, leaseMs: 50)], ended: ["1"]))
      let expired = try await store.allowance(of: "mcp", under: limits, at: .boot(ms: 52))
      #expect(expired.calls == 1)
      let running = try await store.allowance(of: "mcp", under: limits, at: .boot(ms: 51))
      #expect(running.calls == 0)
    }
  }

  @Test(
    "A pause stops every call until its time, and a shorter one does not cut it",
    arguments: StoreKind.allCases)
  func pauses(_ kind: StoreKind) async throws {
    let limits = CallLimits(perMinute: nil, inFlight: nil)
    let until = Deadline(.boot(ms: 0), plusMs: 38_000)
    try await kind.withStore { store in
      try await store.append(request(0, pauses: [LimiterPause(limiter: "mcp", until: until)]))
      let shorter = LimiterPause(limiter: "mcp", until: Deadline(.boot(ms: 0), plusMs: 5))
      try await store.append(request(1, pauses: [shorter]))
      let refused = await failure {
        try await store.append(request(2, starting: [call("1", limits, atMs: 9)]))
      }
      #expect(refused == .limited(limiter: "mcp", until: until))
      let other = try await store.allowance(of: "exec", under: limits, at: .boot(ms: 9))
      #expect(other.calls == .max)
      try await store.append(request(2, starting: [call("1", limits, atMs: 38_000)]))
    }
  }

  @Test(
    "A probe starts in spite of a pause; only an answer ends the pause, and a new word takes its place",
    arguments: StoreKind.allCases)
  func probes(_ kind: StoreKind) async throws {
    let limits = CallLimits(perMinute: nil, inFlight: nil)
    func pause(ms: Int64) -> LimiterPause {
      LimiterPause(limiter: "mcp", until: Deadline(.boot(ms: 0), plusMs: ms))
    }
    try await kind.withStore { store in
      try await store.append(request(0, pauses: [pause(ms: 3_600_000)]))
      var probe = call("1", limits)
      probe.isProbe = true
      try await store.append(request(1, starting: [probe]))
      let beside = await failure { try await store.append(request(2, starting: [call("2", limits)])) }
      #expect(beside == .limited(limiter: "mcp", until: pause(ms: 3_600_000).until))
      try await store.append(request(2, pausesEnded: ["mcp"], pauses: [pause(ms: 50)]))
      let shorter = await failure { try await store.append(request(3, starting: [call("2", limits)])) }
      #expect(shorter == .limited(limiter: "mcp", until: pause(ms: 50).until))
      try await store.append(request(3, pausesEnded: ["mcp"]))
      try await store.append(request(4, starting: [call("2", limits)]))
    }
  }

  @Test(
    "A call that is given back counts neither as started nor as under way; one that ended still counts as started",
    arguments: StoreKind.allCases)
  func givenBack(_ kind: StoreKind) async throws {
    let limits = CallLimits(perMinute: 2, inFlight: 2)
    try await kind.withStore { store in
      let both = [call("1", limits, leaseMs: 90_000), call("2", limits, leaseMs: 90_000)]
      try await store.append(request(0, starting: both))
      let full = try await store.allowance(of: "mcp", under: limits, at: .boot(ms: 5))
      #expect(full.calls == 0)
      try await store.append(request(1, ended: ["1"], returned: ["2"]))
      let left = try await store.allowance(of: "mcp", under: limits, at: .boot(ms: 5))
      #expect(left == Allowance(calls: 1, next: nil))
      // Nothing is remembered of it: its id is free again.
      try await store.append(request(2, starting: [call("2", limits, atMs: 5)]))
      let again = try await store.allowance(of: "mcp", under: limits, at: .boot(ms: 6))
      #expect(again.calls == 0)
    }
  }

  @Test(
    "A call may start in the append that gives another one back, under the same id too",
    arguments: StoreKind.allCases)
  func givenBackForAnother(_ kind: StoreKind) async throws {
    let limits = CallLimits(perMinute: 1, inFlight: nil)
    try await kind.withStore { store in
      try await store.append(request(0, starting: [call("1", limits)]))
      let early = await failure { try await store.append(request(1, starting: [call("2", limits, atMs: 3)])) }
      #expect(early == .limited(limiter: "mcp", until: Deadline(.boot(ms: 3), plusMs: CallWindow.spanMs - 2)))
      try await store.append(request(1, starting: [call("2", limits, atMs: 3)], returned: ["1"]))
      try await store.append(request(2, starting: [call("2", limits, atMs: 4)], returned: ["2"]))
      let none = try await store.allowance(of: "mcp", under: limits, at: .boot(ms: 5))
      #expect(none.calls == 0)
      // What nobody knows can be given back without harm: an append that failed debited nothing.
      try await store.append(request(3, returned: ["9"]))
    }
  }

  @Test("A call's id is taken once", arguments: StoreKind.allCases)
  func repeatedCall(_ kind: StoreKind) async throws {
    let limits = CallLimits(perMinute: 9, inFlight: nil)
    try await kind.withStore { store in
      try await store.append(request(0, starting: [call("1", limits)]))
      let error = await failure { try await store.append(request(1, starting: [call("1", limits, atMs: 5)])) }
      guard case .failed(_, CallWindow.repeatedCode, _) = error else {
        Issue.record(
          "expected a failure with code \(CallWindow.repeatedCode), found \(String(describing: error))")
        return
      }
      let head = try await store.head()
      #expect(head.position == 1)
      let left = try await store.allowance(of: "mcp", under: limits, at: .boot(ms: 5))
      #expect(left.calls == 8)
    }
  }

  @Test("Calls that no longer count are forgotten", arguments: StoreKind.allCases)
  func pruning(_ kind: StoreKind) async throws {
    let limits = CallLimits(perMinute: 2, inFlight: nil)
    try await kind.withStore { store in
      for turn in 0..<30 {
        let start = call("same-id", limits, atMs: Int64(turn) * 63_000)
        try await store.append(request(Int64(turn), starting: [start], ended: ["same-id"]))
      }
    }
  }

  @Test("What was debited is still debited after the ledger is opened again")
  func debitsAreKept() async throws {
    let limits = CallLimits(perMinute: 1, inFlight: nil)
    let folder = TemporaryFolder()
    let first = try SQLiteEventStore.fresh(in: folder)
    try await first.append(request(0, starting: [call("1", limits)]))
    await first.close()
    let second = try SQLiteEventStore.fresh(in: folder)
    let error = await failure {
      try await second.append(request(1, starting: [call("2", limits, atMs: 60_000)]))
    }
    #expect(error == .limited(limiter: "mcp", until: Deadline(.boot(ms: CallWindow.spanMs), plusMs: 1)))
    await second.close()
  }
}
