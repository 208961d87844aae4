import Core

/// Maps times to places on an axis, from 0 to 100, and says where its ticks are.
///
/// In proportion, but for long gaps in which nothing was recorded, such as a night before a resume: a gap that is
/// far longer than all that is shorter becomes a break of fixed width.
package struct TimeScale: Hashable, Sendable {
  /// A stretch of the axis that is drawn in proportion, or a break.
  package struct Piece: Hashable, Sendable {
    package var startMs: Int64
    package var endMs: Int64
    /// Percent of the width.
    package var from: Double
    package var to: Double
    package var isBreak: Bool
  }

  /// A place on the axis that has a label.
  package struct Tick: Hashable, Sendable {
    package var timeMs: Int64
    package var percent: Double
    package var label: String
  }

  package private(set) var pieces: [Piece] = []
  private let startMs: Int64

  /// A gap shorter than this is never a break.
  private static let shortestBreakMs: Int64 = 600_000
  /// A break is this many times as long as all shorter gaps together.
  private static let breakFactor: Int64 = 4
  /// What breaks take of the width, in percent: each, and all at most.
  private static let breakWidth = 8.0
  private static let mostBreaksWidth = 40.0

  /// Takes the times of all events in order, the first and last of which are the axis' ends.
  package init(_ timesMs: [Int64]) {
    startMs = timesMs.first ?? 0
    let gaps = zip(timesMs, timesMs.dropFirst()).filter { $0 < $1 }
    let limitMs = Self.limitMs(gaps.map { $1 - $0 })
    let breaks = gaps.count { $1 - $0 >= limitMs }
    let shownMs = max(1, gaps.reduce(0) { $0 + ($1.1 - $1.0 < limitMs ? $1.1 - $1.0 : 0) })
    let width = min(Self.breakWidth, Self.mostBreaksWidth / Double(max(1, breaks)))
    let share = (100 - width * Double(breaks)) / Double(shownMs)
    var place = 0.0
    for (start, end) in gaps {
      let isBreak = end - start >= limitMs
      let next = place + (isBreak ? width : Double(end - start) * share)
      if !isBreak, pieces.last?.isBreak == false {
        pieces[pieces.count - 1].endMs = end
        pieces[pieces.count - 1].to = next
      } else {
        pieces.append(Piece(startMs: start, endMs: end, from: place, to: next, isBreak: isBreak))
      }
      place = next
    }
  }

  /// From which length on a gap is a break.
  private static func limitMs(_ gapsMs: [Int64]) -> Int64 {
    var sumMs: Int64 = 0
    for gapMs in gapsMs.sorted() {
      if gapMs >= shortestBreakMs, gapMs / breakFactor > sumMs { return gapMs }
      sumMs += gapMs
    }
    return .max
  }

  /// The place of a time, in percent of the width.
  package func percent(_ timeMs: Int64) -> Double {
    guard let piece = pieces.first(where: { timeMs <= $0.endMs }) else { return pieces.isEmpty ? 0 : 100 }
    let part = Double(max(0, timeMs - piece.startMs)) / Double(piece.endMs - piece.startMs)
    return piece.from + part * (piece.to - piece.from)
  }

  /// Steps between ticks that people count in, in milliseconds.
  private static let stepsMs: [Int64] =
    [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 15_000, 30_000, 60_000, 120_000]
    + [300_000, 600_000, 900_000, 1_800_000, 3_600_000, 7_200_000, 14_400_000, 43_200_000, 86_400_000]
  private static let mostTicks: Int64 = 5
  /// Ticks nearer than this, in percent, would write over each other on a narrow screen.
  private static let leastDistance = 15.0

  /// Places with labels, which are times since the start; at most five or so.
  package var ticks: [Tick] {
    let shownMs = pieces.reduce(Int64(0)) { $0 + ($1.isBreak ? 0 : $1.endMs - $1.startMs) }
    let step = Self.stepsMs.first { shownMs / $0 <= Self.mostTicks } ?? max(1, shownMs / Self.mostTicks)
    var ticks: [Tick] = []
    for piece in pieces where !piece.isBreak {
      let first = (piece.startMs - startMs + step - 1) / step
      for sinceMs in stride(from: first * step, through: piece.endMs - startMs, by: Int(step)) {
        let place = percent(startMs + sinceMs)
        if let last = ticks.last, place - last.percent < Self.leastDistance { continue }
        let text = sinceMs == 0 ? "0" : "+" + Self.text(ms: sinceMs, step: step)
        // Steps below what a long time is told in would repeat a label.
        if text == ticks.last?.label { continue }
        ticks.append(Tick(timeMs: startMs + sinceMs, percent: place, label: text))
      }
    }
    return ticks
  }

  private static func text(ms: Int64, step: Int64) -> String {
    step < 1_000 && ms % 1_000 != 0 && ms < 60_000 ? "\(ms) ms" : SpanText.text(ms: ms)
  }
}
