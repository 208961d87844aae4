import BatchModel
import Core

/// What the page says at its top: how the batch ended, and what it took.
struct HeadMarkup {
  let head: ReportPage.Head
  let assets: Int

  var markup: Markup {
    let items = facts.map { "<div><dt>\($0.0)</dt><dd>\($0.1)</dd></div>" as Markup }
    return """
      <header>
      <p class="quiet">Batch report</p>
      <h1>\(Markup.outside(head.batch.text)) <span class="outcome \(tone)">\(head.outcome)</span></h1>
      <dl class="facts">\(Markup(joining: items, separator: "\n"))</dl>
      </header>
      """
  }

  /// How the outcome is coloured; its word says the same.
  private var tone: Markup {
    switch head.outcome {
    case "landed": "good"
    case "failed", "gone", "interrupted", "cancelled": "bad"
    default: "open"
    }
  }

  private var facts: [(String, Markup)] {
    var facts: [(String, Markup)] = []
    if let commit = head.commit { facts.append(("Commit", Self.commit(commit))) }
    if let commit = head.revertedBy { facts.append(("Reverted by", Self.commit(commit))) }
    if let branch = head.branch { facts.append(("Branch", .outside(branch))) }
    facts += [
      ("Assets", "\(assets)"), ("Registered", Self.time(head.startedMs)),
      ("Last event", Self.time(head.endedMs)),
      (
        "Time of all runs",
        "\(SpanText.text(ms: head.workedMs)) in \(Self.counted(head.runs, "run"))\(interrupted)"
      ),
      ("From first to last event", "\(SpanText.text(ms: head.endedMs - head.startedMs))"),
      ("Calls", calls), ("Waits, over all assets", "\(SpanText.text(ms: head.waitedMs))"),
    ]
    if !head.cost.isEmpty { facts.append(("Cost", "\(head.cost.joined(separator: " and "))")) }
    if !head.saved.isEmpty {
      facts.append(("Saved by reuse", "\(head.saved.joined(separator: " and "))"))
    }
    return facts
  }

  private var interrupted: String {
    head.interruptedRuns == 0 ? "" : ", \(head.interruptedRuns) of them interrupted"
  }

  private var calls: Markup {
    let more = [
      head.reused > 0 ? "\(Self.counted(head.reused, "answer")) reused" : nil,
      head.callsInDoubt > 0 ? "\(head.callsInDoubt) in doubt" : nil,
    ].compactMap { $0 }
    return "\(head.calls)\(more.isEmpty ? "" : ", " + more.joined(separator: ", "))"
  }

  private static func commit(_ name: String) -> Markup { "<code class=\"commit\">\(name)</code>" }

  private static func time(_ ms: Int64) -> Markup {
    let text = CivilTime.rfc3339(ms: ms)
    return "<time datetime=\"\(text)\">\(text)</time>"
  }

  private static func counted(_ count: Int, _ one: String) -> String {
    "\(count) \(one)\(count == 1 ? "" : "s")"
  }
}
