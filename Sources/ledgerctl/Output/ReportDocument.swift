import BatchModel
import Core
import GitRepository
import Runner
import StrictJSON

/// Reports for scripts: `ledgerctl/report/v1`.
enum ReportDocument {
  static func line(_ reports: [BatchReport]) -> String {
    let document: JSONValue = [
      "schema": "ledgerctl/report/v1", "batches": .array(reports.map(batch)), "errors": [], "notes": [],
    ]
    return JSONWriter.compact(document) + "\n"
  }

  private static func batch(_ report: BatchReport) -> JSONValue {
    let ofBatch = BatchObject.json(report.batch, report.state, at: SystemClock().now()).members ?? []
    var members: [JSONValue.Member] = [
      .init("assets", .array(report.assets.map(asset))),
      .init("started_at", .string(CivilTime.rfc3339(ms: report.startedMs))),
      .init("ended_at", .string(CivilTime.rfc3339(ms: report.endedMs))),
      .init("waiting_ms", JSONValue(report.waitingMs)), .init("calls", JSONValue(report.calls)),
      .init("cost", prices(report.cost)), .init("saved", prices(report.saved)),
      .init("runs", .array(report.state.runs.map(run))),
    ]
    if let branch = report.state.registration?.branchName { members.append(.init("branch", .string(branch))) }
    if let targets = report.state.placement?.targets {
      members.append(.init("files", .array(targets.map(file))))
    }
    let names = Set(members.map(\.name))
    return .object(ofBatch.filter { !names.contains($0.name) } + members)
  }

  private static func file(_ target: PlannedTarget) -> JSONValue {
    [
      "path": .string(target.path), "asset": .string(target.asset.text),
      "action": .string(PlanDocument.action(target, [])),
      "sha256": target.digest.map { JSONValue.string($0.hex) } ?? .null,
    ]
  }

  private static func asset(_ asset: BatchReport.Asset) -> JSONValue {
    let stages = Stage.ofAsset.compactMap { stage -> JSONValue.Member? in
      guard asset.stagesMs[stage] != nil || asset.how[stage] != nil else { return nil }
      return .init(
        stage.rawValue,
        [
          "ms": JSONValue(asset.stagesMs[stage] ?? 0),
          "how": asset.how[stage].map { .string($0.rawValue) } ?? .null,
        ])
    }
    return [
      "asset": .string(asset.id.text), "name": .string(asset.name), "category": .string(asset.category),
      "path": .string(asset.path), "score": .number(asset.score), "score_from": .string(asset.scoreFrom),
      "state": .string(asset.state.rawValue), "ms": JSONValue(asset.stagesMs.values.reduce(0, +)),
      "stages": .object(stages), "calls": JSONValue(asset.calls), "waiting_ms": JSONValue(asset.waitingMs),
      "cost": prices(asset.cost), "files": .array(asset.files.map(JSONValue.string)),
    ]
  }

  private static func run(_ run: BatchState.RunRecord) -> JSONValue {
    var members: [JSONValue.Member] = [
      .init("run", .string(run.id)), .init("started_at", .string(CivilTime.rfc3339(ms: run.startedMs))),
      .init("ended_at", .string(CivilTime.rfc3339(ms: run.lastMs))), .init("host", .string(run.start.host)),
      .init("process", JSONValue(Int(run.start.process))),
    ]
    if let exit = run.finish?.exit { members.append(.init("exit", JSONValue(Int(exit.rawValue)))) }
    if let actor = run.start.actor {
      var who: [JSONValue.Member] = [
        .init("user", .string(actor.user)), .init("via", .string(actor.via.rawValue)),
      ]
      if let uid = actor.uid { who.append(.init("uid", JSONValue(Int(uid)))) }
      if let client = actor.client { who.append(.init("client", .string(client))) }
      members.append(.init("actor", .object(who)))
    }
    if let argv = run.start.argv { members.append(.init("argv", .array(argv.map(JSONValue.string)))) }
    return .object(members)
  }

  private static func prices(_ prices: [Price]) -> JSONValue { .array(prices.map { .string($0.text) }) }
}
