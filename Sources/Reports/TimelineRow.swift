import BatchModel

extension Timeline {
  /// A row while its events are folded: what is closed, and the segment that is open.
  struct OpenRow {
    private(set) var row: Row
    private var open: Segment?

    /// The wait that a run's end cut short: it lasts, though no process waits.
    private var leftWait: Segment?

    init(_ subject: Subject) { row = Row(subject: subject) }

    /// What it does now; nil where it has nothing to do.
    var kind: Kind? { open?.kind }

    /// The stage that runs now; nil where none does.
    var running: Stage? { open.flatMap { $0.kind == .calling || $0.kind == .working ? $0.stage : nil } }

    /// Ends what it does and begins something else.
    mutating func begin(
      _ kind: Kind, at timeMs: Int64, from position: Int64, _ ref: StageRef? = nil, note: String? = nil
    ) {
      end(at: timeMs, by: position)
      open = Segment(
        kind: kind, startMs: timeMs, endMs: timeMs, from: position, stage: ref?.stage,
        attempt: ref?.attempt, note: note)
    }

    /// Ends what it does, for no process works on the batch from here on; `note` says how work ended.
    mutating func leave(at timeMs: Int64, by position: Int64?, from begun: Int64, note: String) {
      guard let segment = open, segment.kind != .noRun else { return }
      leftWait = segment.kind == .waiting || segment.kind == .waitingForQuota ? segment : nil
      end(at: timeMs, by: position, note: running == nil ? nil : note)
      begin(.noRun, at: timeMs, from: begun)
    }

    /// Continues with what was left: a wait, or its turn.
    mutating func takeUp(at timeMs: Int64, from position: Int64) {
      guard kind == .noRun else { return }
      begin(leftWait?.kind ?? .queued, at: timeMs, from: position, note: leftWait?.note)
      leftWait = nil
    }

    /// Ends what it does; a note says how.
    ///
    /// What took no time is left out, unless it was work.
    mutating func end(at timeMs: Int64, by position: Int64?, note: String? = nil) {
      guard var segment = open else { return }
      open = nil
      segment.endMs = max(segment.startMs, timeMs)
      segment.to = position
      segment.note = note ?? segment.note
      if segment.durationMs > 0 || segment.stage != nil || segment.kind == .run {
        row.segments.append(segment)
      }
    }

    mutating func mark(
      _ kind: MarkKind, at timeMs: Int64, _ position: Int64, recordedMs: Int64? = nil, _ text: String
    ) {
      row.marks.append(
        Mark(
          kind: kind, timeMs: timeMs, position: position, recordedMs: recordedMs ?? timeMs, text: text))
    }
  }
}
