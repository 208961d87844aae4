import BatchModel
import Core

/// Shows the events as a table, and the box that filters them where the page's script runs.
struct EventTableMarkup {
  let events: [ReportEvent]

  var section: Markup {
    """
    <section aria-labelledby="events-title">
    <h2 id="events-title">Events</h2>
    <p class="filter" id="filter-row" hidden><label for="filter">Filter events</label> \
    <input id="filter" type="search" autocomplete="off" placeholder="for example: failed ASSET-3"> \
    <span id="filter-count" role="status">\(events.count) events</span></p>
    <div class="scroll" tabindex="0" role="region" aria-labelledby="events-title">
    <table class="events" id="events">
    <thead><tr><th scope="col">Position</th><th scope="col">Time (UTC)</th><th scope="col">Event</th>\
    <th scope="col">Subject</th><th scope="col">What it says</th></tr></thead>
    <tbody>\(Markup(joining: events.map(row), separator: "\n"))</tbody></table></div>
    </section>
    """
  }

  private func row(_ event: ReportEvent) -> Markup {
    let time = CivilTime.rfc3339(ms: event.stamped.timeMs)
    let subject = [
      event.asset?.text, event.ref?.stage.rawValue, event.ref.map { "#\($0.attempt)" },
    ].compactMap { $0 }.joined(separator: " ")
    return """
      <tr data-position="\(event.position)" data-time="\(event.stamped.timeMs)" \
      data-type="\(event.stamped.event.typeName)" data-run="\(event.stamped.run)"><td>\(event.position)</td>\
      <td><time datetime="\(time)">\(time)</time></td><td><code>\(event.stamped.event.typeName)</code></td>\
      <td>\(Markup.outside(subject))</td><td>\(Markup.outside(event.summary))</td></tr>
      """
  }
}
