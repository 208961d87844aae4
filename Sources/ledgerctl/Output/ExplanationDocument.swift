import Core
import GitRepository
import Runner
import StrictJSON

/// An explanation as scripts see it: `ledgerctl/explain/v1`.
enum ExplanationDocument {
  static func json(_ explanation: Explanation) -> JSONValue {
    [
      "schema": "ledgerctl/explain/v1", "batch": .string(explanation.batch.text),
      "asset": .string(explanation.asset.text), "state": .string(explanation.state.rawValue),
      "stages": .array(explanation.stages.map(stage)),
    ]
  }

  private static func stage(_ stage: Explanation.StageExplanation) -> JSONValue {
    var members: [JSONValue.Member] = [
      .init("stage", .string(stage.stage.rawValue)), .init("outcome", .string(stage.outcome.rawValue)),
      .init("reason", .object(reason(stage.reason))),
    ]
    if let position = stage.position { members.append(.init("position", JSONValue(position))) }
    if let compared = stage.comparedWith {
      var other: [JSONValue.Member] = [.init("position", JSONValue(compared))]
      if let batch = stage.comparedBatch { other.append(.init("batch", .string(batch))) }
      members.append(.init("compared_with", .object(other)))
    }
    if let commit = stage.from { members.append(.init("from", .string(commit))) }
    if let key = stage.key { members.append(.init("key", .string(key.hex))) }
    if let specs = stage.specs {
      members.append(
        .init(
          "specs", ["member": .string(specs.member), "old": specs.old ?? .null, "new": specs.new ?? .null]))
    }
    if !stage.before.isEmpty { members.append(.init("before", .array(stage.before.map(past)))) }
    return .object(members)
  }

  private static func past(_ past: Explanation.Past) -> JSONValue {
    var members: [JSONValue.Member] = [
      .init("position", JSONValue(past.position)), .init("time", .string(CivilTime.rfc3339(ms: past.timeMs))),
      .init("type", .string(past.type)), .init("message", .string(past.message)),
    ]
    if let code = past.code { members.append(.init("code", .string(code))) }
    return .object(members)
  }

  private static func reason(_ reason: Explanation.Reason) -> [JSONValue.Member] {
    func text(_ text: String?) -> JSONValue { text.map(JSONValue.string) ?? .null }
    switch reason {
    case .first: return [.init("code", "first")]
    case .part(let name, let old, let new):
      return [
        .init("code", "part_differs"), .init("part", .string(name)), .init("old", text(old)),
        .init("new", text(new)),
      ]
    case .sameKey: return [.init("code", "same_key")]
    case .reopened(let why): return [.init("code", "reopened"), .init("message", .string(why))]
    case .resultLost: return [.init("code", "result_lost")]
    case .manifest: return [.init("code", "manifest")]
    case .notReached(let stage):
      return [.init("code", "not_reached"), .init("stage", .string(stage.rawValue))]
    case .said(let code, let message):
      return [.init("code", "ended"), .init("error", .string(code)), .init("message", .string(message))]
    }
  }
}
