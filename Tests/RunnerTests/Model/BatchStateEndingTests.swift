import GitRepository
import Ledger
import Testing

@testable import Runner

@Suite("Folding what a whole batch goes through")
struct BatchStateEndingTests {
  private let packaged = Batches.packaging(1) + Batches.packaging(2)
  private let placing: [BatchEvent] = [
    .stageStarted(
      Batches.ref(nil, .place), StageStart(targets: Batches.targets, folders: ["assets", "assets/a"])),
    .stageCompleted(
      Batches.ref(nil, .place), StageCompletion(how: .executed, key: nil, outputs: [], durationMs: 3)),
    .batchPlaced(Batches.placement),
  ]

  @Test("A start of `place` keeps its plan and its folders, from one start to the next")
  func placePlan() {
    let again = BatchEvent.stageStarted(
      Batches.ref(nil, .place), StageStart(targets: Batches.targets, folders: ["public"]))
    let state = Batches.begun(packaged + [placing[0], again])
    #expect(state.placePlan == Batches.targets)
    #expect(state.placeFolders == ["assets", "assets/a", "public"])
    #expect(state.phase == .packaged)
  }

  @Test("A placed batch counts its files by what was found, images aside")
  func placed() {
    let state = Batches.begun(packaged + placing)
    #expect(state.phase == .placed)
    #expect(state.placement == Batches.placement)
    #expect(state.placedMs > 1_000)
    #expect([state.metrics.created, state.metrics.updated, state.metrics.removed] == [1, 1, 1])
    #expect(state.metrics.directories == 1)
  }

  @Test("Undoing placed files opens `place` and `commit` and forgets the plan")
  func takenBack() {
    let why = StageInvalidation(code: "taken_back", message: "retry")
    let state = Batches.begun(packaged + placing + [.stageInvalidated(Batches.ref(nil, .place), why)])
    #expect(state.phase == .packaged)
    #expect(state.placement == nil)
    #expect(state.placePlan.isEmpty)
    #expect(state.placeFolders.isEmpty)
    #expect(!state.place.isCompleted)
  }

  @Test("An invalidated commit leaves what was placed")
  func commitInvalidated() {
    let why = StageInvalidation(code: "again", message: "again")
    let state = Batches.begun(packaged + placing + [.stageInvalidated(Batches.ref(nil, .commit), why)])
    #expect(state.phase == .placed)
    #expect(state.commit.invalidation == why)
  }

  @Test("An intent stays open until it is confirmed or superseded")
  func intent() {
    let intended = packaged + placing + [BatchEvent.commitIntended(Batches.intent)]
    #expect(Batches.begun(intended).intent == Batches.intent)
    let confirmation = CommitConfirmation(sha: Batches.intent.new, ref: Batches.intent.ref)
    let confirmed = Batches.begun(intended + [.commitConfirmed(confirmation)])
    #expect(confirmed.intent == nil)
    #expect(confirmed.confirmation == confirmation)
    #expect(confirmed.phase == .placed, "A batch has ended only by its own last event.")
    let superseded = Batches.begun(
      intended + [.commitSuperseded(CommitSupersession(new: Batches.intent.new, reason: "moved"))])
    #expect(superseded.intent == nil)
    #expect(superseded.confirmation == nil)
  }

  @Test("A completed batch has ended")
  func completed() {
    let state = Batches.begun(
      packaged + placing + [
        .batchCompleted(BatchCompletion(alreadyPresent: false, commit: "c", metrics: BatchMetrics()))
      ])
    #expect(state.phase == .committed)
    #expect(state.isEnded)
  }

  @Test("A cancelled batch has ended, and what it placed is forgotten")
  func cancelled() {
    let state = Batches.begun(packaged + placing + [.batchCancelled(BatchCancellation(why: "no", left: []))])
    #expect(state.phase == .cancelled)
    #expect(state.isEnded)
    #expect(state.placement == nil)
    #expect(state.placePlan.isEmpty)
  }

  @Test("A registration after a cancellation begins again, its version continuing")
  func registeredAgain() {
    let first = Batches.begun(packaged + placing + [.batchCancelled(BatchCancellation(why: "no", left: []))])
    var state = first
    state.apply(StampedEvent(.batchRegistered(Batches.registration(assets: 1)), timeMs: 9_000, run: "run-2"))
    #expect(state.phase == .open)
    #expect(state.assets.count == 1)
    #expect(state.runs.isEmpty)
    #expect(state.version == first.version + 1)
  }

  @Test("A revision opens every stage, forgets what was placed, and keeps the runs")
  func revised() {
    let state = Batches.begun(packaged + placing + [.batchRevised(Batches.registration(assets: 3))])
    #expect(state.phase == .open)
    #expect(state.assets.count == 3)
    #expect(state.assets.allSatisfy { $0.currentStage == .validate })
    #expect(state.placePlan.isEmpty)
    #expect(state.runs.count == 1)
  }

