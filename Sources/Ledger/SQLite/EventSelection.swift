/// Turns a query into one SQL text and its arguments: one text a shape of query, so that each is prepared once.
///
/// The index is named, not left to SQLite's planner: without statistics it guesses, and a wrong guess reads a million
/// rows. The most selective filter leads: batch, run, asset, type, stage; the others are checked row by row.
struct EventSelection {
  enum Argument: Hashable {
    case integer(Int64)
    case text(String)
  }

  static let columns =
    "position, version, time_ms, batch, run, type, asset, stage, attempt, payload, previous, hash"

  private(set) var sql: String
  private(set) var arguments: [Argument] = []

  init(_ query: EventQuery) {
    sql = ""
    var conditions: [String] = []
    if let batch = query.batch { conditions.append("batch = \(add(.text(batch)))") }
    if let run = query.run { conditions.append("run = \(add(.text(run)))") }
    if let asset = query.asset { conditions.append("asset = \(add(.text(asset)))") }
    if !query.types.isEmpty { conditions.append(among("type", query.types)) }
    if !query.stages.isEmpty { conditions.append(among("stage", query.stages)) }
    var bounds: [String] = []
    if let after = query.after {
      bounds.append("position \(query.reversed ? "<" : ">") \(add(.integer(after)))")
    }
    if let upTo = query.upTo { bounds.append("position <= \(add(.integer(upTo)))") }
    if let sinceMs = query.sinceMs {
      let since = add(.integer(sinceMs))
      conditions.append("time_ms >= \(since)")
      // Clocks step, so times need not rise with positions; this bound holds all the same.
      bounds.append(
        "position >= (SELECT min(+position) FROM events INDEXED BY events_time WHERE time_ms >= \(since))")
    }
    let direction = query.reversed ? "DESC" : "ASC"
    sql = "SELECT \(Self.columns) FROM events \(Self.access(query))"
    if let list = positionsOfSeveral(query, bounds) { conditions.append("position IN (\(list))") }
    let all = conditions + bounds
    if !all.isEmpty { sql += " WHERE " + all.joined(separator: " AND ") }
    // Within a batch versions rise with positions, and its index is in their order.
    sql += " ORDER BY \(query.batch == nil ? "position" : "version") \(direction)"
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

  private mutating func among(_ column: String, _ values: [String]) -> String {
    let places = values.map { add(.text($0)) }
    return places.count == 1 ? "\(column) = \(places[0])" : "\(column) IN (\(places.joined(separator: ", ")))"
  }

  private static func access(_ query: EventQuery) -> String {
    if query.batch != nil { return "INDEXED BY events_batch" }
    if query.run != nil { return "INDEXED BY events_run" }
    if query.asset != nil { return "INDEXED BY events_asset" }
    if query.types.count == 1 { return "INDEXED BY events_type" }
    if query.types.isEmpty, query.stages.count == 1 { return "INDEXED BY events_stage" }
    return "NOT INDEXED"
  }

  /// For several types or stages and nothing more selective: their positions, sorted from the index alone, so that
  /// SQLite need not sort whole events.
  private mutating func positionsOfSeveral(_ query: EventQuery, _ bounds: [String]) -> String? {
    guard Self.access(query) == "NOT INDEXED" else { return nil }
    let (index, column, values) =
      query.types.isEmpty
      ? ("events_stage", "stage", query.stages) : ("events_type", "type", query.types)
    guard values.count > 1 else { return nil }
    let wanted = [among(column, values)] + bounds
    return "SELECT position FROM events INDEXED BY \(index) WHERE \(wanted.joined(separator: " AND "))"
  }
}
