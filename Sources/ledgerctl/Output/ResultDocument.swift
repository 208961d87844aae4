import BatchModel
import Core
import GitRepository
import Runner
import StrictJSON

/// The one line of JSON with which a command ends: `ledgerctl/result/v1`.
struct ResultDocument {
  /// What the command exits with.
  var exit: ExitStatus
  var batches: [JSONValue] = []
  var summary: JSONValue = [:]
  var errors: [JSONValue] = []
  var notes: [JSONValue] = []
  /// Commands to continue with, each as its words.
  var next: [[String]] = []
  var retryAtMs: Int64?

  init(faults: [Fault]) {
    exit = .standing(for: faults.map(\.exit))
    errors = faults.map(Self.error)
    summary = Self.summary(of: [])
  }

  /// A command that was ended before it had anything to show; `next` are the words to start it again with.
  init(interrupted fault: Fault, next: [String]) {
    self.init(faults: [fault])
    self.next = [next]
  }

  /// What came of working on batches; `words` are added to every command to continue with.
  init(_ reports: [RunReport], adding words: [String]) {
    exit = .standing(for: reports.map(\.exit))
    let now = SystemClock().now()
    summary = Self.summary(of: reports.map(\.state))
    for report in reports {
      if report.state.registration != nil {
        batches.append(
          BatchObject.json(
            report.batch, report.state, at: now, isAlreadyLanded: report.isAlreadyLanded))
      }
      notes += Self.notes(of: report)
      errors += report.faults.map(Self.error)
      next += NextStep.after(report.batch, report.state).map { $0 + words }
    }
    retryAtMs = reports.compactMap { $0.retryAt?.wallMs }.min()
  }

  var json: JSONValue {
    var members: [JSONValue.Member] = [
      .init("schema", "ledgerctl/result/v1"), .init("exit", JSONValue(Int(exit.rawValue))),
      .init("batches", .array(batches)), .init("summary", summary), .init("left_out", []),
      .init("errors", .array(errors)), .init("notes", .array(notes)),
      .init("next", .array(next.map { .array($0.map(JSONValue.string)) })),
    ]
    if let retryAtMs { members.append(.init("retry_at", .string(CivilTime.rfc3339(ms: retryAtMs)))) }
    return .object(members)
  }

  /// What came of all assets together.
  private static func summary(of states: [BatchState]) -> JSONValue {
    let assets = states.flatMap { state in state.assets.map { ($0.name, state.completion != nil) } }
    return [
      "assets": JSONValue(assets.count), "landed": JSONValue(assets.count { $0.1 }),
      "failed": JSONValue(assets.count { $0.0 == .failed }),
      "waiting": JSONValue(assets.count { $0.0 == .deferred }), "left_out": 0,
      "calls": JSONValue(states.reduce(0) { $0 + ($1.completion?.metrics ?? $1.metrics).extractor.calls }),
    ]
  }

  private static func notes(of report: RunReport) -> [JSONValue] {
    let batch = JSONValue.string(report.batch.text)
    return report.notes.map { Self.note($0, report.batch) }
      + report.state.extractionNotes.flatMap { note in
        note.assets.map { asset -> JSONValue in
          [
            "code": "extraction", "message": .string(note.text), "batch": batch, "asset": .string(asset.text),
          ]
        }
      }
  }

  /// The document and its line feed.
  var line: String { JSONWriter.compact(json) + "\n" }

  /// A note as scripts see it.
  static func note(_ note: Note, _ batch: BatchID) -> JSONValue {
    var members: [JSONValue.Member] = [
      .init("code", .string(note.code)), .init("message", .string(note.message)),
      .init("batch", .string(batch.text)),
    ]
    if let asset = note.asset { members.append(.init("asset", .string(asset))) }
    return .object(members)
  }

  /// A fault as scripts see it.
  static func error(_ fault: Fault) -> JSONValue {
    var members: [JSONValue.Member] = [
      .init("code", .string(fault.code)), .init("message", .string(fault.message)),
    ]
    for (name, text) in [
      ("asset", fault.asset), ("batch", fault.batch), ("path", fault.path),
    ] {
      if let text { members.append(.init(name, .string(text))) }
    }
    for (name, number) in [("line", fault.line), ("column", fault.column)] {
      if let number { members.append(.init(name, JSONValue(number))) }
    }
    if !fault.left.isEmpty { members.append(.init("left", .array(fault.left.map(JSONValue.string)))) }
    if let hint = fault.hint { members.append(.init("hint", .string(hint))) }
    members.append(.init("exit", JSONValue(Int(fault.exit.rawValue))))
    return .object(members)
  }
}
