import Testing

@testable import Runner

@Suite("Taking over from a run that died")
struct TakeOverTests {
  private func takeOver(_ state: BatchState) throws -> [BatchEvent] {
    let sample = try SampleRepository()
    defer { sample.remove() }
    return try sample.project().runner().takeOver(state, run: "run-2", Batches.run)
  }

  private let start = BatchEvent.stageStarted(Batches.ref(1, .render), StageStart(key: Batches.key("r")))

  private func rendering(_ more: [BatchEvent]) -> BatchState {
    Batches.begun(
      [
        .stageCompleted(Batches.ref(1, .validate), Batches.completion("v")),
        .stageCompleted(Batches.ref(1, .extract), Batches.completion("e")),
      ] + more)
  }

  @Test("A run that ended leaves nothing to take over")
  func ended() throws {
    #expect(try takeOver(Batches.begun([.runFinished(Batches.finish())])).map(\.typeName) == ["run.started"])
  }

  @Test("A run without an end is found dead, its starts interrupted")
  func dead() throws {
    let events = try takeOver(rendering([start]))
    #expect(events.map(\.typeName) == ["run.started", "run.interrupted", "stage.interrupted"])
    #expect(
      events.last
        == .stageInterrupted(Batches.ref(1, .render), StageInterruption(run: "run-1", inDoubt: false)))
  }

  @Test("Only an outside call is in doubt")
  func inDoubt() throws {
    var configuration = Configuration()
    configuration.extractor.kind = .mcp
    configuration.extractor.command = ["server"]
    func interruption(_ configuration: Configuration) throws -> BatchEvent? {
      try takeOver(
        Batches.state([
          .batchRegistered(Batches.registration(configuration: configuration)), .runStarted(Batches.run),
          .stageCompleted(Batches.ref(1, .validate), Batches.completion("v")),
          .stageStarted(Batches.ref(1, .extract), StageStart(key: Batches.key("e"))),
        ])
      ).last
    }
    #expect(
      try interruption(configuration)
        == .stageInterrupted(Batches.ref(1, .extract), StageInterruption(run: "run-1", inDoubt: true)))
    #expect(
      try interruption(Configuration())
        == .stageInterrupted(Batches.ref(1, .extract), StageInterruption(run: "run-1", inDoubt: false)))
  }

  @Test("Three interruptions in a row are a failure for good, two are not")
  func crashLoop() throws {
    let interrupted = BatchEvent.stageInterrupted(
      Batches.ref(1, .render), StageInterruption(run: "run-1", inDoubt: false))
    let twice = try takeOver(rendering([start, interrupted, start]))
    #expect(twice.map(\.typeName).last == "stage.interrupted")
    let thrice = try takeOver(rendering([start, interrupted, start, interrupted, start]))
    guard case .stageFailed(_, let failure)? = thrice.last else {
      Issue.record("The third interruption was taken for one more.")
      return
    }
    #expect(failure.code == "crash_loop")
    #expect(failure.next == nil)
  }

  @Test("What came to an end in between begins the count again")
  func countedAnew() throws {
    let interrupted = BatchEvent.stageInterrupted(
      Batches.ref(1, .render), StageInterruption(run: "run-1", inDoubt: false))
    let failed = BatchEvent.stageFailed(Batches.ref(1, .render), Batches.failure(next: Batches.later(1)))
    let events = try takeOver(rendering([start, interrupted, start, interrupted, start, failed, start]))
    #expect(events.map(\.typeName).last == "stage.interrupted")
  }

  @Test("Batch stages are interrupted too, and never for good")
  func batchStages() throws {
    let start = BatchEvent.stageStarted(Batches.ref(nil, .place), StageStart(targets: [], folders: []))
    let interrupted = BatchEvent.stageInterrupted(
      Batches.ref(nil, .place), StageInterruption(run: "run-1", inDoubt: false))
    let events = try takeOver(
      Batches.begun(
        Batches.packaging(1) + Batches.packaging(2) + [start, interrupted, start, interrupted, start]))
    #expect(events.map(\.typeName).last == "stage.interrupted")
  }
}
