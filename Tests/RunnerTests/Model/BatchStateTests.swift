import Files
import Testing

@testable import BatchModel
@testable import Runner

@Suite("Folding a batch's events")
struct BatchStateTests {
  private let one = Batches.asset(1)

  @Test("A registration makes an open batch of its assets, in the manifest's order")
  func registered() {
    let state = Batches.state([.batchRegistered(Batches.registration(assets: 3))])
    #expect(state.phase == .open)
    #expect(state.assets.map(\.id) == [1, 2, 3].map(Batches.asset))
    #expect(state.assets.allSatisfy { $0.currentStage == .validate && $0.name == .registered })
    #expect(state.version == 1)
  }

  @Test("A batch never seen has no phase but open, and no events")
  func unseen() {
    #expect(BatchState().phase == .open)
    #expect(BatchState().registration == nil)
    #expect(BatchState().version == 0)
  }

  @Test("Each completed stage moves its asset on by one")
  func stagesInOrder() {
    var names: [AssetState.Name] = []
    var events = [BatchEvent.batchRegistered(Batches.registration())]
    for event in Batches.packaging(1) {
      events.append(event)
      if case .stageCompleted = event { names += [Batches.state(events)[asset: one]?.name].compactMap { $0 } }
    }
    #expect(names == [.validated, .extracted, .rendered, .packaged])
    #expect(Batches.state(events)[asset: one]?.isPackaged == true)
    #expect(Batches.state(events).phase == .open, "The other asset is not packaged.")
  }

  @Test("A batch is packaged once all its assets are")
  func packaged() {
    let state = Batches.begun(Batches.packaging(1) + Batches.packaging(2))
    #expect(state.phase == .packaged)
    #expect(state.metrics.serialMs == 80)
    #expect(state.metrics.stagesMs["render"] == 20)
    #expect(state.metrics.extractor.calls == 2)
  }

  @Test("A start is kept with its run, its key and its count")
  func started() {
    let state = Batches.begun([.stageStarted(Batches.ref(1, .validate), StageStart(key: Batches.key("k")))])
    let stage = state[asset: one]?[.validate]
    #expect(stage?.progress == .started(StageStart(key: Batches.key("k")), run: "run-1"))
    #expect(stage?.starts == 1)
    #expect(stage?.lastKey == Batches.key("k"))
    #expect(stage?.nextAttempt == 1)
  }

  @Test("A failure spends an attempt and ends the rows of deferrals and interruptions")
  func failed() {
    let state = Batches.begun([
      .stageDeferred(Batches.ref(1, .extract), Batches.deferral()),
      .stageInterrupted(Batches.ref(1, .extract), StageInterruption(run: "run-0", inDoubt: true)),
      .stageFailed(Batches.ref(1, .extract), Batches.failure()),
    ])
    let stage = state[asset: one]?[.extract]
    #expect(stage?.attemptsSpent == 1)
    #expect(stage?.nextAttempt == 2)
    #expect(stage?.deferralsInARow == 0)
    #expect(stage?.interruptionsInARow == 0)
    #expect(state.metrics.extractor.inDoubt == 1)
    #expect(state.metrics.extractor.calls == 1)
  }

  @Test("An asset has failed only where nothing tries it again by itself")
  func failedName() {
    let validated = BatchEvent.stageCompleted(Batches.ref(1, .validate), Batches.completion("v"))
    let waiting = Batches.begun([
      validated, .stageFailed(Batches.ref(1, .extract), Batches.failure(next: Batches.later(5))),
    ])
    #expect(waiting[asset: one]?.name == .validated)
    let final = Batches.begun([validated, .stageFailed(Batches.ref(1, .extract), Batches.failure())])
    #expect(final[asset: one]?.name == .failed)
  }

