import BatchModel
import Core
import GitRepository
import Runner

/// A batch's report for people.
enum ReportText {
  static func lines(_ report: BatchReport) -> [String] {
    var lines = head(report)
    let state = report.state
    for asset in report.assets {
      let stages = Stage.ofAsset.compactMap { stage -> String? in
        guard let how = asset.how[stage] else {
          return asset.stagesMs[stage].map { "\(stage.rawValue) \(SpanText.text(ms: $0))" }
        }
        return
          "\(stage.rawValue) \(how == .executed ? SpanText.text(ms: asset.stagesMs[stage] ?? 0) : how.rawValue)"
      }
      lines.append(
        "\(asset.id)  \(VisibleText.line(asset.name)), score \(asset.score) (\(asset.scoreFrom)), "
          + asset.state.rawValue)
      if !stages.isEmpty { lines.append("  \(stages.joined(separator: ", "))") }
      var taken: [String] = asset.calls > 0 ? [RunText.counted(asset.calls, "call")] : []
      if asset.waitingMs > 0 { taken.append("waited \(SpanText.text(ms: asset.waitingMs))") }
      taken += asset.cost.map(\.text)
      if !taken.isEmpty { lines.append("  \(taken.joined(separator: ", "))") }
    }
    if let targets = state.placement?.targets, !targets.isEmpty {
      lines.append("Files:")
      lines += targets.map {
        "  \(PlanText.padded(PlanDocument.action($0, []), 7))\(VisibleText.line($0.path))"
      }
    }
    return lines
  }

  /// What there is to say of the batch as a whole.
  static func head(_ report: BatchReport) -> [String] {
    let state = report.state
    let metrics = state.completion?.metrics ?? state.metrics
    let ending = state.reversion.map { "reverted by \($0.commit.prefix(7))" } ?? state.phase.rawValue
    var lines = ["Batch: \(report.batch), \(ending)"]
    lines.append(
      "When: \(CivilTime.rfc3339(ms: report.startedMs)) to \(CivilTime.rfc3339(ms: report.endedMs)), "
        + RunText.counted(state.runs.count, "run"))
    lines += state.runs.compactMap { run in
      run.start.actor == nil
        ? nil
        : "Run: \(CivilTime.rfc3339(ms: run.startedMs))"
          + VisibleText.line(EventSummary.by(run.start.actor, run.start.argv))
          + (run.finish.map { ", exit \($0.exit.rawValue)" } ?? "")
    }
    lines.append(RunText.processed(state, metrics))
    if state.placement != nil || state.completion != nil {
      lines.append(RunText.created(metrics, images: state.imagesCopied))
    }
    if let completion = state.completion { lines.append(RunText.committed(state, completion)) }
    let stages = Stage.allCases.compactMap { stage in
      metrics.stagesMs[stage.rawValue].map { "\(stage.rawValue) \(SpanText.text(ms: $0))" }
    }
    if !stages.isEmpty { lines.append("Stages: \(stages.joined(separator: ", "))") }
    let extractor = metrics.extractor
    lines.append(
      "Extractor: \(RunText.counted(report.calls, "call")) outside, \(extractor.reused) reused, "
        + "\(extractor.provided) provided, \(extractor.deferred) deferred, \(extractor.inDoubt) in doubt")
    if report.waitingMs > 0 {
      lines.append("Waiting: \(SpanText.text(ms: report.waitingMs)), over all assets")
    }
    if !report.cost.isEmpty || !report.saved.isEmpty {
      let cost = report.cost.isEmpty ? "nothing" : report.cost.map(\.text).joined(separator: " and ")
      let saved = report.saved.map(\.text).joined(separator: " and ")
      lines.append("Cost: \(cost)" + (saved.isEmpty ? "" : ", reuse saved \(saved)"))
    }
    return lines
  }
}
