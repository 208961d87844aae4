/// The words and shapes of a timeline, and the list that explains them.
enum TimelineLegend {
  /// What a row does, as a word for people.
  static func word(_ kind: Timeline.Kind) -> String {
    switch kind {
    case .queued: "queued"
    case .waitingForQuota: "waiting for quota"
    case .waiting: "waiting"
    case .calling: "calling"
    case .working: "working"
    case .noRun: "no run"
    case .run: "run"
    }
  }

  static func explanation(_ kind: Timeline.Kind) -> String {
    switch kind {
    case .queued: "its turn has not come"
    case .waitingForQuota: "the extractor takes no call yet"
    case .waiting: "for the next attempt, a lock or the environment"
    case .calling: "an extractor outside is asked"
    case .working: "a stage of ledgerctl runs"
    case .noRun: "no process worked on the batch"
    case .run: "a process worked on the batch"
    }
  }

  static func word(_ kind: Timeline.MarkKind) -> String {
    switch kind {
    case .attempt: "started again"
    case .failed: "an attempt failed"
    case .deferred: "postponed, no attempt spent"
    case .interrupted: "stopped or killed"
    case .reopened: "opened again"
    case .reused: "result reused"
    case .done: "packaged, placed or committed"
    case .cancelled: "cancelled or left out"
    }
  }

  /// The shape of a mark, around 0, 0.
  static func shape(_ kind: Timeline.MarkKind) -> Markup {
    switch kind {
    case .attempt: "<path d=\"M-3 -5L5 0L-3 5Z\"/>"
    case .failed: "<path class=\"stroke\" d=\"M-4 -4L4 4M4 -4L-4 4\"/>"
    case .deferred: "<path d=\"M-4 -4.5h3v9h-3zM1 -4.5h3v9h-3z\"/>"
    case .interrupted: "<path d=\"M1.5 -7L-4.5 1.5h3.5L-2 7L4.5 -2h-3.5Z\"/>"
    case .reopened: "<circle class=\"stroke\" r=\"4\"/>"
    case .reused: "<path d=\"M0 -5L5 0L0 5L-5 0Z\"/>"
    case .done: "<path class=\"stroke\" d=\"M-4.5 0L-1.5 3.5L4.5 -4\"/>"
    case .cancelled: "<path class=\"stroke\" d=\"M-5 0h10\"/>"
    }
  }

  static var markup: Markup {
    let kinds: [Timeline.Kind] = [
      .queued, .waitingForQuota, .waiting, .calling, .working, .noRun, .run,
    ]
    let entries = kinds.map(entry) + Timeline.MarkKind.allCases.map(entry)
    return """
      <h3>Legend</h3>
      <ul class="legend">\(Markup(joining: entries))</ul>
      """
  }

  private static func entry(_ kind: Timeline.Kind) -> Markup {
    let (y, height) = TimelineMarkup.place(kind)
    return """
      <li><svg width="34" height="36" aria-hidden="true"><rect class="\(kind.rawValue)" x="1" width="32" \
      y="\(y)" height="\(height)"/></svg><span><b>\(word(kind))</b>: \(explanation(kind))</span></li>
      """
  }

  private static func entry(_ kind: Timeline.MarkKind) -> Markup {
    """
    <li><svg width="34" height="36" aria-hidden="true"><svg class="mark \(kind.rawValue)" x="17" y="18" \
    overflow="visible"><circle class="disc" r="8"/>\(shape(kind))</svg></svg><span>\(word(kind))</span></li>
    """
  }
}
