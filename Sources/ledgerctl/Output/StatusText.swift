import Ledger
import Runner

/// Standings for people.
enum StatusText {
  /// One batch with its assets, and how to go on.
  static func lines(_ standing: BatchStanding, adding words: [String], _ style: Style) -> [String] {
    let state = standing.state
    var lines = ["\(style(standing.batch.text, .strong))  \(phase(state))"]
    let width = state.assets.map { $0.id.text.count }.max() ?? 0
    for asset in state.assets {
      let word = AssetText.standing(asset, in: state, at: standing.now)
      let text = VisibleText.line(word.text)
      lines.append("  \(asset.id.text.padded(to: width))  \(word.tone.map { style(text, $0) } ?? text)")
    }
    lines += notes(standing)
    for step in standing.next {
      lines.append("Next: \((step + words).joined(separator: " "))")
    }
    return lines
  }

  /// A line a batch.
  static func table(_ standings: [BatchStanding], _ style: Style) -> [String] {
    let width = standings.map { $0.batch.text.count }.max() ?? 0
    return standings.map { standing in
      "\(style(standing.batch.text.padded(to: width), .strong))  \(phase(standing.state))\(counts(standing.state))"
    }
  }

  private static func phase(_ state: BatchState) -> String {
    let branch = state.registration?.branchName ?? ""
    switch state.phase {
    case .committed:
      guard let sha = state.completion?.commit else { return "committed: \(branch) held it already" }
      return "committed  \(sha.prefix(7)) on \(branch)"
    case .cancelled:
      let why = state.cancellation?.why ?? ""
      return "cancelled" + (why.isEmpty ? "" : ": \(VisibleText.line(why))")
    case .open, .packaged, .placed: return state.phase.rawValue + (state.isHeld ? ", held" : "")
    }
  }

  private static func counts(_ state: BatchState) -> String {
    guard !state.isEnded else { return "  \(RunText.counted(state.assets.count, "asset"))" }
    let packaged = state.assets.count { $0.isPackaged }
    let failed = state.assets.count { $0.name == .failed }
    let deferred = state.assets.count { $0.name == .deferred }
    return "  \(packaged) of \(state.assets.count) packaged" + (failed > 0 ? ", \(failed) failed" : "")
      + (deferred > 0 ? ", \(deferred) put off" : "")
  }

  private static func notes(_ standing: BatchStanding) -> [String] {
    let state = standing.state
    var notes: [String] = []
    if let landing = standing.landing, landing != .landed {
      let branch = state.registration?.branchName ?? ""
      notes.append(
        (landing == .reverted
          ? "  The commit was reverted on \(branch). " : "  The commit is no longer on \(branch). ")
          + "Land it again with `ledgerctl run MANIFEST --again`.")
    }
    for (stage, found) in [(Stage.place, state.place), (.commit, state.commit)] {
      if case .deferred(let deferral, _) = found.progress {
        notes.append("  \(stage.rawValue) is put off: \(VisibleText.line(deferral.message))")
      }
    }
    if let run = state.openRun {
      notes.append(
        "  Process \(run.start.process) on \(run.start.host) has worked on it since "
          + "\(ClockText.local(ms: run.startedMs)) and is at work still, or died.")
    }
    return notes
  }
}
