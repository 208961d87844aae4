import BatchModel
import Core

/// Draws a timeline: a label and a drawing for each row, above them an axis.
///
/// Places are percentages, so that the page's width decides, and no element needs a style of its own.
struct TimelineMarkup {
  private let timeline: Timeline
  private let scale: TimeScale
  private let names: [AssetID: String]

  init(_ timeline: Timeline, names: [AssetID: String]) {
    self.timeline = timeline
    self.names = names
    scale = TimeScale(timeline.timesMs)
  }

  var section: Markup {
    """
    <section aria-labelledby="timeline-title">
    <h2 id="timeline-title">Timeline</h2>
    <p class="quiet">Times count from the registration at \
    <time datetime="\(time(timeline.startMs))">\(time(timeline.startMs))</time>. \
    Point at a part or move to it with Tab and the arrow keys to read about it.</p>
    \(Self.patterns)
    <div class="timeline" id="timeline" data-start="\(timeline.startMs)" data-end="\(timeline.endMs)">
    \(axis)
    \(Markup(joining: timeline.rows.map(row), separator: "\n"))
    </div>
    <p id="detail" class="detail" role="status" hidden>No part is selected.</p>
    \(TimelineLegend.markup)
    </section>
    """
  }

  // MARK: Axis

  private var axis: Markup {
    let labels = scale.ticks.map { tick -> Markup in
      let anchor: Markup = tick.percent < 5 ? "start" : tick.percent > 90 ? "end" : "middle"
      return """
        <line x1="\(tick.percent)%" x2="\(tick.percent)%" y1="18" y2="24" class="tick"/>\
        <text x="\(tick.percent)%" y="13" text-anchor="\(anchor)">\(tick.label)</text>
        """
    }
    return """
      <div class="label quiet" aria-hidden="true">Time</div>
      <svg class="axis" width="100%" height="24" aria-hidden="true">\(Markup(joining: labels))</svg>
      """
  }

  /// Behind every row: the ticks, and where time was left out.
  private var ground: Markup {
    let breaks = scale.pieces.filter(\.isBreak).map { piece -> Markup in
      """
      <rect class="break" x="\(piece.from)%" width="\(piece.to - piece.from)%" y="0" height="36">\
      <title>\(SpanText.text(ms: piece.endMs - piece.startMs)) without an event, drawn shorter</title></rect>
      """
    }
    let lines = scale.ticks.map { tick -> Markup in
      "<line class=\"grid\" x1=\"\(tick.percent)%\" x2=\"\(tick.percent)%\" y1=\"0\" y2=\"36\"/>"
    }
    return Markup(joining: lines + breaks)
  }

  // MARK: Rows

  private func row(_ row: Timeline.Row) -> Markup {
    let label = label(row.subject)
    return """
      <div class="label">\(label.markup)</div>
      <svg class="row" width="100%" height="36" role="group" aria-label="\(label.text)" \
      data-row="\(label.text)">\(ground)\
      \(Markup(joining: row.segments.map { segment($0, label.text) }))\
      \(Markup(joining: row.marks.map { mark($0, label.text) }))</svg>
      """
  }

  private func label(_ subject: Timeline.Subject) -> (text: String, markup: Markup) {
    switch subject {
    case .runs: ("Runs", "Runs")
    case .batch: ("Place and commit", "Place and commit")
    case .asset(let asset):
      (
        asset.text,
        "<b>\(Markup.outside(asset.text))</b> <br><span class=\"quiet\">\(Markup.outside(names[asset] ?? ""))</span>"
      )
    }
  }

