import BatchModel
import Core
import GitRepository
import ImageAnalysis
import Ledger

/// Takes an asset through its stages in thought: finds what is there already and says what would run.
struct AssetCourse {
  private(set) var asset: AssetState
  private(set) var faults: [Fault] = []
  private var plans: [Stage: BatchPlan.StagePlan] = [:]
  /// Why a stage opens again that was complete.
  private var reasons: [Stage: String] = [:]
  /// No later stage's key can be told, because a stage before it has to run first.
  private var isUnknown = false
  /// `validate` has to run; what it measures enters the keys after `extract`.
  private var lacksMeasurement = false
  private let stages: StageWork
  private let state: BatchState
  private let now: Moment

  init(_ asset: AssetState, _ stages: StageWork, _ state: BatchState, now: Moment) {
    self.asset = asset
    self.stages = stages
    self.state = state
    self.now = now
  }

  var inOrder: [BatchPlan.StagePlan] { Stage.ofAsset.compactMap { plans[$0] } }

  /// Whether the bundle's files are known by their digests.
  var isRendered: Bool { asset[.render].completion?.outputs.isEmpty == false }

  mutating func run() async throws {
    while let stage = asset.currentStage {
      guard try await take(stage) else { break }
    }
    if asset.currentStage == nil, plans.isEmpty {
      try await reopenDamaged()
    }
    let reached = asset.currentStage
    for stage in Stage.ofAsset where plans[stage] == nil {
      let isBehind = reached.map { stage > $0 } ?? false
      plans[stage] = BatchPlan.StagePlan(stage, isBehind ? .skip : .done)
    }
  }

  /// Completes a stage in thought; false where the asset stops there.
  private mutating func take(_ stage: Stage) async throws -> Bool {
    if case .failed(let failure) = asset[stage].progress, failure.next == nil {
      plans[stage] = BatchPlan.StagePlan(stage, .failed, why: failure.message)
      return false
    }
    if isUnknown || lacksMeasurement && stage > .extract {
      runs(stage)
      return true
    }
    switch try await stages.prepare(stage, of: asset) {
    case .done(let completion, let package):
      if let package { asset.package = package }
      var plan = BatchPlan.StagePlan(stage, completion.how == .provided ? .provide : .reuse)
      plan.source = completion.source
      plan.from = completion.from
      if let source = completion.source { plan.sourceBatch = try await batch(at: source) }
      complete(stage, plan, completion.outputs, completion.key)
    case .needed:
      if stage == .validate, let fault = glance() {
        faults.append(fault)
        plans[stage] = BatchPlan.StagePlan(stage, .failed, why: fault.message)
        return false
      }
      runs(stage)
    case .damaged(let damaged, let why):
      asset.reopen(from: damaged, why: nil)
      reasons[damaged] = why.message
    case .ended(let outcome):
      let fault = outcome.fault(asset.id, stages.batch)
      faults.append(fault)
      plans[stage] = BatchPlan.StagePlan(stage, .failed, why: fault.message)
      return false
    }
    return true
  }

  /// What reading the image would end with, as far as its header and chunks tell.
  private func glance() -> Fault? {
    let brief = stages.brief(of: asset.id)
    do throws(Fault) {
      if let found = asset.image.foreign { throw .imageForeign(brief.path, found: found) }
      try PNGGlance.check(path: stages.objects.path(of: asset.image.digest), named: brief.path)
      return nil
    } catch {
      var fault = error
      (fault.batch, fault.asset) = (stages.batch.text, asset.id.text)
      return fault
    }
  }

  /// Looks at the outputs of an asset that is packaged already.
  private mutating func reopenDamaged() async throws {
    guard case .damaged(let damaged, let why)? = try await stages.damage(before: .place, of: asset) else {
      return
    }
    asset.reopen(from: damaged, why: nil)
    reasons[damaged] = why.message
    while let stage = asset.currentStage {
      guard try await take(stage) else { return }
    }
  }

  private mutating func runs(_ stage: Stage) {
    var plan = BatchPlan.StagePlan(stage, .run, why: reasons[stage])
    switch asset[stage].progress {
    case .deferred(let deferral, _):
      if let until = deferral.until, until.remainingMs(at: now) > 0, state.binds(deferral, stages.limiter) {
        plan = BatchPlan.StagePlan(stage, .wait, why: deferral.message, until: until)
      }
    case .failed(let failure):
      if let next = failure.next, next.remainingMs(at: now) > 0 {
        plan = BatchPlan.StagePlan(stage, .wait, why: failure.message, until: next)
      }
    case .waiting, .started, .completed: break
    }
    if stage == .validate { lacksMeasurement = true } else { isUnknown = true }
    complete(stage, plan, [])
  }

  private mutating func complete(
    _ stage: Stage, _ plan: BatchPlan.StagePlan, _ outputs: [StageOutput], _ key: StageKey? = nil
  ) {
    plans[stage] = plan
    asset.update(stage) {
      $0.complete(StageCompletion(how: .reused, key: key, outputs: outputs, durationMs: 0))
    }
  }

  private func batch(at position: Int64) async throws -> String? {
    var query = EventQuery()
    query.after = position - 1
    query.upTo = position
    do { return try await stages.surroundings.store.events(matching: query).first?.batch } catch {
      throw Fault.ledger(error)
    }
  }
}

extension StageOutcome {
  /// The outcome as something that is in the way.
  fileprivate func fault(_ asset: AssetID, _ batch: BatchID) -> Fault {
    switch self {
    case .failed(let failure):
      Fault(stored: failure.code, exit: failure.exit, failure.message, batch: batch.text, asset: asset.text)
    case .deferred(let deferral):
      Fault(
        stored: deferral.code, exit: deferral.exit, deferral.message, batch: batch.text, asset: asset.text)
    case .completed, .abandoned, .lapsed:
      preconditionFailure("Looking before starting ends neither in a result nor in giving up.")
    }
  }
}
