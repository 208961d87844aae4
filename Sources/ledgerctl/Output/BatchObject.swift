import Runner

/// A batch as the result shows it to scripts.
enum BatchObject {
  static func json(_ batch: BatchID, _ state: BatchState, isAlreadyLanded: Bool = false) -> JSONValue {
    let metrics = state.completion?.metrics ?? state.metrics
    let faults = state.faults(batch: batch)
    var members: [JSONValue.Member] = [
      .init("batch", .string(batch.text)), .init("state", .string(state.phase.rawValue)),
      .init(
        "assets",
        .array(state.assets.map { asset in Self.asset(asset, faults.first { $0.asset == asset.id.text }) })),
    ]
    if let sha = state.confirmation?.sha ?? state.completion?.commit {
      members.append(.init("commit", .string(sha)))
    }
    if isAlreadyLanded { members.append(.init("already_landed", true)) }
    for (name, count) in [
      ("created", metrics.created), ("updated", metrics.updated), ("removed", metrics.removed),
      ("directories", metrics.directories),
    ] {
      members.append(.init(name, JSONValue(count)))
    }
    members += [
      .init("elapsed_ms", JSONValue(metrics.elapsedMs)), .init("serial_ms", JSONValue(metrics.serialMs)),
      .init("saved_percent", JSONValue(metrics.savedPercent)), .init("stages", stages(metrics)),
      .init("extractor", extractor(metrics.extractor)),
    ]
    return .object(members)
  }

  private static func asset(_ asset: AssetState, _ fault: Fault?) -> JSONValue {
    var members: [JSONValue.Member] = [
      .init("asset", .string(asset.id.text)), .init("state", .string(asset.name.rawValue)),
    ]
    if let stage = asset.currentStage { members.append(.init("stage", .string(stage.rawValue))) }
    members.append(.init("attempts", JSONValue(asset.attempts)))
    if let fault { members.append(.init("error", ResultDocument.error(fault))) }
    return .object(members)
  }

  private static func stages(_ metrics: BatchMetrics) -> JSONValue {
    .object(
      Stage.allCases.compactMap { stage in
        metrics.stagesMs[stage.rawValue].map { .init(stage.rawValue + "_ms", JSONValue($0)) }
      })
  }

  private static func extractor(_ extraction: BatchMetrics.Extraction) -> JSONValue {
    [
      "calls": JSONValue(extraction.calls), "reused": JSONValue(extraction.reused),
      "provided": JSONValue(extraction.provided), "deferred": JSONValue(extraction.deferred),
      "in_doubt": JSONValue(extraction.inDoubt),
    ]
  }
}

extension AssetState {
  /// Attempts spent on the stage that took the most.
  var attempts: Int { stages.map(\.attemptsSpent).max() ?? 0 }
}
