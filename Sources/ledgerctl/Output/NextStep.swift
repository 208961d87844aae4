import Runner

/// The commands with which a user goes on from where a run has ended.
enum NextStep {
  /// Each as its words, the most useful first; none where there is nothing to go on with.
  static func after(_ report: RunReport) -> [[String]] {
    let state = report.state
    guard state.registration != nil, !state.isEnded else { return [] }
    let batch = report.batch.text
    var steps: [[String]] = []
    let failed = state.assets.filter { $0.name == .failed }
    for refreshing in [false, true] {
      let assets = failed.filter { ($0.currentStage == .validate) == refreshing }.map(\.id.text)
      guard !assets.isEmpty else { continue }
      steps.append(["ledgerctl", "retry", batch] + assets + (refreshing ? ["--refresh"] : []))
    }
    if failed.count < state.assets.count || failed.isEmpty, report.exit != .someFailed {
      steps.insert(["ledgerctl", "resume", batch], at: 0)
    }
    return steps
  }
}
