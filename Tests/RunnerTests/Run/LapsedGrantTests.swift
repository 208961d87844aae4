import Core
import Ledger
import Synchronization
import Testing

@testable import Extractors
@testable import Runner

/// A call that does not begin within two seconds of its grant is not made: the server's minute counts from its beginning.
@Suite("A grant that lapses before its call")
struct LapsedGrantTests {
  @Test(
    "A call begins while its grant is good, and is given back after that", arguments: [0, 2_000, 2_001, -1])
  func single(ageMs: Int64) async throws {
    let bench = try await Bench()
    defer { bench.repository.remove() }
    let (stages, asset) = try await bench.stages()
    // Below zero: no grant is asked for.
    let grant = ageMs < 0 ? nil : bench.grant(ageMs: ageMs)
    let outcome = await stages.execute(.extract, of: [(asset, Bench.key)], under: grant).first?.1
    let isLate = ageMs > CallStart.graceMs
    #expect((outcome == .lapsed) == isLate)
    #expect(bench.extractor.calls == (isLate ? 0 : 1))
    await bench.project.store.close()
  }

  @Test("A call for several assets at once that comes too late is given back for each of them")
  func together() async throws {
    let bench = try await Bench()
    defer { bench.repository.remove() }
    let (stages, asset) = try await bench.stages(together: true)
    let late = await stages.extractTogether([(asset, Bench.key)], under: bench.grant(ageMs: 2_001))
    #expect(late.map(\.0) == [asset.id] && late.map(\.1) == [.lapsed])
    #expect(bench.extractor.calls == 0)
    _ = await stages.extractTogether([(asset, Bench.key)], under: bench.grant(ageMs: 2_000))
    #expect(bench.extractor.calls == 1)
    await bench.project.store.close()
  }

  @Test(
    "A call that is given back spends no attempt and no place in the limits; the fourth goes without a grant")
  func wholeRun() async throws {
    let bench = try await Bench()
    defer { bench.repository.remove() }
    var surroundings = try bench.surroundings()
    // One call a minute: had one of those been counted that were not made, the next would have to wait.
    surroundings.store = SlowLedger(sound: bench.project.store, clock: bench.clock)
    let report = await Runner(surroundings).run(try bench.request(assets: 1, perMinute: 1))
    #expect(report.faults == [] && report.state.phase == .committed, "\(report.faults)")
    #expect(bench.extractor.calls == 1)
    let deferrals = try await bench.deferrals()
    #expect(deferrals.map(\.code) == ["grant_lapsed", "grant_lapsed", "grant_lapsed"])
    #expect(deferrals.allSatisfy { $0.until == nil && $0.source == BatchState.ownLimit })
    let extraction = try #require(report.state.assets.first)[.extract]
    #expect(extraction.attemptsSpent == 1)
    #expect(bench.clock.sleptMs < 60_000)
    await bench.project.store.close()
  }
}

/// A repository whose batch asks an extractor that counts its calls, by a clock of the test's own.
private struct Bench {
  static let key = StageKey([])
  let repository: SampleRepository
  let project: Project
  let clock = TestClock()
  let extractor = CountingExtractor()

  init() async throws {
    repository = try SampleRepository()
    project = try repository.project()
  }

  func surroundings() throws -> Surroundings {
    var surroundings = try project.surroundings()
    let extractor = extractor
    surroundings.clock = clock
    surroundings.makeExtractor = { _ in extractor }
    surroundings.checkExtractor = { _ in }
    surroundings.presentConfiguration = { nil }
    return surroundings
  }

  func request(assets: Int, perMinute: Int = 55) throws -> RunRequest {
    var request = try repository.request(project)
    request.configuration.extractor.kind = .exec
    request.configuration.extractor.command = ["true"]
    request.configuration.limits.requestsPerMinute = perMinute
    request.manifest = Manifest(
      batchID: request.manifest.batchID, assets: Array(request.manifest.assets.prefix(assets)))
    return request
  }

