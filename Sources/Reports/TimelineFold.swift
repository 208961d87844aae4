import BatchModel
import Core

extension Timeline {
  /// Folds a batch's events, oldest first.
  package init(_ events: some Sequence<ReportEvent>) {
    var fold = TimelineFold()
    for event in events { fold.take(event) }
    self = fold.timeline
  }
}

/// Makes a timeline of events, one after another.
private struct TimelineFold {
  private typealias Row = Timeline.OpenRow

  private var state = BatchState()
  private var runs = Row(.runs)
  private var batch = Row(.batch)
  private var assets: [AssetID] = []
  private var rows: [AssetID: Row] = [:]
  private var startMs: Int64 = 0
  private var endMs: Int64 = 0
  private var timesMs: [Int64] = []
  /// The position of each run's last event.
  private var lastPositions: [String: Int64] = [:]
  /// The event that is being folded.
  private var position: Int64 = 0
  private var nowMs: Int64 = 0

  /// The timeline so far; what has not ended yet is drawn up to the last event.
  var timeline: Timeline {
    var rows = [runs] + assets.compactMap { self.rows[$0] } + [batch]
    for index in rows.indices { rows[index].end(at: endMs, by: nil) }
    return Timeline(rows: rows.map(\.row), startMs: startMs, endMs: endMs, timesMs: timesMs)
  }

  mutating func take(_ event: ReportEvent) {
    // A clock that was set back must not draw anything backwards.
    nowMs = max(event.stamped.timeMs, endMs)
    position = event.position
    endMs = nowMs
    let before = state
    state.apply(event.stamped)
    if case .batchRegistered = event.stamped.event { register() }
    timesMs.append(nowMs)
    fold(event.stamped, before: before)
    lastPositions[event.stamped.run] = position
  }

  /// A registration begins the story again.
  private mutating func register() {
    runs = Row(.runs)
    batch = Row(.batch)
    assets = []
    rows = [:]
    timesMs = []
    startMs = nowMs
    addAssets()
  }

  private mutating func addAssets() {
    for asset in state.assets.map(\.id) where rows[asset] == nil {
      assets.append(asset)
      rows[asset] = Row(.asset(asset))
      rows[asset]?.begin(.queued, at: nowMs, from: position)
    }
  }

  private mutating func fold(_ stamped: StampedEvent, before: BatchState) {
    switch stamped.event {
    case .batchRegistered, .commitIntended: break
    case .batchRevised: revise(before)
    case .runStarted: startRun(stamped.run, before)
    case .runFinished(let fact): endRun("exit \(fact.exit.rawValue)")
    case .runInterrupted(let fact): interruptRun(fact, by: stamped.run, before)
    case .stageStarted(let ref, _): start(ref, run: stamped.run, before)
    case .stageCompleted(let ref, let fact): complete(ref, fact)
    case .stageFailed(let ref, let fact): fail(ref, fact)
    case .stageDeferred(let ref, let fact): postpone(ref, fact)
    case .stageInterrupted(let ref, let fact): interrupt(ref, fact, before)
    case .stageInvalidated(let ref, let fact): reopen(ref.asset, "Opened again: \(fact.message)")
    case .assetPackaged(let asset, _): finish(asset)
    case .assetRetried(let asset, let fact):
      reopen(asset, "Retried from \(fact.from.rawValue) by \(fact.by)")
    case .batchPlaced: markBatch(.done, "Placed")
    case .commitConfirmed(let fact): markBatch(.done, "Committed as \(fact.sha.prefix(12))")
    case .commitSuperseded(let fact): markBatch(.reopened, "Commit given up: \(fact.reason)")
    case .batchCompleted(let fact): if fact.commit == nil { markBatch(.done, "Nothing to commit") }
    case .batchCancelled: cancel()
    case .batchReverted(let fact): markBatch(.reopened, "Reverted by \(fact.commit.prefix(12))")
    }
  }

  // MARK: Runs

  private mutating func startRun(_ run: String, _ before: BatchState) {
    if let dead = before.openRun { cutOff(dead) }
    runs.begin(.run, at: nowMs, from: position, note: run)
    for asset in assets { rows[asset]?.takeUp(at: nowMs, from: position) }
  }

  private mutating func endRun(_ note: String) {
    runs.end(at: nowMs, by: position, note: note)
    let given = "given up when the run ended"
    batch.end(at: nowMs, by: position, note: batch.running == nil ? nil : given)
    for asset in assets { rows[asset]?.leave(at: nowMs, by: position, from: position, note: given) }
  }

  /// Ends what a dead run had begun at its last sign of life: when it died, nobody knows.
  private mutating func cutOff(_ run: BatchState.RunRecord) {
    let note = "cut off: run \(run.id) has no recorded end"
    runs.end(at: run.lastMs, by: nil, note: note)
    batch.end(at: run.lastMs, by: nil, note: batch.running == nil ? nil : note)
    for asset in assets {
      rows[asset]?.leave(
        at: run.lastMs, by: nil, from: lastPositions[run.id] ?? position, note: note)
    }
  }

