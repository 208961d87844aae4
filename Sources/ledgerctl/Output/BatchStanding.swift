import BatchModel
import Core
import GitRepository
import Runner
import StrictJSON

/// A batch as `status` has found it.
struct BatchStanding {
  let batch: BatchID
  let state: BatchState
  /// The time by which waiting is counted.
  let now: Moment
  /// It is shown as it was once: nothing continues from there.
  var isPast = false
  /// Where what it landed is now; nil for a batch that has not landed, or where nobody looked.
  var landing: Landing?
  /// Who works on it now.
  var owner: BatchOwner?

  var status: BatchStatus {
    // Of the past it can't be told whether a run that had not ended was alive.
    if isPast, let run = state.openRun, run.isOpen, !state.isEnded { return .running }
    return state.status(isRunning: owner != nil, landing: landing, at: now)
  }

  /// How to continue; nothing where somebody works on it.
  var next: [[String]] { isPast || owner != nil ? [] : NextStep.after(batch, state) }

  /// When the present run began.
  var sinceMs: Int64? { state.openRun?.startedMs }
}

/// Standings for scripts: `ledgerctl/status/v1`.
enum StatusDocument {
  static func line(_ standings: [BatchStanding], adding words: [String]) -> String {
    let document: JSONValue = [
      "schema": "ledgerctl/status/v1", "batches": .array(standings.map { batch($0, adding: words) }),
    ]
    return JSONWriter.compact(document) + "\n"
  }

  private static func batch(_ standing: BatchStanding, adding words: [String]) -> JSONValue {
    let state = standing.state
    var members: [JSONValue.Member] = [
      .init("batch", .string(standing.batch.text)), .init("state", .string(state.phase.rawValue)),
      .init("status", .string(standing.status.rawValue)),
      .init("version", JSONValue(state.version)), .init("held", .bool(state.isHeld)),
      .init("assets", .array(state.assets.map { asset($0, standing) })),
    ]
    members += times(standing)
    if let owner = standing.owner { members.append(.init("owner", json(owner, standing))) }
    if let sha = state.confirmation?.sha { members.append(.init("commit", .string(sha))) }
    if let branch = state.registration?.branchName { members.append(.init("branch", .string(branch))) }
    if state.confirmation != nil {
      members.append(.init("commit_left_branch", .bool(standing.landing == .gone)))
    }
    if let landing = standing.landing { members.append(.init("landing", .string(landing.rawValue))) }
    let next = standing.next.map {
      JSONValue.array(($0 + words).map(JSONValue.string))
    }
    members.append(.init("next", .array(next)))
    return .object(members)
  }

  private static func times(_ standing: BatchStanding) -> [JSONValue.Member] {
    let state = standing.state
    var members: [JSONValue.Member] = [
      .init("registered_at", .string(CivilTime.rfc3339(ms: state.registeredMs))),
      .init("changed_at", .string(CivilTime.rfc3339(ms: state.lastMs))),
      .init("age_ms", JSONValue(max(0, standing.now.wallMs - state.lastMs))),
    ]
    if !standing.isPast, let until = state.waitsUntil(at: standing.now) {
      members.append(.init("waiting_until", .string(CivilTime.rfc3339(ms: until.wallMs))))
    }
    return members
  }

  private static func json(_ owner: BatchOwner, _ standing: BatchStanding) -> JSONValue {
    var members: [JSONValue.Member] = []
    if owner.process > 0 { members.append(.init("process", JSONValue(Int(owner.process)))) }
    if !owner.host.isEmpty { members.append(.init("host", .string(owner.host))) }
    if let user = owner.user { members.append(.init("user", .string(user))) }
    if let since = standing.sinceMs { members.append(.init("since", .string(CivilTime.rfc3339(ms: since)))) }
    if owner.isElsewhere { members.append(.init("other_pid_namespace", .bool(true))) }
    return .object(members)
  }

  private static func asset(_ asset: AssetState, _ standing: BatchStanding) -> JSONValue {
    var members: [JSONValue.Member] = [
      .init("asset", .string(asset.id.text)), .init("state", .string(asset.name.rawValue)),
    ]
    guard let stage = asset.currentStage else {
      members.append(.init("attempts", JSONValue(asset.attempts)))
      return .object(members)
    }
    members += [.init("stage", .string(stage.rawValue)), .init("attempts", JSONValue(asset.attempts))]
    switch asset[stage].progress {
    case .failed(let failure):
      members.append(.init("error", ["code": .string(failure.code), "message": .string(failure.message)]))
      if let next = failure.next { members.append(waiting("another attempt", until: next)) }
    case .deferred(let deferral, _): members.append(waiting(deferral.message, until: deferral.until))
    case .waiting, .started, .completed:
      if stage == .extract, let paused = standing.state.calls.pausedUntil,
        paused.remainingMs(at: standing.now) > 0
      {
        members.append(waiting("the extractor takes nothing yet", until: paused))
      }
    }
    return .object(members)
  }

  private static func waiting(_ why: String, until: Deadline?) -> JSONValue.Member {
    var members: [JSONValue.Member] = []
    if let until { members.append(.init("until", .string(CivilTime.rfc3339(ms: until.wallMs)))) }
    members.append(.init("why", .string(why)))
    return .init("waiting", .object(members))
  }
}
