import Core
import GitRepository
import Runner

/// A plan for people.
enum PlanText {
  static func lines(_ plan: BatchPlan, _ style: Style) -> [String] {
    var lines = [heading(plan, style)] + plan.taken.compactMap(\.line).map(VisibleText.line)
    let replaced = Set(plan.taken.filter { $0.kind == .replace }.map(\.asset))
    for asset in plan.assets { lines += self.lines(asset, style) }
    if let calls = plan.calls { lines.append(self.line(calls)) }
    if !plan.targets.isEmpty {
      lines.append(style("Paths", .strong))
      lines += plan.targets.map {
        "  \(padded(PlanDocument.action($0, replaced), 8))\(VisibleText.line($0.path))"
      }
    }
    if let commit = plan.commit {
      lines.append(style("Commit", .strong) + " on \(commit.branch)")
      for line in commit.message.split(separator: "\n", omittingEmptySubsequences: false).dropLast() {
        lines.append(line.isEmpty ? "" : "  \(VisibleText.line(String(line)))")
      }
    }
    return lines + plan.notes.map { "note: \(VisibleText.line($0))" }
  }

  private static func heading(_ plan: BatchPlan, _ style: Style) -> String {
    let what =
      switch plan.action {
      case .register: "would be registered"
      case .revise: "would be revised: its manifest has changed"
      case .goOn: "would continue" + (plan.state.map { " from \"\($0.rawValue)\"" } ?? "")
      case .nothing: plan.faults.isEmpty ? "has landed: nothing to do" : "can't be run"
      }
    return style("Batch \(plan.batch)", .strong) + " " + what
  }

  private static func lines(_ asset: BatchPlan.AssetPlan, _ style: Style) -> [String] {
    [style(asset.asset.text, .strong)]
      + asset.stages.map { stage in
        var line = "  \(padded(stage.stage.rawValue, 9))\(stage.action.rawValue)"
        if let commit = stage.from { line += " commit \(commit.prefix(12))" }
        if let source = stage.source {
          line +=
            " position \(source)" + (stage.sourceBatch.map { " of batch \(VisibleText.line($0))" } ?? "")
        }
        if let until = stage.until { line += " until \(CivilTime.rfc3339(ms: until.wallMs))" }
        if let why = stage.why { line += ": \(VisibleText.line(why))" }
        return line
      }
  }

  private static func line(_ calls: BatchPlan.Calls) -> String {
    var line = "Calls: \(calls.needed) of \(calls.extractor)" + (calls.cost.map { ", \($0.text)" } ?? "")
    if let allowed = calls.allowed, allowed != .max { line += ", \(allowed) may start now" }
    if let next = calls.next { line += ", the next at \(CivilTime.rfc3339(ms: next.wallMs))" }
    return line
  }

  /// A word with spaces behind it, one at least.
  static func padded(_ word: String, _ width: Int) -> String {
    word + String(repeating: " ", count: max(1, width - word.count))
  }
}
