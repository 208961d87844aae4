import BatchModel
import Core
import GitRepository
import Runner

/// Says how far an asset has come, and what it waits for.
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
          ?? "postponed")
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

  /// When the next thing that waits may start, and why not before; nil where nothing waits for a time.
  static func nextCall(in state: BatchState, at now: Moment) -> (until: Deadline, why: String)? {
    var found: (until: Deadline, why: String)?
    func take(_ until: Deadline?, _ why: String) {
      guard let until, until.remainingMs(at: now) > 0 else { return }
      if let known = found?.until, known.remainingMs(at: now) <= until.remainingMs(at: now) { return }
      found = (until, why)
    }
    for asset in state.assets {
      guard let stage = asset.currentStage else { continue }
      switch asset[stage].progress {
      case .failed(let failure): take(failure.next, failure.message)
      case .deferred(let deferral, _): take(deferral.until, deferral.message)
      case .waiting, .started, .completed: break
      }
    }
    if found == nil { take(state.calls.pausedUntil, "The extractor takes no call yet.") }
    return found
  }

  /// The same in few words, for a line that is drawn again and again; why something waits is said once elsewhere.
  static func brief(_ asset: AssetState, in state: BatchState, at now: Moment) -> Standing {
    guard let stage = asset.currentStage else { return Standing(text: "packaged", tone: .good) }
    func waits(_ until: Deadline?) -> Standing? {
      guard let until, until.remainingMs(at: now) > 0 else { return nil }
      return Standing(text: "waits \(SpanText.countdown(ms: until.remainingMs(at: now)))", tone: .waiting)
    }
    switch asset[stage].progress {
    case .failed(let failure):
      return waits(failure.next)
        ?? Standing(text: "failed in \(stage.rawValue): \(failure.message)", tone: .bad)
    case .deferred(let deferral, _):
      return waits(deferral.until) ?? Standing(text: "postponed: \(deferral.message)", tone: .waiting)
    case .started:
      let ms = now.wallMs - asset[stage].startedMs
      return Standing(text: stage.rawValue + (ms < 1_000 ? "" : " \(SpanText.age(ms: ms))"), tone: nil)
    case .waiting, .completed:
      let isPaused = stage == .extract ? waits(state.calls.pausedUntil) : nil
      return isPaused ?? Standing(text: asset.name.rawValue, tone: .quiet)
    }
  }

  static func waitedFor(_ stage: Stage) -> String { stage == .extract ? "the extractor" : stage.rawValue }
}
