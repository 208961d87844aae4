import Ledger
import Runner
import Synchronization

/// Runs batches for a verb: shows how they go on, and in the end what came of them.
struct Work {
  let console: Console
  let project: Project
  let flags: RunFlags
  let global: GlobalOptions

  /// Works on batches one after another, and returns what to exit with for all of them.
  func perform(
    on batches: [BatchID], _ body: (Runner, BatchID) async -> RunReport
  ) async throws(Fault) -> ExitStatus {
    let stop = StopSignal()
    let progress = Progress(flags.progressKind(console), console)
    let goOn = (["ledgerctl", "resume"] + batches.map(\.text) + global.words).joined(separator: " ")
    Interruption.listen(stop) {
      progress.say("Finishing the stages at work; a second signal leaves at once. Go on with `\(goOn)`.")
    }
    let worked = Mutex<Set<String>>([])
    let console = console
    let runner = try project.runner(stop: stop) { event in
      worked.withLock { _ = $0.insert(event.batch) }
      progress.take(event)
      if console.format == .jsonl {
        console.out.write(bytes: EventJSON.line(event))
        console.out.flush()
      }
    }
    var reports: [RunReport] = []
    for batch in batches where stop.status == nil || reports.isEmpty {
      if progress.isShown { progress.begin(batch, try await project.state(of: batch)) }
      reports.append(await progress.drawing { await body(runner, batch) })
      progress.end()
    }
    show(reports, worked: worked.withLock { $0 })
    return .standing(for: reports.map(\.exit))
  }

  private func show(_ reports: [RunReport], worked: Set<String>) {
    for report in reports {
      for note in report.notes {
        console.say("\(console.errStyle("note:", .quiet)) \(VisibleText.line(note))")
      }
    }
    guard console.format == .text else {
      return console.out.write(ResultDocument(reports, adding: global.words).line)
    }
    for report in reports {
      console.show(report.faults)
      for line in RunText.lines(report, worked: worked.contains(report.batch.text)) { console.line(line) }
    }
  }
}
