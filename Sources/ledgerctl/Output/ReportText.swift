import Runner

/// A batch's metrics for people.
enum ReportText {
  static func lines(_ batch: BatchID, _ state: BatchState) -> [String] {
    let metrics = state.completion?.metrics ?? state.metrics
    var lines = ["Batch: \(batch), \(state.phase.rawValue)", RunText.processed(state, metrics)]
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
      "Extractor: \(RunText.counted(extractor.calls, "call")), \(extractor.reused) reused, "
        + "\(extractor.provided) provided, \(extractor.deferred) deferred, \(extractor.inDoubt) in doubt")
    lines.append("Runs: \(state.runs.count)")
    return lines
  }
}
