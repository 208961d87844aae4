import BatchModel
import Core
import GitRepository
import Ledger
import Runner

/// Prints events one after another in one format.
struct EventPrinter {
  let console: Console
  let format: OutputFormat
  /// Whether a line names the batch: not where all are of one.
  let showsBatch: Bool

  func begin() {
    if format == .json { console.out.write(#"{"schema":"ledgerctl/events/v1","events":["#) }
  }

  /// Prints one event; the first needs no comma before it.
  func print(_ event: Event, isFirst: Bool) {
    switch format {
    case .text: console.line(line(event))
    case .jsonl: console.out.write(bytes: EventJSON.line(event))
    case .json:
      if !isFirst { console.out.write(",") }
      console.out.write(bytes: EventJSON.text(event))
    }
  }

  func end() {
    if format == .json { console.out.write("]}\n") }
  }

  /// `   12  2026-07-30T12:34:56.789Z  stage.completed   ASSET-3 extract #1  executed in 1.2s`
  private func line(_ event: Event) -> String {
    let position = String(event.position)
    func shown(_ text: String) -> String { VisibleText.line(text) }
    var subject = showsBatch ? [event.batch] : []
    subject += [event.asset, event.stage, event.attempt.map { "#\($0)" }].compactMap { $0 }
    let summary = (try? BatchEvent(event)).map(EventSummary.text) ?? "(this version can't read it)"
    let text =
      String(repeating: " ", count: max(0, 5 - position.count)) + position + "  "
      + console.outStyle(CivilTime.rfc3339(ms: event.timeMs), .quiet) + "  "
      + shown(event.type).padded(to: 17)
      + (subject.isEmpty ? "" : "  " + shown(subject.joined(separator: " ")))
    return shown(summary).isEmpty ? text : text + "  " + shown(summary)
  }
}
