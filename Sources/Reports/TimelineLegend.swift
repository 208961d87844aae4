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
    case .attempt: "<path d=\"M-4 -6L5 0L-4 6Z\"/>"
    case .failed: "<path class=\"stroke\" d=\"M-5 -5L5 5M5 -5L-5 5\"/>"
    case .deferred: "<path d=\"M-5 -6h4v12h-4zM1 -6h4v12h-4z\"/>"
    case .interrupted: "<path d=\"M2 -10L-6 2h5L-3 10L6 -3h-5Z\"/>"
    case .reopened: "<circle class=\"stroke\" r=\"5\"/>"
    case .reused: "<path d=\"M0 -6L6 0L0 6L-6 0Z\"/>"
    case .done: "<path class=\"stroke\" d=\"M-6 0L-2 5L6 -6\"/>"
    case .cancelled: "<path class=\"stroke\" d=\"M-6 0h12\"/>"
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
    overflow="visible">\(shape(kind))</svg></svg><span>\(word(kind))</span></li>
    """
  }
}
