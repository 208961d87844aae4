import Ledger
import Runner

/// Draws where a batch stands: a line an asset, and one for all. Pure: the same state gives the same lines.
struct ProgressBoard {
  /// No line is wider.
  var columns: Int
  var style: Style
  var hasBlocks: Bool

  func lines(_ batch: BatchID, _ state: BatchState, at now: Moment) -> [String] {
    let idWidth = min(state.assets.map { $0.id.text.count }.max() ?? 0, max(columns / 3, 8))
    let lines = state.assets.map { asset in
      let word = AssetText.standing(asset, in: state, at: now)
      let id = LineText.cut(asset.id.text, to: idWidth).padded(to: idWidth)
      let done = Stage.ofAsset.count { asset[$0].isCompleted }
      // Where there is no room for both, words say more than a bar.
      let bar = columns < idWidth + 30 ? "" : bar(done, of: Stage.ofAsset.count) + "  "
      return line("\(id)  \(bar)", word.text, word.tone)
    }
    return lines + [total(batch, state, at: now)]
  }

  private func total(_ batch: BatchID, _ state: BatchState, at now: Moment) -> String {
    let packaged = state.assets.count { $0.isPackaged }
    let doing =
      switch state.phase {
      case .committed: "committed"
      case .cancelled: "cancelled"
      case .placed: "committing"
      case .packaged: state.place.starts > 0 ? "placing" : "packaged"
      case .open: "\(packaged) of \(state.assets.count) packaged"
      }
    let startedMs = state.runs.last?.startedMs ?? now.wallMs
    let endMs = state.runs.last?.finish == nil ? now.wallMs : state.runs.last?.lastMs ?? now.wallMs
    return line("", "\(doing), \(SpanText.running(ms: endMs - startedMs))  \(batch)", .strong)
  }

  private func line(_ plain: String, _ text: String, _ tone: Style.Tone?) -> String {
    let head = LineText.cut(plain, to: columns)
    let rest = LineText.cut(text, to: columns - LineText.width(head))
    return head + (tone.map { style(rest, $0) } ?? rest)
  }

  private func bar(_ done: Int, of all: Int) -> String {
    String(repeating: hasBlocks ? "■" : "#", count: done)
      + String(repeating: hasBlocks ? "□" : "-", count: all - done)
  }
}
