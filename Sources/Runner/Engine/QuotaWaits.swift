import BatchModel
import Core

/// How long one run has waited for a server that says it is limited.
///
/// Both the sum of all waits of the run and the time since its last answer are bounded by `max_wait`: a server that is
/// limited for ever in small steps would otherwise be asked for ever. Waits for our own limits alone don't count.
struct QuotaWaits: Hashable, Sendable {
  private var sumMs: Int64 = 0
  private var began: Moment?
  /// When the server first said so without an answer since.
  private var limitedSince: Moment?

  /// Takes in what came of the calls.
  mutating func take(_ facts: [BatchEvent], at now: Moment) {
    for fact in facts {
      switch fact {
      case .stageCompleted(let ref, let completion)
      where ref.stage == .extract && completion.how == .executed:
        limitedSince = nil
      case .stageDeferred(_, let deferral) where deferral.isServersLimit:
        limitedSince = limitedSince ?? now
      default: break
      }
    }
  }

  /// Nothing runs, and some asset waits: the wait counts where it is for the server.
  mutating func begin(at now: Moment, _ state: BatchState) {
    let waits = state.assets.contains { asset in
      guard case .deferred(let deferral, _) = asset[.extract].progress else { return false }
      return deferral.isServersLimit
    }
    if waits { began = now }
  }

  mutating func end(at now: Moment) {
    if let began { sumMs += max(0, now.bootMs - began.bootMs) }
    began = nil
  }

  /// The longest of the next wait alone, all waits with it, and the time without an answer.
  func totalMs(with next: Deadline, at now: Moment) -> Int64 {
    let nextMs = next.remainingMs(at: now)
    guard let limitedSince else { return nextMs }
    return nextMs + max(0, sumMs, now.bootMs - limitedSince.bootMs)
  }
}

extension StageDeferral {
  fileprivate var isServersLimit: Bool { reason == .limited && source != BatchState.ownLimit }
}
