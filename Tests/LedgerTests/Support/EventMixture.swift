import Ledger

/// A generator whose numbers follow from its seed (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64
  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}

/// Events of all sorts, queries of all shapes, and what a query must find.
enum EventMixture {
  static let batches = ["one", "two", "three"]
  static let assets = ["A-1", "A-2", ""]
  static let stages = ["extract", "render", ""]
  static let types = ["stage.started", "stage.completed", "batch.registered"]
  static let runs = ["run-1", "run-2"]

  /// Appends some 150 events; their times go up and down.
  static func fill(_ store: any EventStore) async throws -> [Event] {
    var generator = SeededGenerator(seed: 7)
    var versions: [String: Int64] = [:]
    var all: [Event] = []
    for _ in 0..<60 {
      let batch = pick(batches, &generator)
      let events = (0..<Int.random(in: 1...4, using: &generator)).map { _ in
        NewEvent.sample(
          pick(types, &generator), timeMs: Int64.random(in: 0..<100, using: &generator),
          run: pick(runs, &generator), asset: maybe(assets, &generator), stage: maybe(stages, &generator))
      }
      let placed = try await store.append(
        AppendRequest(batch: batch, expecting: versions[batch, default: 0], events: events, state: "open"))
      versions[batch, default: 0] += Int64(placed.count)
      all += placed
    }
    return all
  }

  static func query(using generator: inout SeededGenerator) -> EventQuery {
    var query = EventQuery(batch: maybe(batches, &generator))
    query.asset = maybe(assets + ["none"], &generator)
    query.run = maybe(runs, &generator)
    query.stages = Array(stages.shuffled(using: &generator).prefix(Int.random(in: 0...2, using: &generator)))
    query.types = Array(types.shuffled(using: &generator).prefix(Int.random(in: 0...2, using: &generator)))
    query.sinceMs = maybe([Int64](-1...101), &generator)
    query.untilMs = maybe([Int64](-1...101), &generator)
    query.after = maybe([Int64](-1...170) + [.min, .max], &generator)
    query.upTo = maybe([Int64](-1...170), &generator)
    query.limit = maybe([-1, 0, 1, 2, 10, 1000, .max], &generator)
    query.reversed = Bool.random(using: &generator)
    return query
  }

  /// The plain definition that every store's answer is held against.
  static func expected(of query: EventQuery, among all: [Event]) -> [Event] {
    var found = query.reversed ? all.reversed() : all
    if let batch = query.batch { found.removeAll { $0.batch != batch } }
    if let asset = query.asset { found.removeAll { $0.asset != asset } }
    if let run = query.run { found.removeAll { $0.run != run } }
    if let sinceMs = query.sinceMs { found.removeAll { $0.timeMs < sinceMs } }
    if let untilMs = query.untilMs { found.removeAll { $0.timeMs > untilMs } }
    if !query.types.isEmpty { found.removeAll { !query.types.contains($0.type) } }
    if !query.stages.isEmpty { found.removeAll { $0.stage.map { !query.stages.contains($0) } ?? true } }
    if let after = query.after {
      found.removeAll { query.reversed ? $0.position >= after : $0.position <= after }
    }
    if let upTo = query.upTo { found.removeAll { $0.position > upTo } }
    if let limit = query.limit { found = Array(found.prefix(max(0, limit))) }
    return found
  }

  private static func pick<Value>(_ values: [Value], _ generator: inout SeededGenerator) -> Value {
    values[Int.random(in: values.indices, using: &generator)]
  }

  private static func maybe<Value>(_ values: [Value], _ generator: inout SeededGenerator) -> Value? {
    Int.random(in: 0..<3, using: &generator) == 0 ? pick(values, &generator) : nil
  }
}
