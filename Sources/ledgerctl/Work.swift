import Ledger
import Runner
import Synchronization

/// Runs batches for a verb: shows how they go on, and in the end what came of them.
struct Work {
  let console: Console
  let project: Project
  let flags: RunFlags
  let global: GlobalOptions

  func perform(
    _ body: (Runner) async throws -> [RunReport]
  ) async throws -> ExitStatus {
    let stop = StopSignal()
    let appended = Atomic(false)
    let console = console
    let runner = try project.runner(stop: stop) { event in
      appended.store(true, ordering: .relaxed)
      if console.format == .jsonl { console.out.write(bytes: EventJSON.line(event)) }
    }
    let reports = try await body(runner)
    show(reports, worked: appended.load(ordering: .relaxed))
    return .standing(for: reports.map(\.exit))
  }

  private func show(_ reports: [RunReport], worked: Bool) {
    for report in reports {
      for note in report.notes { console.say("note: \(VisibleText.line(note))") }
    }
    guard console.format == .text else {
      return console.out.write(ResultDocument(reports, adding: global.words).line)
    }
    for report in reports {
      console.show(report.faults)
      for line in RunText.lines(report, worked: worked) { console.line(line) }
    }
  }
}
