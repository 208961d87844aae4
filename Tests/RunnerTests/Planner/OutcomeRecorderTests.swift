import Core
import Files
import Testing

import enum Core.ExitStatus

@testable import BatchModel
@testable import Runner

@Suite("What outcomes are written down as")
struct OutcomeRecorderTests {
  private let recorder = OutcomeRecorder(
    policy: RetryPolicy(maxAttempts: 3), now: Batches.now, limiter: "mine")

  private func events(
    _ outcome: StageOutcome, at stage: StageState = StageState(),
    calls: BatchState.CallRecord = BatchState.CallRecord()
  ) -> [BatchEvent] {
    var random = SplitMix64(seed: 1)
    return recorder.events(
      for: outcome, of: Batches.ref(1, .extract), at: stage, calls: calls, using: &random)
  }

  private func failure(_ outcome: StageOutcome, spent: Int = 0) -> StageFailure? {
    var stage = StageState()
    stage.attemptsSpent = spent
    guard case .stageFailed(_, let failure)? = events(outcome, at: stage).first else { return nil }
    return failure
  }

  private func deferral(
    _ outcome: StageOutcome, at stage: StageState = StageState()
  ) -> StageDeferral? {
    guard case .stageDeferred(_, let deferral)? = events(outcome, at: stage).first else { return nil }
    return deferral
  }

  @Test("A failure that may help to try again is, until the attempts are spent")
  func attempts() {
    let outcome = StageOutcome(ExtractorRefusal.protocolBroken(message: "m"), durationMs: 5)
    #expect(failure(outcome)?.next != nil)
    #expect(failure(outcome, spent: 1)?.next != nil)
    #expect(failure(outcome, spent: 2)?.next == nil)
    #expect(failure(outcome)?.exit == .protocolBroken)
  }

  @Test("A failure that trying again can't help is final at once")
  func final() {
    let outcome = StageOutcome(ExtractorRefusal.rejected(message: "no", retryable: false), durationMs: 5)
    #expect(failure(outcome)?.next == nil)
    #expect(
      failure(StageOutcome(Fault(stored: "png_broken", exit: .someFailed, "m"), durationMs: 1))?.next == nil)
  }

  @Test(
    "Limited is a deferral until the server's own time, believed up to a day",
    arguments: [
      (38_000, 38_000), (99_999_999_000, 86_400_000), (-1, 0),
    ] as [(Int64, Int64)])
  func limited(givenMs: Int64, believedMs: Int64) {
    let outcome = StageOutcome(
      ExtractorRefusal.limited(retryAfterMs: givenMs, source: "retryDelay", daily: false, message: "429"),
      durationMs: 1)
    let deferral = deferral(outcome)
    #expect(deferral?.until == Batches.later(believedMs))
    #expect(deferral?.source == "retryDelay")
    #expect(deferral?.worthWaiting == true)
  }

  @Test("Without a time, the wait is ours, drawn and marked so")
  func backOff() {
    let outcome = StageOutcome(
      ExtractorRefusal.limited(retryAfterMs: nil, source: "text", daily: false, message: "429"), durationMs: 1
    )
    let deferral = deferral(outcome)
    #expect(deferral?.source == BatchState.backOff)
    #expect((0...500).contains(deferral?.until?.remainingMs(at: Batches.now) ?? -1))
  }

  @Test("A daily quota is not worth waiting for")
  func daily() {
    let outcome = StageOutcome(
      ExtractorRefusal.limited(retryAfterMs: nil, source: "text", daily: true, message: "quota"),
      durationMs: 1)
    #expect(deferral(outcome)?.worthWaiting == false)
    #expect(deferral(outcome)?.until == nil)
    #expect(deferral(outcome)?.code == "daily_quota")
  }

  @Test("A server that is gone is waited for as often as there are attempts, then ends the run")
  func gone() {
    let outcome = StageOutcome(ExtractorRefusal.unavailable(reason: .exit, message: "gone"), durationMs: 1)
    #expect(deferral(outcome)?.worthWaiting == true)
    var stage = StageState()
    stage.deferralsInARow = 2
    #expect(deferral(outcome, at: stage)?.worthWaiting == false)
  }

  @Test("A time-out is a failure, for the call may have been paid")
  func timeout() {
    let outcome = StageOutcome(
      ExtractorRefusal.unavailable(reason: .timeout, message: "slow"), durationMs: 9)
    #expect(failure(outcome)?.code == "extractor_timeout")
    #expect(failure(outcome)?.durationMs == 9)
  }

  @Test(
    "Errors of the environment defer a stage, others fail it",
    arguments: [
      (ExitStatus.canGoOn, "disk_full", StageDeferral.Reason.diskFull),
      (.canGoOn, "git_locked", .lockHeld), (.inTheWay, "target_changed", .inTheWay),
      (.disk, "disk_error", .surroundings), (.configuration, "no_identity", .surroundings),
    ])
  func surroundings(exit: ExitStatus, code: String, reason: StageDeferral.Reason) {
    let deferral = deferral(StageOutcome(Fault(stored: code, exit: exit, "m"), durationMs: 1))
    #expect(deferral?.reason == reason)
    #expect(deferral?.worthWaiting == false)
    #expect(deferral?.exit == exit)
  }

  @Test(
    "Whatever a stage of the batch itself meets puts it off",
    arguments: [ExitStatus.inputMissing, .manifestRefused, .canGoOn, .inTheWay, .disk, .bug])
  func batchStage(exit: ExitStatus) {
    let deferral = deferral(.ofBatch(Fault(stored: "code", exit: exit, "m")))
    #expect(deferral?.code == "code")
    #expect(deferral?.exit == exit)
    #expect(deferral?.worthWaiting == false)
  }

  @Test("Work that was given up leaves no event")
  func abandoned() {
    #expect(StageOutcome(ExtractorRefusal.cancelled, durationMs: 1) == .abandoned)
    #expect(events(.abandoned).isEmpty)
  }

  @Test("A completed `package` says what the asset's bundle is, in the same append")
  func package() {
    let package = AssetPackage(bundle: Batches.digest("b"))
    let events = events(.completed(Batches.completion("k"), package: package))
    #expect(events.map(\.typeName) == ["stage.completed", "asset.packaged"])
  }
}

@Suite("When something is tried again")
struct RetryPolicyTests {
  @Test(
    "The wait is drawn from a range that doubles, up to the cap",
    arguments: [
      (1, 500), (2, 1_000), (4, 4_000), (9, 30_000), (400, 30_000),
    ])
  func doubling(failures: Int, ceilingMs: Int) {
    var random = SplitMix64(seed: 3)
    let policy = RetryPolicy(maxAttempts: 5)
    let delays = (0..<400).map { _ in policy.delayMs(afterFailures: failures, using: &random) }
    #expect(delays.allSatisfy { (0...Int64(ceilingMs)).contains($0) })
    #expect(delays.max() ?? 0 > Int64(ceilingMs) * 9 / 10, "Full jitter uses the whole range.")
    #expect(delays.min() ?? .max < Int64(ceilingMs) / 10)
  }
}
