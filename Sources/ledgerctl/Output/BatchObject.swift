import BatchModel
import Core
import GitRepository
import Runner
import StrictJSON

/// A batch as the result shows it to scripts.
enum BatchObject {
  static func json(
    _ batch: BatchID, _ state: BatchState, at now: Moment, isAlreadyLanded: Bool = false
  ) -> JSONValue {
    let metrics = state.completion?.metrics ?? state.metrics
    let faults = state.faults(batch: batch)
    var members: [JSONValue.Member] = [
      .init("batch", .string(batch.text)), .init("state", .string(state.phase.rawValue)),
      .init("status", .string(state.status(isRunning: false, at: now).rawValue)),
      .init(
        "assets",
        .array(
          state.assets.map { asset in Self.asset(asset, in: state, faults.first { $0.asset == asset.id.text })
          }
        )),
    ]
    if let sha = state.confirmation?.sha ?? state.completion?.commit {
      members.append(.init("commit", .string(sha)))
    }
    if let reversion = state.reversion { members.append(.init("reverted_by", .string(reversion.commit))) }
    if isAlreadyLanded { members.append(.init("already_landed", true)) }
    for (name, count) in [
      ("created", metrics.created), ("updated", metrics.updated), ("removed", metrics.removed),
      ("directories", metrics.directories),
    ] {
      members.append(.init(name, JSONValue(count)))
    }
    if let first = state.runs.first { members.append(time("started_at", first.startedMs)) }
    if state.isEnded { members.append(time("ended_at", state.lastMs)) }
    members += [
      .init("elapsed_ms", JSONValue(metrics.elapsedMs)), .init("serial_ms", JSONValue(metrics.serialMs)),
      .init("saved_percent", JSONValue(metrics.savedPercent)), .init("stages", stages(metrics)),
      .init("extractor", extractor(metrics.extractor)),
    ]
    return .object(members)
  }

  private static func time(_ name: String, _ ms: Int64) -> JSONValue.Member {
    .init(name, .string(CivilTime.rfc3339(ms: ms)))
  }

  private static func asset(_ asset: AssetState, in state: BatchState, _ fault: Fault?) -> JSONValue {
    var members: [JSONValue.Member] = [
      .init("asset", .string(asset.id.text)), .init("name", .string(state.name(of: asset.id))),
    ]
    if let path = state.path(of: asset.id) { members.append(.init("path", .string(path))) }
    members.append(.init("state", .string(asset.name.rawValue)))
    if let stage = asset.currentStage { members.append(.init("stage", .string(stage.rawValue))) }
    members += [
      .init("attempts", JSONValue(asset.attempts)),
      .init("files", .array(state.files(of: asset.id).map(JSONValue.string))),
      .init("ms", JSONValue(asset.executedMs)),
    ]
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
