import BatchModel
import Core
import GitRepository
import Runner

/// Where batches are, for people.
enum StatusText {
  /// One batch with its assets, and how to continue.
  static func lines(_ standing: BatchStanding, adding words: [String], _ style: Style) -> [String] {
    let state = standing.state
    let head = [word(standing, style), detail(standing), counts(state), age(standing)]
    var lines = [
      "\(style(standing.batch.text, .strong))  " + head.filter { !$0.isEmpty }.joined(separator: "  ")
    ]
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

  private static func age(_ standing: BatchStanding) -> String {
    let registered = SpanText.age(ms: standing.now.wallMs - standing.state.registeredMs)
    let changed = SpanText.age(ms: standing.now.wallMs - standing.state.lastMs)
    return "registered \(registered) ago" + (changed == registered ? "" : ", last change \(changed) ago")
  }

  /// A line a batch.
  static func table(_ standings: [BatchStanding], _ style: Style) -> [String] {
    let width = standings.map { $0.batch.text.count }.max() ?? 0
    return standings.map { standing in
      let age = "\(SpanText.age(ms: standing.now.wallMs - standing.state.lastMs)) ago"
      return
        "\(style(standing.batch.text.padded(to: width), .strong))  \(word(standing, style, padded: true))  "
        + [detail(standing), counts(standing.state), age].filter { !$0.isEmpty }.joined(separator: "  ")
    }
  }

  private static func word(_ standing: BatchStanding, _ style: Style, padded: Bool = false) -> String {
    let status = standing.status
    let text = padded ? status.rawValue.padded(to: 11) : status.rawValue
    return switch status {
    case .failed, .gone, .interrupted: style(text, .bad)
    case .waiting, .held: style(text, .waiting)
    case .landed: style(text, .good)
    case .queued, .running, .stopped, .reverted, .cancelled: text
    }
  }

  /// What belongs to the word: which commit, who, until when, why.
  private static func detail(_ standing: BatchStanding) -> String {
    let state = standing.state
    let branch = state.registration?.branchName ?? ""
    switch standing.status {
    case .landed, .gone, .reverted:
      guard let sha = state.completion?.commit else { return "\(branch) held it already" }
      return "\(sha.prefix(7)) on \(branch)"
    case .cancelled: return VisibleText.line(state.cancellation?.why ?? "")
    case .running: return owner(standing)
    case .waiting:
      return state.waitsUntil(at: standing.now).map { "until \(ClockText.local(ms: $0.wallMs))" } ?? ""
    case .interrupted:
      return state.openRun.map { "process \($0.start.process) on \($0.start.host) died" } ?? ""
    case .stopped:
      return state.runs.last?.finish.flatMap { $0.signal ?? $0.code.map { $0.replacing("_", with: " ") } }
        ?? ""
    case .queued, .held, .failed: return ""
    }
  }

  private static func owner(_ standing: BatchStanding) -> String {
    var words: [String] = []
    if let owner = standing.owner, owner.process > 0 {
      words.append("process \(owner.process) on \(owner.host)")
      if owner.isElsewhere { words.append("(in another PID namespace)") }
      if let user = owner.user { words.append("by \(user)") }
    }
    if let since = standing.sinceMs { words.append("since \(ClockText.local(ms: since))") }
    return VisibleText.line(words.joined(separator: " "))
  }

  private static func counts(_ state: BatchState) -> String {
    guard !state.isEnded else { return RunText.counted(state.assets.count, "asset") }
    let packaged = state.assets.count { $0.isPackaged }
    let failed = state.assets.count { $0.name == .failed }
    let deferred = state.assets.count { $0.name == .deferred }
    return "\(packaged) of \(state.assets.count) packaged" + (failed > 0 ? ", \(failed) failed" : "")
      + (deferred > 0 ? ", \(deferred) waiting" : "")
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
        notes.append("  \(stage.rawValue) is postponed: \(VisibleText.line(deferral.message))")
      }
    }
    return notes
  }
}
