import BatchModel
import Core
import GitRepository
import Runner

/// Draws where a batch is: a line an asset, what all wait for, and one for all. Pure: the same state gives the same
/// lines.
struct ProgressBoard {
  /// No line is wider.
  var columns: Int
  /// No board is higher; what is running, waits or has failed comes first where there is no room for all.
  var rows = Int.max
  var style: Style
  var hasBlocks: Bool

  func lines(_ batch: BatchID, _ state: BatchState, at now: Moment) -> [String] {
    var tail = [total(batch, state, at: now)]
    if let wait = AssetText.nextCall(in: state, at: now),
      !isAnyRunning(state) || state.calls.pausedUntil != nil
    {
      let left = SpanText.countdown(ms: wait.until.remainingMs(at: now))
      tail.insert(line("Next call in \(left): ", wait.why, .waiting), at: 0)
    }
    let room = max(0, rows - tail.count)
    guard state.assets.count > room else { return lines(state.assets, state, at: now) + tail }
    let moving = state.assets.filter { !$0.isPackaged && $0.name != .registered }
    let shown = Array(moving.prefix(max(0, room - 1)))
    guard room > 1 else { return Array(tail.suffix(max(1, rows))) }
    let more = line("", "... and \(state.assets.count - shown.count) more", .quiet)
    return lines(shown, state, at: now) + [more] + tail
  }

  private func isAnyRunning(_ state: BatchState) -> Bool { running(state) > 0 }

  private func lines(_ assets: [AssetState], _ state: BatchState, at now: Moment) -> [String] {
    let idWidth = min(assets.map { $0.id.text.count }.max() ?? 0, max(columns / 3, 8))
    let names = assets.map { name(of: $0.id, state) }
    let nameWidth = columns < 60 ? 0 : min(names.map(LineText.width).max() ?? 0, 24)
    return zip(assets, names).map { asset, name in
      let word = AssetText.brief(asset, in: state, at: now)
      let id = LineText.cut(asset.id.text, to: idWidth).padded(to: idWidth)
      let done = Stage.ofAsset.count { asset[$0].isCompleted }
      // Where there is no room for both, words say more than a bar, and a state more than a name.
      let bar = columns < idWidth + 30 ? "" : bar(done, of: Stage.ofAsset.count) + "  "
      var head = id + "  "
      if nameWidth > 0 {
        let cut = LineText.cut(name, to: nameWidth)
        head += cut + String(repeating: " ", count: max(0, nameWidth - LineText.width(cut))) + "  "
      }
      return line(head + bar, word.text, word.tone)
    }
  }

  private func name(of asset: AssetID, _ state: BatchState) -> String {
    let name = state.name(of: asset)
    return name == asset.text ? "" : name
  }

  private func running(_ state: BatchState) -> Int {
    state.assets.count { asset in
      guard let stage = asset.currentStage, case .started = asset[stage].progress else { return false }
      return true
    }
  }

  private func total(_ batch: BatchID, _ state: BatchState, at now: Moment) -> String {
    let packaged = state.assets.count { $0.isPackaged }
    let failed = state.assets.count { $0.name == .failed }
    let running = running(state)
    let doing =
      switch state.phase {
      case .committed: "committed"
      case .cancelled: "cancelled"
      case .placed: "committing"
      case .packaged: state.place.starts > 0 ? "placing" : "packaged"
      case .open:
        "\(packaged) of \(state.assets.count) packaged" + (running > 0 ? ", \(running) running" : "")
          + (failed > 0 ? ", \(failed) failed" : "")
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
