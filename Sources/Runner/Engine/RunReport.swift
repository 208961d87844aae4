import BatchModel
import Core
import Files
import GitRepository

/// What came of a command that worked on a batch.
public struct RunReport: Sendable {
  public var batch: BatchID
  /// The batch's present state; a batch never registered has no registration in it.
  public var state: BatchState
  public var exit: ExitStatus
  public var faults: [Fault]
  /// Sentences for the user that are not faults.
  public var notes: [Note]
  /// When resuming makes sense.
  public var retryAt: Deadline?
  /// The commit was found in the history of the branch: another clone, or another ledger, has landed the batch.
  public var isFoundInHistory = false
  /// The batch had landed in this ledger before the command was called.
  public var isRepeated = false

  public init(
    batch: BatchID, state: BatchState, exit: ExitStatus = .done, faults: [Fault] = [],
    notes: [Note] = [], retryAt: Deadline? = nil
  ) {
    self.batch = batch
    self.state = state
    self.exit = exit
    self.faults = faults
    self.notes = notes
    self.retryAt = retryAt
  }
}

extension RunReport {
  /// The batch had landed before, and there was nothing to commit.
  public var isAlreadyLanded: Bool {
    isFoundInHistory || state.completion.map { $0.alreadyPresent && $0.commit != nil } ?? false || isRepeated
  }

  /// The batch was found in the history: what this ledger knows of it, which may be nothing, stays as it is.
  static func alreadyLanded(_ registration: Registration, _ found: FoundLanding) -> RunReport {
    var facts = [BatchEvent.batchRegistered(registration)]
    for image in registration.images {
      facts += Stage.ofAsset.map { stage in
        .stageCompleted(
          StageRef(image.asset, stage, attempt: 1),
          StageCompletion(how: .reused, key: nil, outputs: [], durationMs: 0))
      }
      facts.append(.assetPackaged(image.asset, AssetPackage(bundle: .zero)))
    }
    facts += [
      .commitConfirmed(CommitConfirmation(sha: found.commit, ref: registration.branch)),
      .batchCompleted(BatchCompletion(alreadyPresent: true, commit: found.commit, metrics: BatchMetrics())),
    ]
    var state = BatchState().applying(facts, run: "")
    state.tally = BatchMetrics()
    var report = RunReport(
      batch: registration.manifest.batchID, state: state,
      notes: Runner.notes(on: found.landing, of: found.commit, registration.branchName))
    report.isFoundInHistory = true
    return report
  }
}

extension ExitStatus {
  /// Which status is reported where several apply, the first first.
  private static let precedence: [ExitStatus] = [
    .interrupted, .terminated, .bug, .disk, .configuration, .inTheWay, .canGoOn, .protocolBroken,
    .extractorUnavailable, .inputMissing, .manifestRefused, .usage, .someFailed,
  ]

  /// The status that stands for several.
  public static func standing(for statuses: some Sequence<ExitStatus>) -> ExitStatus {
    precedence.first(where: Set(statuses).contains) ?? .done
  }
}

extension BatchState {
  /// What keeps the batch from its commit, in the manifest's order, as faults to show.
  public func faults(batch: BatchID) -> [Fault] {
    assets.compactMap { asset in
      guard let stage = asset.currentStage else { return nil }
      switch asset[stage].progress {
      case .failed(let failure) where failure.next == nil:
        return Fault(
          stored: failure.code, exit: failure.exit, failure.message,
          hint: Self.hint(at: failure, in: stage, of: asset.id, batch, isAlone: assets.count == 1),
          batch: batch.text, asset: asset.id.text)
      case .deferred(let deferral, _) where !deferral.worthWaiting:
        return Fault(
          stored: deferral.code, exit: deferral.exit, deferral.message,
          hint: hint(at: deferral, batch), batch: batch.text, asset: asset.id.text)
      default: return nil
      }
    }
  }

  /// How an asset that has failed for good comes to land after all, or the batch without it.
  private static func hint(
    at failure: StageFailure, in stage: Stage, of asset: AssetID, _ batch: BatchID, isAlone: Bool
  ) -> String {
    let what = failure.hint ?? (stage == .validate ? "Correct the image." : "Correct the cause.")
    let retry = "\(what) Then run `ledgerctl retry \(batch) \(asset)`"
    return isAlone
      ? retry + "." : retry + ", or continue without it: `ledgerctl cancel \(batch) \(asset) --why TEXT`."
  }

  private func hint(at deferral: StageDeferral, _ batch: BatchID) -> String {
    guard let cause = deferral.cause else { return "Continue later with `ledgerctl resume \(batch)`." }
    let extractor =
      runs.last { $0.start.execution != nil }?.start.execution?.extractor
      ?? registration?.configuration.extractor
    let setting =
      switch ExtractorRefusal.Reason(rawValue: cause) {
      case .noTool: "`extractor.tool`" + (extractor.map { " (now \"\($0.tool)\")" } ?? "")
      default:
        "`extractor.command`"
          + (extractor.map { " (now \"\($0.command.joined(separator: " ").cut)\")" } ?? "")
      }
    return "Correct \(setting) in ledger.yaml, then run `ledgerctl resume \(batch)`."
  }
}
