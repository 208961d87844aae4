import BatchModel
import Core
import Testing

@testable import Reports
@testable import Runner

@Suite("The timeline of a batch")
struct TimelineTests {
  /// Events at times in milliseconds, each with the run that wrote it; positions count from 1.
  private static func timeline(_ events: [(Int64, String, BatchEvent)]) -> Timeline {
    Timeline(
      events.enumerated().map { index, event in
        ReportEvent(
          position: Int64(index) + 1, stamped: StampedEvent(event.2, timeMs: event.0, run: event.1),
          summary: "")
      })
  }

  private static func key(_ stage: Stage) -> StageStart { StageStart(key: Batches.key(stage.rawValue)) }

  /// A run whose extractor is a program outside.
  private static func calling() -> RunStart {
    var configuration = Configuration()
    configuration.extractor.kind = .exec
    return RunStart(host: "host", process: 7, toolVersion: "1", execution: configuration.execution)
  }

  private static func row(_ number: Int, _ timeline: Timeline) throws -> Timeline.Row {
    try #require(timeline.rows.first { $0.subject == .asset(Batches.asset(number)) })
  }

  @Test(
    "A call that waited for its quota is queued, calling, waiting, calling and working, to the millisecond")
  func limited() throws {
    let timeline = Self.timeline([
      (1_000, "a", .batchRegistered(Batches.registration(assets: 1))),
      (1_010, "a", .runStarted(Self.calling())),
      (1_100, "a", .stageStarted(Batches.ref(1, .extract), Self.key(.extract))),
      (1_250, "a", .stageDeferred(Batches.ref(1, .extract), Batches.deferral())),
      (4_000, "a", .stageStarted(Batches.ref(1, .extract), Self.key(.extract))),
      (4_500, "a", .stageCompleted(Batches.ref(1, .extract), Batches.completion("e"))),
      (4_501, "a", .stageStarted(Batches.ref(1, .render), Self.key(.render))),
      (4_600, "a", .stageCompleted(Batches.ref(1, .render), Batches.completion("r"))),
      (4_600, "a", .assetPackaged(Batches.asset(1), AssetPackage(bundle: Batches.digest("b")))),
    ])
    let row = try Self.row(1, timeline)
    #expect(
      row.segments.map(\.kind) == [.queued, .calling, .waitingForQuota, .calling, .queued, .working])
    #expect(row.segments.map(\.startMs) == [1_000, 1_100, 1_250, 4_000, 4_500, 4_501])
    #expect(row.segments.map(\.endMs) == [1_100, 1_250, 4_000, 4_500, 4_501, 4_600])
    #expect(row.segments.map(\.from) == [1, 3, 4, 5, 6, 7])
    #expect(row.segments.map(\.to) == [3, 4, 5, 6, 7, 8])
    #expect(row.marks.map(\.kind) == [.deferred, .attempt, .done])
    #expect(timeline.startMs == 1_000 && timeline.endMs == 4_600)
  }

  @Test("What a killed run had begun ends at its last event; until the next run nothing is claimed")
  func killed() throws {
    let timeline = Self.timeline([
      (1_000, "a", .batchRegistered(Batches.registration(assets: 2))),
      (1_000, "a", .runStarted(Self.calling())),
      (1_100, "a", .stageStarted(Batches.ref(1, .extract), Self.key(.extract))),
      (1_300, "a", .stageStarted(Batches.ref(2, .validate), Self.key(.validate))),
      (9_000, "b", .runStarted(Self.calling())), (9_000, "b", .runInterrupted(RunInterruption(run: "a"))),
      (9_000, "b", .stageInterrupted(Batches.ref(1, .extract), StageInterruption(run: "a", inDoubt: true))),
      (9_000, "b", .stageInterrupted(Batches.ref(2, .validate), StageInterruption(run: "a", inDoubt: false))),
      (9_200, "b", .stageStarted(Batches.ref(1, .extract), Self.key(.extract))),
    ])
    let row = try Self.row(1, timeline)
    #expect(row.segments.map(\.kind) == [.queued, .calling, .noRun, .queued, .calling])
    #expect(row.segments.map(\.startMs) == [1_000, 1_100, 1_300, 9_000, 9_200])
    #expect(row.segments[1].endMs == 1_300 && row.segments[1].to == nil)
    #expect(row.segments[1].note?.contains("cut off") == true)
    #expect(row.segments[2].from == 4 && row.segments[2].endMs == 9_000)
    let mark = try #require(row.marks.first)
    #expect(
      mark.kind == .interrupted && mark.timeMs == 1_300 && mark.recordedMs == 9_000 && mark.position == 7)
    #expect(mark.text.contains("paid"))
    let runs = try #require(timeline.rows.first)
    #expect(runs.subject == .runs && runs.segments.map(\.endMs) == [1_300, 9_200])
  }

  @Test("A wait that a run leaves is taken up by the next run; in between nobody waits")
  func leftWait() throws {
    let deferral = Batches.deferral(until: Batches.later(60))
    let timeline = Self.timeline([
      (0, "a", .batchRegistered(Batches.registration(assets: 1))), (0, "a", .runStarted(Self.calling())),
      (10, "a", .stageStarted(Batches.ref(1, .extract), Self.key(.extract))),
      (20, "a", .stageDeferred(Batches.ref(1, .extract), deferral)),
      (30, "a", .runFinished(Batches.finish())), (900, "b", .runStarted(Self.calling())),
      (950, "b", .stageStarted(Batches.ref(1, .extract), Self.key(.extract))),
    ])
    let row = try Self.row(1, timeline)
    #expect(
      row.segments.map(\.kind)
        == [.queued, .calling, .waitingForQuota, .noRun, .waitingForQuota, .calling])
    #expect(row.segments.map(\.startMs) == [0, 10, 20, 30, 900, 950])
    #expect(row.segments[2].note == row.segments[4].note)
  }

  @Test("A failed attempt waits for the next one; one that is retried by hand is queued again")
  func failed() throws {
    let timeline = Self.timeline([
      (0, "a", .batchRegistered(Batches.registration(assets: 1))), (0, "a", .runStarted(Batches.run)),
      (10, "a", .stageStarted(Batches.ref(1, .extract), Self.key(.extract))),
      (20, "a", .stageFailed(Batches.ref(1, .extract), Batches.failure(next: Batches.later(5)))),
      (50, "a", .stageStarted(Batches.ref(1, .extract, 2), Self.key(.extract))),
      (60, "a", .stageFailed(Batches.ref(1, .extract, 2), Batches.failure())),
      (70, "a", .runFinished(Batches.finish())),
      (900, "b", .assetRetried(Batches.asset(1), AssetRetry(by: "me", from: .extract))),
      (950, "b", .runStarted(Batches.run)),
    ])
    let row = try Self.row(1, timeline)
    // The embedded extractor works; nothing outside is called.
    #expect(row.segments.map(\.kind) == [.queued, .working, .waiting, .working, .noRun])
    #expect(row.segments.map(\.attempt) == [nil, 1, nil, 2, nil])
    #expect(row.segments.last?.startMs == 900 && row.segments.last?.endMs == 950)
    #expect(row.marks.map(\.kind) == [.failed, .attempt, .failed, .reopened])
  }

  @Test("A registration after a cancellation begins the story again")
  func again() throws {
    let timeline = Self.timeline([
      (0, "a", .batchRegistered(Batches.registration(assets: 2))), (5, "a", .runStarted(Batches.run)),
      (9, "a", .batchCancelled(BatchCancellation(why: "", left: []))),
      (100, "b", .batchRegistered(Batches.registration(assets: 1))),
    ])
    #expect(timeline.startMs == 100 && timeline.timesMs == [100])
    #expect(timeline.rows.count == 3 && timeline.rows.allSatisfy { $0.segments.isEmpty && $0.marks.isEmpty })
  }

  @Test("A clock that was set back draws nothing backwards")
  func clockSetBack() throws {
    let timeline = Self.timeline([
      (1_000, "a", .batchRegistered(Batches.registration(assets: 1))), (900, "a", .runStarted(Batches.run)),
      (800, "a", .stageStarted(Batches.ref(1, .validate), Self.key(.validate))),
      (1_200, "a", .stageCompleted(Batches.ref(1, .validate), Batches.completion("v"))),
    ])
    for row in timeline.rows {
      #expect(row.segments.allSatisfy { $0.startMs <= $0.endMs && $0.startMs >= 1_000 })
    }
  }
}