  /// The work on a packaged batch, with one of its assets.
  func stages(together: Bool = false) async throws -> (StageWork, AssetState) {
    let surroundings = try surroundings()
    let report = await Runner(surroundings).run(
      try request(assets: 1), options: RunOptions(untilPackaged: true))
    #expect(report.faults == [], "\(report.faults)")
    let registration = try #require(report.state.registration)
    let stages = try StageWork(
      batch: report.batch, registration: registration, surroundings: surroundings,
      extractor: together ? TogetherExtractor(one: extractor) : extractor, templates: .builtIn)
    extractor.forget()
    return (stages, try #require(report.state.assets.first))
  }

  func grant(ageMs: Int64) -> CallStart {
    let now = clock.now()
    return CallStart(
      limiter: "mine", id: "1", at: Moment(wallMs: now.wallMs, bootMs: now.bootMs - ageMs, boot: now.boot),
      leaseMs: 1_000, limits: CallLimits(perMinute: 1, inFlight: nil))
  }

  func deferrals() async throws -> [StageDeferral] {
    var query = EventQuery()
    query.types = ["stage.deferred"]
    return try await project.store.events(matching: query).compactMap { event in
      guard case .stageDeferred(_, let deferral) = try BatchEvent(event) else { return nil }
      return deferral
    }
  }
}

/// A clock that moves only for what waits for it and for whoever turns it.
private final class TestClock: RunClock {
  private let time = Mutex((ms: Int64(1_000_000), sleptMs: Int64(0)))

  func now() -> Moment {
    let ms = time.withLock { $0.ms }
    return Moment(wallMs: 1_800_000_000_000 + ms, bootMs: ms, boot: "boot-1")
  }

  var sleptMs: Int64 { time.withLock { $0.sleptMs } }

  func turn(ms: Int64) { time.withLock { $0.ms += ms } }

  func sleep(until deadline: Deadline) async throws {
    let waitMs = deadline.remainingMs(at: now())
    time.withLock { time in
      time.ms += waitMs
      time.sleptMs += waitMs
    }
  }
}

/// A ledger whose appends take three seconds each.
private struct SlowLedger: EventStore {
  let sound: any EventStore
  let clock: TestClock

  func append(_ request: AppendRequest) async throws(StoreError) -> [Event] {
    let events = try await sound.append(request)
    clock.turn(ms: 3_000)
    return events
  }
  func events(matching query: EventQuery) async throws(StoreError) -> [Event] {
    try await sound.events(matching: query)
  }
  func events(underKey key: Digest) async throws(StoreError) -> [Event] {
    try await sound.events(underKey: key)
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

private final class CountingExtractor: Extractor {
  private let count = Mutex(0)

  var calls: Int { count.withLock { $0 } }

  func forget() { count.withLock { $0 = 0 } }

  var identity: ExtractorIdentity {
    get async throws(ExtractorRefusal) { ExtractorIdentity(kind: "exec", parts: [:]) }
  }

  func extract(_ request: ExtractionRequest) async throws(ExtractorRefusal) -> ExtractionReply {
    count.withLock { $0 += 1 }
    return ExtractionReply(said: [
      "schema": "idf/v1", "background": "#102030", "palette": ["primary": ["#405060"], "accents": []],
      "density_zones": [
        "upper_left": ["coverage": 0.1], "central": ["coverage": 0.2], "lower_right": ["coverage": 0.3],
      ],
    ])
  }

  func shutDown() async {}
}

private struct TogetherExtractor: BatchExtractor {
  let one: CountingExtractor

  var identity: ExtractorIdentity { get async throws(ExtractorRefusal) { try await one.identity } }

  func extractAll(
    _ requests: [ExtractionRequest]
  ) async -> [AssetID: Result<ExtractionReply, ExtractorRefusal>] {
    var replies: [AssetID: Result<ExtractionReply, ExtractorRefusal>] = [:]
    for request in requests {
      do { replies[request.asset] = .success(try await one.extract(request)) } catch {
        replies[request.asset] = .failure(error)
      }
    }
    return replies
  }

  func shutDown() async {}
}
