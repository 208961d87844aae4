import Core
import Ledger
import Runner

/// An event that can be read means the same once stored again, and no sequence of events upsets the fold.
///
/// A line is an event: type, asset, stage, attempt and payload, with tabs between them; a time may follow the
/// attempt, as in `3@1764000000000`.
enum EventPromises {
  private static let mostEvents = 200
  private static let now = Moment(wallMs: 1_764_000_000_000, bootMs: 1_000, boot: "boot")

  static func check(_ bytes: [UInt8]) throws(BrokenPromise) {
    var state = BatchState()
    for (index, line) in bytes.split(separator: UInt8(ascii: "\n")).prefix(mostEvents).enumerated() {
      let stored = event(line, version: Int64(index) + 1)
      try? stored.requireShowable()
      guard let fact = try? BatchEvent(stored) else { continue }
      let written = fact.stored(timeMs: stored.timeMs, run: stored.run)
      try promise(written.type == stored.type, "\(stored.type) was stored as \(written.type)")
      let again = try? BatchEvent(event(written, like: stored))
      try promise(again == fact, "\(stored.type) means something else after storing it again")
      let twice = again?.stored(timeMs: stored.timeMs, run: stored.run)
      try promise(twice?.payload == written.payload, "\(stored.type) is spelt differently the second time")
      state.apply(StampedEvent(fact, timeMs: stored.timeMs, run: stored.run))
      look(at: state)
    }
  }

  /// Asks for everything that screens ask a state for.
  private static func look(at state: BatchState) {
    _ = (state.phase, state.isEnded, state.isHeld, state.metrics.savedPercent, state.openRun)
    for deadline in [state.calls.pausedUntil].compactMap({ $0 }) { _ = deadline.remainingMs(at: now) }
    for asset in state.assets { _ = (asset.name, asset.currentStage, asset.isPackaged) }
  }

  private static func event(_ line: ArraySlice<UInt8>, version: Int64) -> Event {
    let fields = line.split(separator: UInt8(ascii: "\t"), maxSplits: 4, omittingEmptySubsequences: false)
    func text(_ index: Int) -> String? {
      guard index < fields.count, !fields[index].isEmpty else { return nil }
      return String(decoding: fields[index], as: UTF8.self)
    }
    let numbers = (text(3) ?? "").split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
    return Event(
      position: version, version: version,
      timeMs: numbers.count == 2 ? Int64(numbers[1]) ?? version * 1000 : version * 1000, batch: "fuzz",
      run: "run-\(version % 3)", type: text(0) ?? "", asset: text(1), stage: text(2),
      attempt: numbers.first.flatMap { Int64($0) },
      payload: fields.count > 4 ? Array(fields[4]) : [], previous: .zero, hash: .zero)
  }

  private static func event(_ written: NewEvent, like stored: Event) -> Event {
    Event(
      position: stored.position, version: stored.version, timeMs: written.timeMs, batch: stored.batch,
      run: written.run, type: written.type, asset: written.asset, stage: written.stage,
      attempt: written.attempt, payload: written.payload, previous: .zero, hash: .zero)
  }
}
