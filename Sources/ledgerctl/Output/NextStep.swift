import BatchModel
import GitRepository
import Runner

/// The commands with which a user continues from where a run has ended.
enum NextStep {
  /// Each as its words, the most useful first; none where there is nothing to continue with.
  static func after(_ batch: BatchID, _ state: BatchState) -> [[String]] {
    guard state.registration != nil, !state.isEnded else { return [] }
    let failed = state.assets.filter { $0.name == .failed }
    var steps: [[String]] = []
    if failed.isEmpty || state.assets.contains(where: { !$0.isPackaged && $0.name != .failed }) {
      steps.append(["ledgerctl", "resume", batch.text])
    }
    if !failed.isEmpty { steps.append(["ledgerctl", "retry", batch.text] + failed.map(\.id.text)) }
    return steps
  }
}
