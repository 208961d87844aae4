import Ledger
import Runner

/// Says where an asset stands, and what it waits for.
enum AssetText {
  struct Standing {
    var text: String
    var tone: Style.Tone?
  }

  static func standing(_ asset: AssetState, in state: BatchState, at now: Moment) -> Standing {
    guard let stage = asset.currentStage else { return Standing(text: "packaged", tone: .good) }
    switch asset[stage].progress {
    case .failed(let failure):
      guard let next = failure.next else {
        return Standing(text: "failed in \(stage.rawValue): \(failure.message)", tone: .bad)
      }
      return Standing(
        text: "tries \(stage.rawValue) again at \(ClockText.local(ms: next.wallMs)): \(failure.message)",
        tone: .waiting)
    case .deferred(let deferral, _):
      let until = deferral.until.flatMap { $0.remainingMs(at: now) > 0 ? $0 : nil }
      return Standing(
        text: (until.map { "waits for \(waitedFor(stage)) until \(ClockText.local(ms: $0.wallMs))" }
          ?? "put off")
          + ": \(deferral.message)", tone: .waiting)
    case .started: return Standing(text: stage.rawValue, tone: nil)
    case .waiting, .completed:
      if stage == .extract, let paused = state.calls.pausedUntil, paused.remainingMs(at: now) > 0 {
        return Standing(
          text: "waits for the extractor until \(ClockText.local(ms: paused.wallMs))", tone: .waiting)
      }
      return Standing(text: "\(asset.name.rawValue), \(stage.rawValue) is next", tone: .quiet)
    }
  }

  static func waitedFor(_ stage: Stage) -> String { stage == .extract ? "the extractor" : stage.rawValue }
}
