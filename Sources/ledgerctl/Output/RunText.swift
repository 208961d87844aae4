import BatchModel
import GitRepository
import Runner

/// What a run that ended has to say to people: the original request's three lines, or why there are none.
enum RunText {
  /// Lines for stdout.
  static func lines(_ report: RunReport, worked: Bool) -> [String] {
    let state = report.state
    if let completion = state.completion {
      if worked { return landed(state, completion) }
      return report.exit == .done ? [nothing(report, completion)] : []
    }
    if state.cancellation != nil, report.exit == .done {
      return ["Nothing to do: batch \(report.batch) was cancelled"]
    }
    if report.exit == .done, state.isHeld {
      return [
        processed(state, state.metrics),
        "Held: nothing is placed or committed before `ledgerctl resume \(report.batch)`",
      ]
    }
    return state.registration == nil || state.isEnded ? [] : [notCommitted(state)]
  }

  /// `Not committed: 4 of 5 assets packaged, 1 failed`
  private static func notCommitted(_ state: BatchState) -> String {
    let packaged = state.assets.count { $0.isPackaged }
    let failed = state.assets.count { $0.name == .failed }
    let waiting = state.assets.count { $0.name == .deferred }
    return "Not committed: \(packaged) of \(counted(state.assets.count, "asset")) packaged"
      + (failed > 0 ? ", \(failed) failed" : "") + (waiting > 0 ? ", \(waiting) waiting" : "")
  }

  private static func landed(_ state: BatchState, _ completion: BatchCompletion) -> [String] {
    [
      processed(state, completion.metrics), created(completion.metrics, images: state.imagesCopied),
      committed(state, completion),
    ]
  }

  private static func nothing(_ report: RunReport, _ completion: BatchCompletion) -> String {
    let branch = report.state.registration?.branchName ?? ""
    guard let sha = completion.commit else {
      return "Nothing to do: \(branch) held the bundles of batch \(report.batch) already"
    }
    if report.isFoundInHistory || completion.alreadyPresent {
      return
        "Nothing to do: batch \(report.batch) landed as \(sha.prefix(7)) on \(branch) (found in the history)"
    }
    return "Nothing to do: batch \(report.batch) landed as commit \(sha.prefix(7)) on \(branch)"
  }

  /// Below this many milliseconds nobody cares what was saved; where nothing was, there is nothing to say.
  private static let shortestComparedMs: Int64 = 2_000

  /// `Processed: 3 assets in 5.2s (15.4s one after another, 66% saved)`
  static func processed(_ state: BatchState, _ metrics: BatchMetrics) -> String {
    let text = "Processed: \(counted(state.assets.count, "asset")) in \(SpanText.text(ms: metrics.elapsedMs))"
    guard metrics.elapsedMs >= shortestComparedMs, metrics.savedPercent > 0 else { return text }
    return text
      + " (\(SpanText.text(ms: metrics.serialMs)) one after another, \(metrics.savedPercent)% saved)"
  }

  /// `Created: 9 files across 3 directories, 3 images copied`, and what else became of files.
  static func created(_ metrics: BatchMetrics, images: Int = 0) -> String {
    "Created: \(counted(metrics.created, "file")) across "
      + counted(metrics.directories, "directory", "directories")
      + (images > 0 ? ", \(counted(images, "image")) copied" : "")
      + (metrics.updated > 0 ? ", updated \(metrics.updated)" : "")
      + (metrics.removed > 0 ? ", removed \(metrics.removed)" : "")
  }

  static func committed(_ state: BatchState, _ completion: BatchCompletion) -> String {
    let branch = state.registration?.branchName ?? ""
    if completion.alreadyPresent, let sha = completion.commit {
      return "Committed: nothing: landed as \(sha.prefix(7)) on \(branch) (found in the history)"
    }
    guard let sha = completion.commit else {
      return "Committed: nothing to commit: the branch holds these bundles already"
    }
    return "Committed: 1 consolidated commit \(sha.prefix(7)) on \(branch)"
  }

  static func counted(_ count: Int, _ one: String, _ many: String? = nil) -> String {
    "\(count) \(count == 1 ? one : many ?? one + "s")"
  }
}
