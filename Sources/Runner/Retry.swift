import Ledger

/// Which assets to open again, and how far.
public struct RetryRequest: Hashable, Sendable {
  /// Empty for all that have failed.
  public var assets: [AssetID]
  /// Run again from this stage, whatever is there already.
  public var from: Stage?
  /// Take the present bytes of the images' sources.
  public var refresh: Bool

  public init(assets: [AssetID] = [], from: Stage? = nil, refresh: Bool = false) {
    self.assets = assets
    self.from = from
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

  /// Writes down which assets are tried again, after taking back what was placed with their old bundles.
  func reopen(
    _ request: RetryRequest, in run: BatchRun, _ stages: StageWork
  ) async throws(Fault) {
    let state = await run.state
    var facts: [BatchEvent] = []
    for asset in try chosen(request, state, run.batch) {
      facts.append(.assetRetried(asset.id, try await retrial(of: asset, request, run, stages)))
    }
    guard !facts.isEmpty else { return }
    if !state.placePlan.isEmpty { try await stages.unplace(in: run, why: "An asset is tried again.") }
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
    var image: PinnedImage?
    if request.refresh {
      let pinned = try await surroundings.objects.pin(stages.brief(of: asset.id).source)
      image = PinnedImage(asset: asset.id, digest: pinned.id, sizeBytes: pinned.sizeBytes)
    }
    let isNew = image.map { $0.digest != asset.image.digest } ?? false
    let from = isNew ? .validate : request.from ?? asset.currentStage ?? .validate
    return AssetRetry(
      by: surroundings.user, from: from, image: isNew ? image : nil,
      salt: request.from == nil ? nil : run.id)
  }
}