  @Test(
    "A deferral spends no attempt; only the server's own sets a pause, only a chosen time asks for a probe")
  func deferred() {
    func calls(_ deferral: StageDeferral) -> BatchState.CallRecord {
      Batches.begun([.stageDeferred(Batches.ref(1, .extract), deferral)]).calls
    }
    let until = Batches.later(5_000)
    let byServer = calls(Batches.deferral(until: until))
    #expect(byServer.pausedUntil == until)
    #expect(byServer.refusalsInARow == 1)
    #expect(!byServer.needsProbe)
    #expect(calls(Batches.deferral(until: until, source: BatchState.backOff)).needsProbe)
    #expect(calls(Batches.deferral(until: until, source: BatchState.ownLimit)) == BatchState.CallRecord())
    #expect(calls(Batches.deferral(.diskFull, worthWaiting: false)) == BatchState.CallRecord())
    let state = Batches.begun([.stageDeferred(Batches.ref(1, .extract), Batches.deferral())])
    #expect(state[asset: one]?[.extract].attemptsSpent == 0)
    #expect(state[asset: one]?[.extract].deferralsInARow == 1)
  }

  @Test(
    "An answer to a call made after a refusal ends every pause; one that was under way before says nothing")
  func answered() {
    let refused = BatchEvent.stageDeferred(
      Batches.ref(1, .extract), Batches.deferral(until: Batches.later(5_000)))
    let asked = BatchEvent.stageStarted(Batches.ref(2, .extract), StageStart())
    let answered = BatchEvent.stageCompleted(Batches.ref(2, .extract), Batches.completion("x"))
    #expect(Batches.begun([refused, asked, answered]).calls == BatchState.CallRecord())
    #expect(Batches.begun([asked, refused, answered]).calls.pausedUntil == Batches.later(5_000))
  }

  @Test("A result reused or provided counts as no call and no attempt")
  func reused() {
    let state = Batches.begun([
      .stageCompleted(Batches.ref(1, .extract), Batches.completion("x", .reused)),
      .stageCompleted(Batches.ref(2, .extract), Batches.completion("y", .provided)),
    ])
    #expect(state.metrics.extractor.calls == 0)
    #expect(state.metrics.extractor.reused == 1)
    #expect(state.metrics.extractor.provided == 1)
    #expect(state.metrics.serialMs == 0)
    #expect(state[asset: one]?[.extract].attemptsSpent == 0)
  }

  @Test("An interruption leaves the stage waiting and counts in a row")
  func interrupted() {
    let start = BatchEvent.stageStarted(Batches.ref(1, .render), StageStart(key: Batches.key("r")))
    let end = BatchEvent.stageInterrupted(
      Batches.ref(1, .render), StageInterruption(run: "run-1", inDoubt: false))
    let state = Batches.begun([start, end, start, end])
    #expect(state[asset: one]?[.render].progress == .waiting)
    #expect(state[asset: one]?[.render].interruptionsInARow == 2)
    #expect(state[asset: one]?[.render].starts == 2)
    #expect(state[asset: one]?[.render].attemptsSpent == 0)
    #expect(state.metrics.extractor.inDoubt == 0)
  }

  @Test("An invalidated stage opens with every one after it, and keeps the key for `explain`")
  func invalidated() {
    let why = StageInvalidation(code: "output_missing", message: "gone")
    let state = Batches.begun(Batches.packaging(1) + [.stageInvalidated(Batches.ref(1, .extract), why)])
    let asset = state[asset: one]
    #expect(asset?.currentStage == .extract)
    #expect(asset?[.validate].isCompleted == true)
    #expect(asset?[.package].invalidation == why)
    #expect(asset?[.render].lastKey == Batches.key("render 1"))
    #expect(asset?.package == nil)
  }

  @Test("A retry opens from its stage on, takes a new image, and salts the keys where it was asked to")
  func retried() {
    let image = PinnedImage(asset: one, digest: Batches.digest("new"), sizeBytes: 1)
    let state = Batches.begun(
      Batches.packaging(1) + [
        .assetRetried(one, AssetRetry(by: "user", from: .render, image: image, salt: "run-9"))
      ])
    #expect(state[asset: one]?.currentStage == .render)
    #expect(state[asset: one]?.image == image)
    #expect(state[asset: one]?.salt == AssetState.Salt(from: .render, text: "run-9"))
  }
}
