import Ledger

/// What other batches have placed since a batch did: bytes that two of them share belong to the later one.
extension StageWork {
  /// Those of the plan's paths that another batch has set out to write in the working tree since this one did, and has not
  /// taken back.
  func placedLater(than plan: [PlannedTarget]) async throws(Fault) -> Set<String> {
    let paths = Set(plan.map(\.path))
    var starts = EventQuery()
    starts.stages = [Stage.place.rawValue]
    starts.types = ["stage.started"]
    var found: Set<String> = []
    do {
      starts.after = try await firstPlacement()
      var batches: Set<BatchID> = []
      for event in try await surroundings.store.events(matching: starts) where event.batch != batch.text {
        guard case .stageStarted(_, let start) = try BatchEvent(event), let id = BatchID(event.batch) else {
          continue
        }
        if start.targets?.contains(where: { paths.contains($0.path) }) == true { batches.insert(id) }
      }
      for id in batches.sorted(by: { $0.text < $1.text }) {
        found.formUnion(
          try await BatchState.load(id, from: surroundings.store).written(on: registration.branch))
      }
    } catch {
      throw Fault(error)
    }
    return found.intersection(paths)
  }

  /// Position at which this batch first set out to place what it has in the working tree now; nil where it has nothing.
  private func firstPlacement() async throws(StoreError) -> Int64? {
    var query = EventQuery(batch: batch.text)
    query.types = [
      "batch.registered", "batch.revised", "batch.cancelled", "stage.started", "stage.invalidated",
    ]
    var first: Int64?
    for event in try await surroundings.store.events(matching: query) {
      switch (event.type, event.stage) {
      case ("stage.started", Stage.place.rawValue): first = first ?? event.position
      // What was placed before is taken back.
      case ("stage.invalidated", Stage.place.rawValue), (_, nil): first = nil
      default: break
      }
    }
    return first
  }
}

extension BatchState {
  /// Paths in the working tree that the batch has written, or has set out to; `branch` is the one checked out.
  fileprivate func written(on branch: String) -> [String] {
    guard placement?.inWorkingTree ?? (registration?.branch == branch) else { return [] }
    return placePlan.filter { $0.digest != nil && $0.found != .identical }.map(\.path)
  }
}
