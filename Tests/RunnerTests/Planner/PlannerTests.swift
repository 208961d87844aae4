import Core
import Files
import Testing

@testable import Runner

@Suite("What may start now")
struct PlannerTests {
  private let one = Batches.asset(1)
  private let two = Batches.asset(2)

  private func planner(
    jobs: Int = 5, together: Bool = false, untilPackaged: Bool = false
  ) -> Planner {
    Planner(
      run: "run-1", jobs: jobs, extractsTogether: together, stopsBeforePlacing: untilPackaged,
      limiter: QuotaName.limiter(of: Configuration().extractor))
  }

  private func slot(_ asset: AssetID, _ stage: Stage) -> Planner.Slot {
    Planner.Slot(asset: asset, stage: stage)
  }

  private func plan(
    _ state: BatchState, _ planner: Planner? = nil, busy: Set<Planner.Slot> = [],
    prepared: Set<Planner.Slot> = [], now: Moment = Batches.now
  ) -> Planner.Plan {
    (planner ?? self.planner()).plan(state, busy: busy, prepared: prepared, now: now)
  }

  /// Both assets validated.
  private func validated(_ more: [BatchEvent] = []) -> BatchState {
    Batches.begun(
      [1, 2].map { (asset: Int) -> BatchEvent in
        .stageCompleted(Batches.ref(asset, .validate), Batches.completion("v\(asset)"))
      } + more)
  }