@Suite("The axis of a timeline")
struct TimeScaleTests {
  @Test("Times are in proportion, and ticks are at whole steps")
  func proportional() {
    let scale = TimeScale([0, 100, 700, 1_000])
    #expect(scale.percent(0) == 0 && scale.percent(250) == 25 && scale.percent(1_000) == 100)
    #expect(scale.ticks.map(\.label) == ["0", "+200 ms", "+400 ms", "+600 ms", "+800 ms", "+1.0s"])
    #expect(scale.pieces.allSatisfy { !$0.isBreak })
  }

  @Test("A night without an event is a break of fixed width, and a quota wait is not")
  func breaks() {
    let nightMs: Int64 = 36_000_000
    let scale = TimeScale([0, 5_000, 65_000, 70_000, 70_000 + nightMs, 80_000 + nightMs])
    let gaps = scale.pieces.filter(\.isBreak)
    #expect(gaps.count == 1 && gaps.first?.startMs == 70_000)
    #expect(abs(scale.percent(70_000 + nightMs) - scale.percent(70_000) - 8) < 0.001)
    #expect(abs(scale.percent(80_000 + nightMs) - 100) < 0.001)
    #expect(scale.percent(65_000) > 70)
  }

  @Test("One moment, or none, is an axis too")
  func empty() {
    #expect(TimeScale([]).ticks.isEmpty && TimeScale([5]).percent(5) == 0)
    #expect(TimeScale([5, 5]).pieces.isEmpty)
  }
}
