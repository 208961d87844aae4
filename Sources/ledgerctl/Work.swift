import BatchModel
import Core
import Dispatch
import GitRepository
import Runner
import Synchronization

/// Runs batches for a verb: shows their progress, and in the end what came of them.
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
    let standing = Standing()
    let resume = (["ledgerctl", "resume"] + batches.map(\.text) + global.words).joined(separator: " ")
    let work = self
    Interruption.listen(stop) {
      progress.say("Finishing running stages (Ctrl-C again to stop now). Resume with `\(resume)`.")
    } leave: { asked in
      work.leave(asked, stop, standing, left: batches)
    }
    let worked = Mutex<Set<String>>([])
    let console = console
    let announce: @Sendable (String) -> Void = { progress.say(VisibleText.line($0)) }
    var runner = try project.runner(
      via: .cli, arguments: console.caller.words, stop: stop, announce: announce
    ) { event in
      worked.withLock { _ = $0.insert(event.batch) }
      progress.take(event)
      if console.format == .jsonl {
        console.out.write(bytes: EventJSON.line(event))
        console.out.flush()
      }
    }
    runner.tellsOfWaiting = { progress.say("Waiting: \(VisibleText.line($0.message))") }
    var reports: [RunReport] = []
    for batch in batches {
      if let status = stop.status, !reports.isEmpty {
        reports.append(try await skipped(batch, status, stop))
        continue
      }
      standing.begin(batch)
      if progress.isShown { progress.begin(batch, try await project.state(of: batch)) }
      reports.append(await progress.drawing { await body(runner, batch) })
      standing.end(with: reports)
      progress.end()
    }
    show(reports, worked: worked.withLock { $0 })
    return .standing(for: reports.map(\.exit))
  }

  /// What there is to say of a batch that a stop came before.
  private func skipped(
    _ batch: BatchID, _ status: ExitStatus, _ stop: StopSignal
  ) async throws(Fault) -> RunReport {
    RunReport(
      batch: batch, state: try await project.state(of: batch), exit: status,
      faults: [.stopped(batch, status, signal: stop.signal)])
  }

  /// The last words of a run that is left at once.
  private func leave(
    _ asked: Interruption.Asked, _ stop: StopSignal, _ standing: Standing, left batches: [BatchID]
  ) {
    let (batch, done) = standing.now
    var reports = done
    if let batch, !done.contains(where: { $0.batch == batch }) {
      reports.append(
        stop.leftBehind
          ?? RunReport(
            batch: batch, state: lastState(of: batch) ?? BatchState(), exit: asked.status,
            faults: [.stopped(batch, asked.status, signal: stop.signal)]))
    }
    var document = ResultDocument(reports, adding: global.words)
    if document.exit == .done { document.exit = asked.status }
    if document.next.isEmpty { document.next = [["ledgerctl"] + CommandLine.arguments.dropFirst()] }
    console.leave(with: document, faults: reports.flatMap(\.faults))
  }

  /// Where a batch was last known to be, read on a thread that may wait a little.
  private func lastState(of batch: BatchID) -> BatchState? {
    let isDone = DispatchSemaphore(value: 0)
    let box = Box()
    Task {
      let state = try? await project.state(of: batch)
      box.found.withLock { $0 = state }
      isDone.signal()
    }
    _ = isDone.wait(timeout: .now() + .milliseconds(500))
    return box.found.withLock { $0 }
  }

  /// What a task leaves for a thread that waits for it.
  private final class Box: Sendable {
    let found = Mutex<BatchState?>(nil)
  }

  /// How far a command that works on several batches has come.
  private final class Standing: Sendable {
    private let current = Mutex<(batch: BatchID?, done: [RunReport])>((nil, []))
    var now: (batch: BatchID?, done: [RunReport]) { current.withLock { $0 } }
    func begin(_ batch: BatchID) { current.withLock { $0.batch = batch } }
    func end(with reports: [RunReport]) { current.withLock { $0.done = reports } }
  }

  private func show(_ reports: [RunReport], worked: Set<String>) {
    for report in reports {
      for note in report.notes {
        console.say("\(console.errStyle("note:", .quiet)) \(VisibleText.line(note.message))")
      }
      guard console.format == .text, worked.contains(report.batch.text) else { continue }
      for note in report.state.extractionNotes {
        let assets = note.assets.map(\.text).joined(separator: ", ")
        console.say("\(console.errStyle("note:", .quiet)) \(assets): \(VisibleText.line(note.text))")
      }
    }
    guard console.format == .text else {
      for fault in reports.flatMap(\.faults) { console.showOutput(of: fault) }
      return console.end(with: ResultDocument(reports, adding: global.words))
    }
    console.lastWords.claim()
    for report in reports {
      console.show(report.faults)
      for line in RunText.lines(report, worked: worked.contains(report.batch.text)) { console.line(line) }
    }
  }
}
