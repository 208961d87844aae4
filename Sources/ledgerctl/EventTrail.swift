import Ledger
import Runner

/// Reads events page by page: none of a long ledger is held in memory, and no transaction between pages.
struct EventTrail {
  let project: Project
  let query: EventQuery
  private static let pageSize = 500
  private static let pause = Duration.milliseconds(200)

  /// Prints what there is.
  func print(_ printer: EventPrinter) async throws(Fault) -> ExitStatus {
    printer.begin()
    var cursor = Cursor(query)
    try await advance(&cursor, printer)
    printer.end()
    return .done
  }

  /// Prints what there is and what comes, until the batch has ended, the limit is reached, or the reader has gone.
  func follow(_ printer: EventPrinter) async throws(Fault) -> ExitStatus {
    let stop = StopSignal()
    Interruption.listen(stop) {}
    var cursor = Cursor(query)
    while true {
      // Asked before reading: what was appended before the end is then printed for sure.
      let hasEnded = try await hasEnded()
      try await advance(&cursor, printer)
      printer.console.out.flush()
      if let status = stop.status { return status }
      if hasEnded || cursor.isDone || printer.console.out.isBroken { return .done }
      try? await Task.sleep(for: Self.pause)
    }
  }

  /// Where a reader stands.
  private struct Cursor {
    var query: EventQuery
    var left: Int?
    var isFirst = true
    var isDone: Bool { left == 0 }

    init(_ query: EventQuery) {
      self.query = query
      left = query.limit
    }
  }

  private func advance(_ cursor: inout Cursor, _ printer: EventPrinter) async throws(Fault) {
    while !cursor.isDone, !printer.console.out.isBroken {
      let size = min(cursor.left ?? Self.pageSize, Self.pageSize)
      cursor.query.limit = size
      let page = try await project.events(matching: cursor.query)
      for event in page {
        do throws(UnreadableEvent) { try event.requireShowable() } catch { throw Fault.unreadable(error) }
        printer.print(event, isFirst: cursor.isFirst)
        cursor.isFirst = false
        cursor.query.after = event.position
      }
      cursor.left = cursor.left.map { $0 - page.count }
      if page.count < size { return }
    }
  }

  /// Whether the batch that is followed has ended, its last run included, or died with it.
  private func hasEnded() async throws(Fault) -> Bool {
    guard let name = query.batch, let batch = BatchID(name) else { return false }
    let state = try await project.state(of: batch)
    guard state.isEnded else { return false }
    guard let open = state.openRun else { return true }
    return SystemClock().now().wallMs - open.lastMs > 2_000
  }
}