  @Test("Every asset's next stage is looked into first, then started")
  func preparesFirst() {
    #expect(plan(Batches.begun()).steps == [.prepare(one, .validate), .prepare(two, .validate)])
    #expect(
      plan(Batches.begun(), prepared: [slot(one, .validate)]).steps
        == [.start([one], .validate), .prepare(two, .validate)])
  }

  @Test("What is running is left alone, and no more starts than there are jobs")
  func jobs() {
    #expect(plan(Batches.begun(), busy: [slot(one, .validate)]).steps == [.prepare(two, .validate)])
    #expect(plan(Batches.begun(), planner(jobs: 1)).steps == [.prepare(one, .validate)])
    #expect(plan(Batches.begun(), planner(jobs: 1), busy: [slot(one, .validate)]).steps == [])
  }

  @Test("An asset continues at its own pace, whatever holds the others up")
  func ownPace() {
    let state = Batches.begun([
      .stageCompleted(Batches.ref(1, .validate), Batches.completion("v")),
      .stageFailed(Batches.ref(2, .validate), Batches.failure()),
    ])
    #expect(plan(state).steps == [.prepare(one, .extract)])
    #expect(plan(state).failed.count == 1)
  }

  @Test("A failure with a time is tried again from that time on, and one without never")
  func failures() {
    let next = Batches.later(500)
    let state = Batches.begun([
      .stageFailed(Batches.ref(1, .validate), Batches.failure(next: next)),
      .stageFailed(Batches.ref(2, .validate), Batches.failure()),
    ])
    let now = plan(state)
    #expect(now.steps == [])
    #expect(now.wakeUp == next)
    let then = plan(state, now: Moment(wallMs: next.wallMs, bootMs: next.bootMs, boot: next.boot))
    #expect(then.steps == [.prepare(one, .validate)])
    #expect(then.failed.count == 1)
  }

  @Test("A deferral for which waiting is of no use binds the run that met it, and no other")
  func blocked() {
    let event = BatchEvent.stageDeferred(
      Batches.ref(1, .validate), Batches.deferral(.diskFull, until: nil, source: nil, worthWaiting: false))
    let state = Batches.begun([event, .stageFailed(Batches.ref(2, .validate), Batches.failure())])
    #expect(plan(state).blocked.count == 1)
    #expect(plan(state).steps == [])
    var other = planner()
    other.run = "run-2"
    #expect(plan(state, other).steps == [.prepare(one, .validate)])
  }

  @Test("A pause of the server's holds every call back, for every asset")
  func paused() {
    let until = Batches.later(5_000)
    let state = validated([.stageDeferred(Batches.ref(1, .extract), Batches.deferral(until: until))])
    let prepared: Set = [slot(two, .extract)]
    #expect(plan(state, prepared: prepared).steps == [])
    #expect(plan(state, prepared: prepared).wakeUp == until)
  }

  @Test("After refusals without a time, one call goes first")
  func probe() {
    let past = Batches.later(-1)
    let state = validated(
      [1, 2].map {
        .stageDeferred(Batches.ref($0, .extract), Batches.deferral(until: past, source: BatchState.backOff))
      })
    let prepared: Set = [slot(one, .extract), slot(two, .extract)]
    #expect(plan(state, prepared: prepared).steps == [.start([one], .extract)])
    #expect(plan(state, busy: [slot(one, .extract)], prepared: prepared).steps == [])
  }

  @Test("Calls start one an asset, as far as there are jobs")
  func calls() {
    let prepared: Set = [slot(one, .extract), slot(two, .extract)]
    #expect(
      plan(validated(), prepared: prepared).steps == [.start([one], .extract), .start([two], .extract)])
    #expect(plan(validated(), planner(jobs: 1), prepared: prepared).steps == [.start([one], .extract)])
  }

  @Test("One call for all waits until no other asset can join it")
  func together() {
    let joining = Batches.begun([.stageCompleted(Batches.ref(1, .validate), Batches.completion("v"))])
    let planner = planner(together: true)
    #expect(
      plan(joining, planner, busy: [slot(two, .validate)], prepared: [slot(one, .extract)]).steps == [])
    let prepared: Set = [slot(one, .extract), slot(two, .extract)]
    #expect(plan(validated(), planner, prepared: prepared).steps == [.start([one, two], .extract)])
    let failed = Batches.begun([
      .stageCompleted(Batches.ref(1, .validate), Batches.completion("v")),
      .stageFailed(Batches.ref(2, .validate), Batches.failure()),
    ])
    #expect(plan(failed, planner, prepared: [slot(one, .extract)]).steps == [.start([one], .extract)])
  }

  @Test("Nothing is placed before every asset is packaged")
  func barrier() {
    #expect(!plan(Batches.begun(Batches.packaging(1))).steps.contains(.place))
    #expect(plan(Batches.begun(Batches.packaging(1) + Batches.packaging(2))).steps == [.place])
  }

  @Test("A run that stops at `packaged` does not place")
  func untilPackaged() {
    let state = Batches.begun(Batches.packaging(1) + Batches.packaging(2))
    #expect(plan(state, planner(untilPackaged: true)).steps == [])
  }

  @Test("Placed, then committed, then complete, then nothing")
  func batchStages() {
    var events = Batches.packaging(1) + Batches.packaging(2) + [BatchEvent.batchPlaced(Batches.placement)]
    #expect(plan(Batches.begun(events)).steps == [.commit])
    events.append(
      .stageCompleted(
        Batches.ref(nil, .commit), StageCompletion(how: .executed, key: nil, outputs: [], durationMs: 1)))
    #expect(plan(Batches.begun(events)).steps == [.complete])
    events.append(
      .batchCompleted(BatchCompletion(alreadyPresent: false, commit: "c", metrics: BatchMetrics())))
    #expect(plan(Batches.begun(events)).steps == [])
  }

  @Test("A batch stage that was deferred for its environment waits for the next run")
  func batchStageBlocked() {
    let deferral = Batches.deferral(.inTheWay, until: nil, source: nil, worthWaiting: false)
    let state = Batches.begun(
      Batches.packaging(1) + Batches.packaging(2) + [.stageDeferred(Batches.ref(nil, .place), deferral)])
    #expect(plan(state).steps == [])
    #expect(plan(state).blocked == [deferral])
  }

  @Test(
    "A batch stage that failed is tried again, for nothing else would open it",
    arguments: [Stage.place, .commit])
  func batchStageFailed(stage: Stage) {
    let failure = StageFailure(
      code: "input_missing", message: "m", exit: .inputMissing, retryable: false, durationMs: 1)
    var events = Batches.packaging(1) + Batches.packaging(2)
    if stage == .commit { events.append(.batchPlaced(Batches.placement)) }
    events.append(.stageFailed(Batches.ref(nil, stage), failure))
    #expect(plan(Batches.begun(events)).steps == [stage == .place ? .place : .commit])
  }
}
