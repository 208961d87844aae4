import BatchModel
import Core
import FileStore
import Files
import GitRepository
import StrictJSON

/// Which assets to open again, and how far.
public struct RetryRequest: Hashable, Sendable {
  /// Empty for all that have failed.
  public var assets: [AssetID]
  /// Run again from this stage, whatever is there already.
  public var from: Stage?
  /// Keep the registered bytes of the images; otherwise the present ones of their files are taken.
  public var pinned: Bool
  /// Take the present bytes also of an asset that is packaged.
  public var refresh: Bool

  public init(
    assets: [AssetID] = [], from: Stage? = nil, pinned: Bool = false, refresh: Bool = false
  ) {
    self.assets = assets
    self.from = from
    self.pinned = pinned
    self.refresh = refresh
  }
}

extension Runner {
  /// Brings an open commit intent to its end; a batch whose commit turns out to have landed is completed and refused.
  func settle(_ run: BatchRun, _ stages: StageWork, _ batch: BatchID) async throws(Fault) {
    try await stages.settleIntentAlone(in: run)
    let state = await run.state
    guard let confirmation = state.confirmation else { return }
    if !state.commit.isCompleted { try await stages.completeCommit(in: run) }
    try await run.write([.batchCompleted(stages.completion(of: await run.state))])
    throw .batchCommitted(batch, commit: confirmation.sha)
  }

  /// Writes down which assets are tried again, after undoing what was placed with their old bundles.
  func reopen(
    _ request: RetryRequest, in run: BatchRun, _ stages: StageWork
  ) async throws(Fault) {
    let state = await run.state
    var facts: [BatchEvent] = []
    for asset in try chosen(request, state, run.batch) {
      facts.append(.assetRetried(asset.id, try await retrial(of: asset, request, run, stages)))
    }
    try await write(facts, in: run, stages)
  }

  /// Opens assets again that have failed and whose files have other bytes by now: nobody wants the broken ones.
  func reopenCorrected(in run: BatchRun, _ stages: StageWork) async throws(Fault) {
    var facts: [BatchEvent] = []
    for asset in await run.state.assets where asset.name == .failed {
      guard let image = try await presentImage(of: asset, in: run, stages, isAsked: false) else { continue }
      facts.append(
        .assetRetried(
          asset.id,
          AssetRetry(by: surroundings.user, from: .validate, image: image, reason: "image_changed")))
    }
    try await write(facts, in: run, stages)
  }

  private func write(_ facts: [BatchEvent], in run: BatchRun, _ stages: StageWork) async throws(Fault) {
    guard !facts.isEmpty else { return }
    if await !run.state.placePlan.isEmpty {
      try await stages.unplace(in: run, why: "An asset is tried again.")
    }
    try await run.write(facts)
  }

  private func chosen(
    _ request: RetryRequest, _ state: BatchState, _ batch: BatchID
  ) throws(Fault) -> [AssetState] {
    guard !request.assets.isEmpty else { return state.assets.filter { $0.name == .failed } }
    var chosen: [AssetState] = []
    for id in request.assets {
      guard let asset = state[asset: id] else {
        throw .assetUnknown(id.text, batch: batch.text, known: state.assets.map(\.id))
      }
      if asset.isPackaged, request.from == nil, !request.refresh {
        throw .nothingToRetry(batch, asset: id, state: asset.name.rawValue)
      }
      chosen.append(asset)
    }
    return chosen
  }

  private func retrial(
    of asset: AssetState, _ request: RetryRequest, _ run: BatchRun, _ stages: StageWork
  ) async throws(Fault) -> AssetRetry {
    let image =
      request.pinned ? nil : try await presentImage(of: asset, in: run, stages, isAsked: true)
    let from = image != nil ? .validate : request.from ?? asset.currentStage ?? .validate
    return AssetRetry(
      by: surroundings.user, from: from, image: image, salt: request.from == nil ? nil : run.id)
  }

  /// An image as its file has it now; nil where that has the bytes the batch has already, or where it is gone.
  ///
  /// Says in notes what was taken, and, where it was asked for, what could not be.
  private func presentImage(
    of asset: AssetState, in run: BatchRun, _ stages: StageWork, isAsked: Bool
  ) async throws(Fault) -> PinnedImage? {
    let brief = stages.brief(of: asset.id)
    var rule = stages.imageRule
    if run.options.change.imagesAnywhere { rule.beneath = nil }
    let pinned: PinnedFile
    do throws(Fault) { pinned = try await surroundings.objects.pinImage(brief.source, under: rule) } catch {
      if error.exit == .manifestRefused, !isAsked {
        await run.note(Note(error.code, error.message, asset: asset.id.text))
        return nil
      }
      guard error.exit == .inputMissing else { throw error }
      if isAsked {
        await run.note(
          Note(
            "image_gone",
            "The image \"\(brief.source)\" of asset \"\(asset.id)\" can't be read any more; "
              + "the registered bytes are taken.", asset: asset.id.text))
      }
      return nil
    }
    guard pinned.id != asset.image.digest else { return nil }
    try pinned.check(against: brief.sha256, of: asset.id, at: brief.path)
    await run.note(
      Note(
        "image_taken",
        "Asset \"\(asset.id)\" is retried with the present bytes of \"\(brief.source)\": "
          + "they have changed since they were registered.", asset: asset.id.text))
    await run.note(
      Note(
        "score_older",
        "Score \(JSONNumber(brief.score).text) was given before the image changed.", asset: asset.id.text))
    return PinnedImage(pinned, of: asset.id)
  }
}
