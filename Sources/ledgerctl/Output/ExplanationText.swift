import Core
import Runner
import StrictJSON

/// An explanation for people.
enum ExplanationText {
  static func lines(_ explanation: Explanation, _ style: Style) -> [String] {
    var lines = [
      style("\(explanation.asset)", .strong) + " of batch \(explanation.batch): \(explanation.state.rawValue)"
    ]
    for stage in explanation.stages {
      let name = PlanText.padded(stage.stage.rawValue, 9)
      lines.append("  \(name)\(PlanText.padded(stage.outcome.rawValue, 9))\(words(stage))")
      if case .part(_, let old, let new) = stage.reason {
        lines += [indented("old: ", old), indented("new: ", new)]
      }
      if let specs = stage.specs {
        lines.append(
          "                     specs.\(VisibleText.line(specs.member)): "
            + "\(shown(specs.old)) became \(shown(specs.new))")
      }
      for past in stage.before {
        lines.append(
          "                     before, event \(past.position): \(what(past)) \(VisibleText.line(past.message))"
        )
      }
    }
    return lines
  }

  private static func what(_ past: Explanation.Past) -> String {
    switch BatchEvent.Kind(rawValue: past.type) {
    case .stageFailed: "failed:"
    case .stageDeferred: "postponed:"
    case .stageInvalidated: "opened again:"
    default: ""
    }
  }

  private static func indented(_ label: String, _ value: String?) -> String {
    "                     \(label)\(value.map(VisibleText.line) ?? "none")"
  }

  private static func shown(_ value: JSONValue?) -> String {
    value.map { VisibleText.line(JSONWriter.compact($0)) } ?? "nothing"
  }

  private static func words(_ stage: Explanation.StageExplanation) -> String {
    var place = stage.comparedWith.map { position in
      "position \(position)" + (stage.comparedBatch.map { " of batch \($0)" } ?? "")
    }
    if let commit = stage.from { place = "the bundle of commit \(commit.prefix(12))" }
    switch stage.reason {
    case .first: return stage.outcome == .skipped ? "has not started" : "no earlier result is known"
    case .part(let name, _, _): return "\"\(name)\" differs from \(place ?? "before")"
    case .sameKey: return "same key as \(place ?? "an earlier event")"
    case .reopened(let why): return "opened again: \(VisibleText.line(why))"
    case .resultLost: return "same key as \(place ?? "before"), whose result was not there any more"
    case .manifest: return "the manifest brings the result"
    case .notReached(let stage): return "\"\(stage.rawValue)\" is not complete"
    case .said(_, let message): return VisibleText.line(message)
    }
  }
}