  private mutating func interruptRun(_ fact: RunInterruption, by run: String, _ before: BatchState) {
    if fact.run == run {
      runs.mark(.interrupted, at: nowMs, position, "Asked to stop by \(fact.signal ?? "a signal")")
      return
    }
    let lastMs = before.runs.last { $0.id == fact.run }?.lastMs ?? nowMs
    runs.mark(
      .interrupted, at: lastMs, position, recordedMs: nowMs,
      "Run \(fact.run) died: this is its last recorded event")
  }

  // MARK: Stages

  private mutating func start(_ ref: StageRef, run: String, _ before: BatchState) {
    let isCall = ref.stage == .extract && state.execution(of: run)?.extractor.kind != .local
    let starts = ref.asset.flatMap { before[asset: $0]?[ref.stage].starts } ?? 0
    let (nowMs, position) = (nowMs, position)
    update(ref) { row in
      row.begin(isCall ? .calling : .working, at: nowMs, from: position, ref)
      if starts > 0 {
        row.mark(
          .attempt, at: nowMs, position,
          "Start \(starts + 1) of \(ref.stage.rawValue), attempt \(ref.attempt)")
      }
    }
  }

  private mutating func complete(_ ref: StageRef, _ fact: StageCompletion) {
    let (nowMs, position) = (nowMs, position)
    update(ref) { row in
      row.end(at: nowMs, by: position, note: row.running == nil ? nil : "completed")
      if fact.how == .reused { row.mark(.reused, at: nowMs, position, "\(ref.stage.rawValue): reused") }
      if ref.asset != nil { row.begin(.queued, at: nowMs, from: position) }
    }
  }

  private mutating func fail(_ ref: StageRef, _ fact: StageFailure) {
    let (nowMs, position) = (nowMs, position)
    update(ref) { row in
      row.end(at: nowMs, by: position, note: row.running == nil ? nil : "failed: \(fact.message)")
      row.mark(
        .failed, at: nowMs, position, "\(ref.stage.rawValue) failed, attempt \(ref.attempt): \(fact.message)")
      if fact.next != nil {
        row.begin(
          .waiting, at: nowMs, from: position, note: "waits for the next attempt of \(ref.stage.rawValue)")
      }
    }
  }

  private mutating func postpone(_ ref: StageRef, _ fact: StageDeferral) {
    let kind: Timeline.Kind = fact.reason == .limited ? .waitingForQuota : .waiting
    let (nowMs, position) = (nowMs, position)
    update(ref) { row in
      row.end(at: nowMs, by: position, note: row.running == nil ? nil : "postponed: \(fact.message)")
      row.mark(.deferred, at: nowMs, position, "\(ref.stage.rawValue) postponed: \(fact.message)")
      row.begin(kind, at: nowMs, from: position, note: fact.message)
    }
  }

  private mutating func interrupt(_ ref: StageRef, _ fact: StageInterruption, _ before: BatchState) {
    let (nowMs, position) = (nowMs, position)
    let lastMs = before.runs.last { $0.id == fact.run && !$0.isOpen }?.lastMs ?? nowMs
    let how = fact.signal.map { "stopped by \($0)" } ?? "cut off when run \(fact.run) died"
    update(ref) { row in
      if row.running != nil {
        row.end(at: nowMs, by: position, note: how)
        if ref.asset != nil { row.begin(.queued, at: nowMs, from: position) }
      }
      row.mark(
        .interrupted, at: lastMs, position, recordedMs: nowMs,
        "\(ref.stage.rawValue) \(how)" + (fact.inDoubt ? "; a call may have been made and paid for" : ""))
    }
  }

  // MARK: Assets and the batch

  private mutating func finish(_ asset: AssetID) {
    rows[asset]?.end(at: nowMs, by: position)
    rows[asset]?.mark(.done, at: nowMs, position, "Packaged")
  }

  /// Opens an asset again, or the batch's own stages where there is none.
  private mutating func reopen(_ asset: AssetID?, _ text: String) {
    guard let asset else { return markBatch(.reopened, text) }
    rows[asset]?.mark(.reopened, at: nowMs, position, text)
    rows[asset]?.begin(state.openRun == nil ? .noRun : .queued, at: nowMs, from: position)
  }

  private mutating func revise(_ before: BatchState) {
    addAssets()
    for asset in assets {
      if state[asset: asset] == nil, before[asset: asset] != nil {
        rows[asset]?.end(at: nowMs, by: position)
        rows[asset]?.mark(.cancelled, at: nowMs, position, "Left out")
      } else if state[asset: asset] != before[asset: asset], before[asset: asset] != nil {
        reopen(asset, "The manifest was changed")
      } else if state[asset: asset] != nil, before[asset: asset] == nil, rows[asset]?.kind == nil {
        reopen(asset, "Back in the batch")
      }
    }
  }

  private mutating func cancel() {
    markBatch(.cancelled, "Cancelled")
    for asset in assets { rows[asset]?.end(at: nowMs, by: position) }
  }

  private mutating func markBatch(_ kind: Timeline.MarkKind, _ text: String) {
    batch.mark(kind, at: nowMs, position, text)
  }

  private mutating func update(_ ref: StageRef, _ change: (inout Row) -> Void) {
    guard let asset = ref.asset else { return change(&batch) }
    guard var row = rows[asset] else { return }
    change(&row)
    rows[asset] = row
  }
}
