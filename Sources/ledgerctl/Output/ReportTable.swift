import BatchModel
import Core
import GitRepository
import Runner

/// Reports as tables: comma-separated values, a row an asset, and Markdown.
enum ReportTable {
  static let columns = [
    "batch", "asset", "name", "category", "path", "score", "score_from", "state", "validate_ms", "extract_ms",
    "render_ms", "package_ms", "calls", "waiting_ms", "cost", "files", "commit", "started_at", "ended_at",
  ]

  static func csv(_ reports: [BatchReport]) -> [String] {
    [columns.joined(separator: ",")]
      + reports.flatMap { report in
        report.assets.map { row(report, $0).map(field).joined(separator: ",") }
      }
  }

  private static func row(_ report: BatchReport, _ asset: BatchReport.Asset) -> [String] {
    [
      report.batch.text, asset.id.text, asset.name, asset.category, asset.path, asset.score, asset.scoreFrom,
      asset.state.rawValue,
    ] + Stage.ofAsset.map { String(asset.stagesMs[$0] ?? 0) } + [
      String(asset.calls), String(asset.waitingMs), asset.cost.map(\.text).joined(separator: "; "),
      asset.files.joined(separator: "; "), report.state.confirmation?.sha ?? "",
      CivilTime.rfc3339(ms: report.startedMs), CivilTime.rfc3339(ms: report.endedMs),
    ]
  }

  /// A field as RFC 4180 has it; a quote mark distinguishes one that a spreadsheet would take for a formula.
  static func field(_ text: String) -> String {
    let isFormula = text.first.map { "=+-@\t\r".contains($0) } ?? false
    let plain = isFormula ? "'" + text : text
    guard plain.contains(where: { ",\"\n\r".contains($0) }) || plain.contains("\r\n") else { return plain }
    return "\"" + plain.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"")
      + "\""
  }

  static func markdown(_ reports: [BatchReport]) -> [String] {
    reports.flatMap { report -> [String] in
      let state = report.state
      var lines = ["## \(cell(report.batch.text))", ""]
      for line in ReportText.head(report) { lines.append("- \(cell(line))") }
      lines += ["", "| asset | name | score | state | time | calls | waited | cost | files |"]
      lines.append("|---|---|---|---|---|---|---|---|---|")
      for asset in report.assets {
        let cells = [
          asset.id.text, asset.name, "\(asset.score) (\(asset.scoreFrom))", asset.state.rawValue,
          SpanText.text(ms: asset.stagesMs.values.reduce(0, +)), String(asset.calls),
          asset.waitingMs > 0 ? SpanText.text(ms: asset.waitingMs) : "",
          asset.cost.map(\.text).joined(separator: ", "), String(asset.files.count),
        ]
        lines.append("| " + cells.map(cell).joined(separator: " | ") + " |")
      }
      if let targets = state.placement?.targets, !targets.isEmpty {
        lines += ["", "| path | |", "|---|---|"]
        lines += targets.map { "| \(cell($0.path)) | \(PlanDocument.action($0, [])) |" }
      }
      return lines + [""]
    }
  }

  /// A string in which nothing is Markdown, on one line.
  private static func cell(_ text: String) -> String {
    VisibleText.line(text).map { "\\`*_{}[]<>#|!&".contains($0) ? "\\\($0)" : String($0) }.joined()
  }
}
