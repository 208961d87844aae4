import BatchModel
import Core
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

  /// Prints what there is and what comes, until the limit is reached, the reader has gone, or the batch that is followed
  /// has ended or has nobody who works on it.
  func follow(_ printer: EventPrinter) async throws(Fault) -> ExitStatus {
    let stop = StopSignal()
    Interruption.listen(stop) {}
    var cursor = Cursor(query)
    var idleLooks = 0
    while true {
      // Asked before reading: what was appended before the end is then printed for sure.
      let standing = try await standing()
      try await advance(&cursor, printer)
      printer.console.out.flush()
      if let status = stop.status { return status }
      if cursor.isDone || printer.console.out.isBroken || printer.console.out.readerIsGone { return .done }
      idleLooks = standing?.owner == nil ? idleLooks + 1 : 0
      // Between two runs nobody may be there for a moment.
      if let standing, idleLooks > 0, standing.state.isEnded || idleLooks > 5 {
        return end(standing, printer.console)
      }
      try? await Task.sleep(for: Self.pause)
    }
  }

  /// The batch that is followed; nil where all batches are followed.
  private func standing() async throws(Fault) -> BatchStanding? {
    guard let name = query.batch, let batch = BatchID(name) else { return nil }
    return try await project.standing(of: batch)
  }

  private func end(_ standing: BatchStanding, _ console: Console) -> ExitStatus {
    if standing.state.isEnded { return .done }
    let status = standing.ending(waits: false) ?? .canGoOn
    if status == .canGoOn {
      console.show([.nobodyWorks(standing.batch, next: standing.next.first)])
    }
    return status
  }

  /// Where a reader is.
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
}
