import BatchModel

extension Timeline {
  /// A row while its events are folded: what is closed, and the segment that is open.
  struct OpenRow {
    private(set) var row: Row
    private var open: Segment?

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
