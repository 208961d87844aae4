import EventLog

/// Turns a query into one SQL text and its arguments: one text a shape of query, so that each is prepared
/// once.
///
/// The index is named, not left to SQLite's planner: without statistics it guesses, and a wrong guess reads a
/// million rows. The most selective filter leads: batch, run, asset, type, stage; the others are checked row
/// by row.
struct EventSelection {
  enum Argument: Hashable {
    case integer(Int64)
    case text(String)
  }

  private(set) var sql: String
  private(set) var arguments: [Argument] = []

  init(_ query: EventQuery) {
    sql = ""
    var conditions: [String] = []
    if let batch = query.batch { conditions.append("batch = \(add(.text(batch)))") }
    if let run = query.run { conditions.append("run = \(add(.text(run)))") }
    if let asset = query.asset { conditions.append("asset = \(add(.text(asset)))") }
    if let after = query.after {
      conditions.append("position \(query.reversed ? "<" : ">") \(add(.integer(after)))")
    }
    if let upTo = query.upTo { conditions.append("position <= \(add(.integer(upTo)))") }
    if let sinceMs = query.sinceMs { conditions.append(since(add(.integer(sinceMs)))) }
    if let untilMs = query.untilMs { conditions.append("time_ms <= \(add(.integer(untilMs)))") }
    let types = among("type", query.types)
    let stages = among("stage", query.stages)
    let direction = query.reversed ? "DESC" : "ASC"
    let arms: [String]
    switch Leader(query) {
    case .index(let name):
      arms = [Self.select("INDEXED BY \(name)", conditions + Self.either(types) + Self.either(stages))]
    case .types:
      arms = types.map { Self.select("INDEXED BY events_type", conditions + [$0] + Self.either(stages)) }
    case .stages: arms = stages.map { Self.select("INDEXED BY events_stage", conditions + [$0]) }
    case .position: arms = [Self.select("NOT INDEXED", conditions)]
    }
    // Within a batch versions rise with positions, and its index is in their order.
    let order = query.batch == nil ? "position" : "version"
    sql = "\(arms.joined(separator: " UNION ALL ")) ORDER BY \(order) \(direction)"
    if let limit = query.limit { sql += " LIMIT \(add(.integer(Int64(max(0, limit)))))" }
  }

  func bind(to statement: Statement) {
    for (index, argument) in arguments.enumerated() {
      switch argument {
      case .integer(let number): statement.bind(Int32(index + 1), number)
      case .text(let text): statement.bind(Int32(index + 1), text)
      }
    }
  }

  private mutating func add(_ argument: Argument) -> String {
    arguments.append(argument)
    return "?\(arguments.count)"
  }

  /// A condition for each value, repeated ones left out.
  private mutating func among(_ column: String, _ values: [String]) -> [String] {
    var seen: Set<String> = []
    return values.filter { seen.insert($0).inserted }.map { "\(column) = \(add(.text($0)))" }
  }

  private static func either(_ conditions: [String]) -> [String] {
    conditions.isEmpty ? [] : ["(\(conditions.joined(separator: " OR ")))"]
  }

  /// Clocks step, so times need not rise with positions; but nothing before the first late enough event is
  /// wanted.
  private func since(_ place: String) -> String {
    let first = "SELECT min(+position) FROM events INDEXED BY events_time WHERE time_ms >= \(place)"
    return "time_ms >= \(place) AND position >= (\(first))"
  }

  private static func select(_ access: String, _ conditions: [String]) -> String {
    let all = conditions.isEmpty ? "" : " WHERE \(conditions.joined(separator: " AND "))"
    return "SELECT \(StoredEvent.columns) FROM events \(access)\(all)"
  }

  /// What a query is answered by. For types and stages SQLite merges one search a value, each in order of
  /// position, so that it neither sorts events nor reads more of them than the limit asks for.
  private enum Leader {
    case index(String)
    case types, stages, position

    init(_ query: EventQuery) {
      if query.batch != nil {
        self = .index("events_batch")
      } else if query.run != nil {
        self = .index("events_run")
      } else if query.asset != nil {
        self = .index("events_asset")
      } else if !query.types.isEmpty {
        self = .types
      } else {
        self = query.stages.isEmpty ? .position : .stages
      }
    }
  }
}
