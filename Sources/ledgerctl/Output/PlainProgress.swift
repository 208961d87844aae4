import BatchModel
import Core
import GitRepository
import Ledger
import Runner

/// Says what a batch does where nothing can be drawn: a line for what a person wants to know, and one now and then for
/// what is waited for. Pure but for what it remembers of its own lines.
struct PlainProgress {
  /// After so long without a line, one says what is waited for.
  static let silenceMs: Int64 = 30_000
  /// What takes less is not worth a line.
  private static let shortestToldMs: Int64 = 1_000
  private static let mostNamed = 5

  private var lastSaidMs: Int64?
  /// Waits that have been told: several assets wait for the same.
  private var told: Set<String> = []

  /// The line for an event that `state` holds already; nil where there is nothing to say.
  mutating func line(_ event: Event, _ state: BatchState, at now: Moment) -> String? {
    lastSaidMs = lastSaidMs ?? now.bootMs
    guard let fact = try? BatchEvent(event), let text = text(fact, state) else { return nil }
    lastSaidMs = now.bootMs
    let subject = [event.asset ?? event.batch, event.stage].compactMap { $0 }.joined(separator: " ")
    return "\(subject): \(VisibleText.line(text))"
  }

  private mutating func text(_ fact: BatchEvent, _ state: BatchState) -> String? {
    switch fact {
    case .stageStarted(let ref, _):
      return ref.stage == .extract ? Self.asked(state).map { "asking \($0)" } : nil
    case .stageCompleted(let ref, let completion):
      let isWorthALine =
        ref.stage == .extract || (completion.durationMs >= Self.shortestToldMs && ref.asset != nil)
      return isWorthALine ? EventSummary.text(fact) : nil
    case .stageDeferred(_, let deferral):
      let key = "\(deferral.message) \(deferral.until.map { $0.wallMs / 1000 } ?? 0)"
      return told.insert(key).inserted ? EventSummary.text(fact) : nil
    case .assetPackaged: return "packaged"
    case .runInterrupted(let interruption) where interruption.run == state.runs.last?.id: return nil
    case .stageFailed, .stageInvalidated, .stageInterrupted, .batchRegistered, .batchRevised, .batchPlaced,
      .commitConfirmed, .commitSuperseded, .runInterrupted, .assetRetried, .batchCancelled,
      .batchReverted:
      return EventSummary.text(fact)
    case .runStarted, .runFinished, .commitIntended, .batchCompleted: return nil
    }
  }

  /// What is waited for, where nothing was said for a while; nil where nothing is, or it is too early.
  mutating func reminder(_ state: BatchState, at now: Moment) -> String? {
    let last = lastSaidMs ?? now.bootMs
    lastSaidMs = last
    guard now.bootMs - last >= Self.silenceMs, let text = Self.waiting(state, at: now) else { return nil }
    lastSaidMs = now.bootMs
    return text
  }

  /// What a batch waits for now, in one line.
  static func waiting(_ state: BatchState, at now: Moment) -> String? {
    var calls: [String] = []
    var others: [String] = []
    for asset in state.assets {
      guard let stage = asset.currentStage, case .started = asset[stage].progress else { continue }
      let span = SpanText.running(ms: now.wallMs - asset[stage].startedMs)
      if stage == .extract, asked(state) != nil {
        calls.append("\(asset.id) (\(span))")
      } else {
        others.append("\(asset.id) \(stage.rawValue) (\(span))")
      }
    }
    for (stage, found) in [(Stage.place, state.place), (.commit, state.commit)] {
      guard case .started = found.progress else { continue }
      others.append("\(stage.rawValue) (\(SpanText.running(ms: now.wallMs - found.startedMs)))")
    }
    if !calls.isEmpty { return "Waiting for \(asked(state) ?? ""): \(named(calls))." }
    if !others.isEmpty { return "Still running: \(named(others))." }
    guard let wait = AssetText.nextCall(in: state, at: now) else { return nil }
    return "Waiting until \(ClockText.local(ms: wait.until.wallMs)) "
      + "(\(SpanText.countdown(ms: wait.until.remainingMs(at: now))) left): \(VisibleText.line(wait.why))"
  }

  /// The outside program that extracts; nil where none does.
  private static func asked(_ state: BatchState) -> String? {
    guard let extractor = state.registration?.configuration.extractor, extractor.kind != .local else {
      return nil
    }
    return VisibleText.line(extractor.command.joined(separator: " "))
  }

  private static func named(_ all: [String]) -> String {
    all.prefix(mostNamed).joined(separator: ", ")
      + (all.count > mostNamed ? " and \(all.count - mostNamed) more" : "")
  }
}