  private func segment(_ segment: Timeline.Segment, _ row: String) -> Markup {
    let from = scale.percent(segment.startMs)
    let width = scale.percent(segment.endMs) - from
    let detail = detail(segment, row)
    let (y, height) = Self.place(segment.kind)
    let stage: Markup = segment.stage.map { " data-stage=\"\($0.rawValue)\"" } ?? ""
    let attempt: Markup = segment.attempt.map { " data-attempt=\"\($0)\"" } ?? ""
    let end: Markup = segment.to.map { " data-to=\"\($0)\"" } ?? ""
    return """
      <rect class="part \(segment.kind.rawValue)" x="\(from)%" width="\(width)%" y="\(y)" height="\(height)" \
      tabindex="0" role="img" aria-label="\(detail)" data-kind="\(segment.kind.rawValue)"\(stage)\(attempt) \
      data-start="\(segment.startMs)" data-end="\(segment.endMs)" data-from="\(segment.from)"\(end)>\
      <title>\(detail)</title></rect>
      """
  }

  /// Each kind has a height of its own, so that none is told by its colour alone.
  static func place(_ kind: Timeline.Kind) -> (y: Int, height: Int) {
    switch kind {
    case .queued: (16, 4)
    case .noRun: (17, 2)
    case .waitingForQuota: (9, 18)
    case .waiting: (12, 12)
    case .calling: (6, 24)
    case .working: (10, 16)
    case .run: (12, 12)
    }
  }

  private func detail(_ segment: Timeline.Segment, _ row: String) -> String {
    let what = [segment.stage?.rawValue, segment.attempt.map { "attempt \($0)" }].compactMap { $0 }
    return "\(row): " + (what.isEmpty ? "" : what.joined(separator: ", ") + ": ")
      + "\(TimelineLegend.word(segment.kind)) for \(Self.exact(segment.durationMs)), "
      + "from \(since(segment.startMs)) to \(since(segment.endMs))"
      + (segment.note.map { "; \($0)" } ?? "") + "."
  }

  private func mark(_ mark: Timeline.Mark, _ row: String) -> Markup {
    let recorded = mark.recordedMs == mark.timeMs ? "" : ", recorded at \(since(mark.recordedMs))"
    let detail = "\(row): \(mark.text), at \(since(mark.timeMs))\(recorded), event \(mark.position)."
    return """
      <svg class="part mark \(mark.kind.rawValue)" x="\(scale.percent(mark.timeMs))%" y="18" \
      overflow="visible" tabindex="0" role="img" aria-label="\(detail)" data-mark="\(mark.kind.rawValue)" \
      data-time="\(mark.timeMs)" data-recorded="\(mark.recordedMs)" data-position="\(mark.position)">\
      <title>\(detail)</title><circle class="hit" r="10"/><circle class="disc" r="8"/>\(TimelineLegend.shape(mark.kind))</svg>
      """
  }

  // MARK: Words

  private func time(_ ms: Int64) -> String { CivilTime.rfc3339(ms: ms) }

  private func since(_ ms: Int64) -> String { "+" + Self.exact(ms - timeline.startMs) }

  /// A span to the millisecond, such as `2.345 s`.
  static func exact(_ ms: Int64) -> String {
    let (seconds, rest) = CivilTime.floorDivision(max(0, ms), 1_000)
    let fraction = ".\(CivilTime.padded(rest, 3)) s"
    if seconds < 60 { return "\(seconds)\(fraction)" }
    if seconds < 3_600 { return "\(seconds / 60) min \(seconds % 60)\(fraction)" }
    return "\(seconds / 3_600) h \(seconds / 60 % 60) min \(seconds % 60)\(fraction)"
  }

  /// What hatched parts are filled with.
  private static let patterns: Markup = """
    <svg width="0" height="0" class="patterns" aria-hidden="true"><defs>
    <pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">\
    <rect class="hatch-ground" width="6" height="6"/><rect class="hatch-line" width="2.5" height="6"/></pattern>
    <pattern id="dash" width="8" height="36" patternUnits="userSpaceOnUse">\
    <rect class="dash" width="4" height="36"/></pattern>
    <pattern id="dots" width="6" height="6" patternUnits="userSpaceOnUse">\
    <rect class="hatch-ground" width="6" height="6"/><circle class="hatch-line" cx="3" cy="3" r="1.4"/></pattern>
    </defs></svg>
    """
}