  @Test("A run is open until it is finished or found dead; its time goes to its last event")
  func runs() {
    let open = Batches.begun([.stageDeferred(Batches.ref(1, .extract), Batches.deferral())])
    #expect(open.openRun?.id == "run-1")
    #expect(open.metrics.elapsedMs == 1)
    let finished = Batches.begun([.runFinished(Batches.finish(held: true))])
    #expect(finished.openRun == nil)
    #expect(finished.holds && !finished.isHeld)
    var taken = open
    taken.apply(StampedEvent(.runStarted(Batches.run), timeMs: 5_000, run: "run-2"))
    taken.apply(StampedEvent(.runInterrupted(RunInterruption(run: "run-1")), timeMs: 5_000, run: "run-2"))
    #expect(taken.openRun?.id == "run-2")
    #expect(taken.runs.first?.wasInterrupted == true)
    #expect(!taken.isHeld)
  }

  @Test("A hold lasts until a run that may go further has passed its check")
  func holds() {
    var batch = Batches.begun(packaged + [.runFinished(Batches.finish(held: true))])
    #expect(batch.isHeld)
    func run(_ hold: Bool?, _ events: [BatchEvent]) {
      var start = Batches.run
      start.hold = hold
      for event in [.runStarted(start)] + events {
        batch.apply(
          StampedEvent(
            event, timeMs: 5_000, run: "run-\(batch.runs.count + (event.typeName == "run.started" ? 1 : 0))"))
      }
    }
    // Refused before any work, and kept by a retry.
    run(false, [.runFinished(Batches.finish(held: true))])
    #expect(batch.isHeld)
    run(
      true, [.stageStarted(Batches.ref(nil, .place), StageStart()), .runFinished(Batches.finish(held: true))])
    #expect(batch.isHeld)
    run(false, [])
    #expect(batch.isHeld)
    batch.apply(
      StampedEvent(
        .stageStarted(Batches.ref(nil, .place), StageStart()), timeMs: 6_000, run: "run-\(batch.runs.count)"))
    #expect(!batch.holds)
  }

  @Test("Every event type is folded and moves the version by one", arguments: BatchEvent.typeNames)
  func everyType(name: String) throws {
    let event = try #require(Self.samples.first { $0.typeName == name })
    let before = Batches.begun()
    var after = before
    after.apply(StampedEvent(event, timeMs: 9_000, run: "run-1"))
    #expect(after.version == before.version + 1)
    #expect(after != before)
  }

  @Test("Every event type comes back from its stored form as it went in", arguments: BatchEvent.typeNames)
  func stored(name: String) throws {
    let event = try #require(Self.samples.first { $0.typeName == name })
    let new = event.stored(timeMs: 9_000, run: "run-1")
    let stored = Event(
      position: 1, version: 1, timeMs: 9_000, batch: Batches.batch.text, run: "run-1", type: new.type,
      asset: new.asset, stage: new.stage, attempt: new.attempt, payload: new.payload, previous: .zero,
      hash: .zero)
    #expect(try BatchEvent(stored) == event)
  }

  /// One of each type.
  static let samples: [BatchEvent] = [
    .batchRegistered(Batches.registration()), .batchRevised(Batches.registration(assets: 3)),
    .runStarted(Batches.run), .runFinished(Batches.finish()), .runInterrupted(RunInterruption(run: "run-1")),
    .stageStarted(Batches.ref(1, .extract), StageStart(key: Batches.key("k"))),
    .stageCompleted(Batches.ref(1, .extract), Batches.completion("k")),
    .stageFailed(Batches.ref(1, .extract, 2), Batches.failure(next: Batches.later(10))),
    .stageDeferred(Batches.ref(1, .extract), Batches.deferral(until: Batches.later(10))),
    .stageInterrupted(Batches.ref(1, .extract), StageInterruption(run: "run-1", inDoubt: true)),
    .stageInvalidated(Batches.ref(1, .validate), StageInvalidation(code: "output_missing", message: "m")),
    .assetPackaged(Batches.asset(1), AssetPackage(bundle: Batches.digest("b"))),
    .assetRetried(Batches.asset(1), AssetRetry(by: "u", from: .extract, salt: "s")),
    .batchPlaced(Batches.placement), .commitIntended(Batches.intent),
    .commitConfirmed(CommitConfirmation(sha: "s", ref: "r")),
    .commitSuperseded(CommitSupersession(new: "s", reason: "r")),
    .batchCompleted(BatchCompletion(alreadyPresent: true, commit: nil, metrics: BatchMetrics())),
    .batchCancelled(BatchCancellation(why: "w", left: ["p"])),
    .batchReverted(BatchReversion(commit: "c", reverts: "s", left: ["p"])),
  ]
}
