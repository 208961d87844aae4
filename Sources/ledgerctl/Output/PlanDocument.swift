import BatchModel
import Core
import GitRepository
import Runner
import StrictJSON

/// A plan as scripts see it: `ledgerctl/plan/v1`.
enum PlanDocument {
  static func json(_ plan: BatchPlan) -> JSONValue {
    var members: [JSONValue.Member] = [
      .init("schema", "ledgerctl/plan/v1"), .init("batch", .string(plan.batch.text)),
      .init("action", .string(plan.action.rawValue)),
    ]
    if let state = plan.state { members.append(.init("state", .string(state.rawValue))) }
    members.append(.init("assets", .array(plan.assets.map(asset))))
    if let calls = plan.calls { members.append(.init("calls", self.calls(calls))) }
    members.append(.init("taken", .array(plan.taken.map(taken))))
    let replaced = Set(plan.taken.filter { $0.kind == .replace }.map(\.asset))
    members.append(.init("paths", .array(plan.targets.map { target($0, replaced) })))
    if let commit = plan.commit { members.append(.init("commit", self.commit(commit))) }
    members.append(.init("notes", .array(plan.notes.map(JSONValue.string))))
    members.append(.init("errors", .array(plan.faults.map(ResultDocument.error))))
    return .object(members)
  }

  private static func asset(_ asset: BatchPlan.AssetPlan) -> JSONValue {
    ["asset": .string(asset.asset.text), "stages": .array(asset.stages.map(stage))]
  }

  private static func stage(_ stage: BatchPlan.StagePlan) -> JSONValue {
    var members: [JSONValue.Member] = [
      .init("stage", .string(stage.stage.rawValue)), .init("action", .string(stage.action.rawValue)),
    ]
    if let commit = stage.from { members.append(.init("from", .string(commit))) }
    if let source = stage.source {
      members.append(
        .init(
          "source",
          ["position": JSONValue(source), "batch": stage.sourceBatch.map(JSONValue.string) ?? .null]))
    }
    if let why = stage.why { members.append(.init("why", .string(why))) }
    if let until = stage.until {
      members.append(.init("until", .string(CivilTime.rfc3339(ms: until.wallMs))))
    }
    return .object(members)
  }

  private static func calls(_ calls: BatchPlan.Calls) -> JSONValue {
    var members: [JSONValue.Member] = [
      .init("extractor", .string(calls.extractor)), .init("needed", JSONValue(calls.needed)),
    ]
    if let cost = calls.cost { members.append(.init("cost", .string(cost.text))) }
    if let allowed = calls.allowed { members.append(.init("allowed_now", JSONValue(allowed))) }
    if let next = calls.next { members.append(.init("next_at", .string(CivilTime.rfc3339(ms: next.wallMs)))) }
    return .object(members)
  }

  private static func taken(_ taken: TakenAsset) -> JSONValue {
    var members: [JSONValue.Member] = [
      .init("asset", .string(taken.asset.text)), .init("action", .string(taken.kind.rawValue)),
      .init("name", .string(taken.name)), .init("earlier_name", .string(taken.earlierName)),
      .init("new_image", .bool(taken.hasNewImage)),
    ]
    if let batch = taken.batch { members.append(.init("batch", .string(batch))) }
    if let commit = taken.commit { members.append(.init("commit", .string(commit))) }
    return .object(members)
  }

  private static func target(_ target: PlannedTarget, _ replaced: Set<AssetID>) -> JSONValue {
    [
      "path": .string(target.path), "asset": .string(target.asset.text),
      "role": .string(target.role.rawValue),
      "action": .string(action(target, replaced)),
    ]
  }

  /// The word for what happens to a path.
  static func action(_ target: PlannedTarget, _ replaced: Set<AssetID>) -> String {
    switch target.found {
    case .absent: "create"
    case .identical: "keep"
    case .replaced: replaced.contains(target.asset) ? "replace" : "update"
    case .removed: "remove"
    }
  }

  private static func commit(_ commit: BatchPlan.CommitPlan) -> JSONValue {
    var members: [JSONValue.Member] = [
      .init("ref", .string(commit.ref)), .init("branch", .string(commit.branch)),
      .init("author", .string(commit.author)), .init("message", .string(commit.message)),
    ]
    if commit.signs { members.append(.init("signed", true)) }
    if let parent = commit.parent { members.append(.init("parent", .string(parent))) }
    return .object(members)
  }
}
