import Ledger
import Runner

/// Says how a batch goes on where nothing can be drawn: a line for what a person wants to know, none for the rest.
enum PlainProgress {
  static func line(_ event: Event) -> String? {
    guard let fact = try? BatchEvent(event) else { return nil }
    switch fact {
    case .stageCompleted, .stageFailed, .stageDeferred, .stageInvalidated, .stageInterrupted,
      .batchRegistered,
      .batchRevised, .batchPlaced, .commitConfirmed, .commitSuperseded, .runInterrupted, .assetRetried,
      .batchCancelled:
      let subject = [event.asset ?? event.batch, event.stage].compactMap { $0 }.joined(separator: " ")
      return "\(subject): \(VisibleText.line(EventSummary.text(fact)))"
    case .runStarted, .runFinished, .stageStarted, .assetPackaged, .commitIntended, .batchCompleted:
      return nil
    }
  }
}
