import BatchModel
import Core
import GitRepository
import Ledger

/// What other batches have placed since a batch did: bytes that two of them share belong to the later one.
extension StageWork {
  /// Those of the plan's paths that another batch has set out to write in the working tree since this one did, and has
  /// not undone.
  func placedLater(than plan: [PlannedTarget]) async throws(Fault) -> Set<String> {
    let paths = Set(plan.map(\.path))
    var starts = EventQuery()
    starts.stages = [Stage.place.rawValue]
    starts.kinds = [.stageStarted]
    do {
      starts.after = try await firstPlacement()
      var touched: [String: Set<String>] = [:]
      for event in try await surroundings.store.events(matching: starts) where event.batch != batch.text {
        // What this version can't read of another batch doesn't keep this one from ending.
        guard case .stageStarted(_, let start)? = try? BatchEvent(event) else { continue }
        touched[event.batch, default: []].formUnion(start.targets?.map(\.path) ?? [])
      }
      var found: Set<String> = []
      for (name, touched) in touched.sorted(by: { $0.key < $1.key }) where !touched.isDisjoint(with: paths) {
        let other = BatchID(name)
        guard let other, let state = try? await BatchState.load(other, from: surroundings.store) else {
          found.formUnion(touched)
          continue
        }
        found.formUnion(state.written(on: registration.branch))
      }
      return found.intersection(paths)
    } catch {
      throw .ledger(error)
    }
  }

  /// Position at which this batch first set out to place what it has in the working tree now; nil where it has nothing.
  private func firstPlacement() async throws(StoreError) -> Int64? {
    var query = EventQuery(batch: batch.text)
    query.kinds = [.batchRegistered, .batchRevised, .batchCancelled, .stageStarted, .stageInvalidated]
    var first: Int64?
    for event in try await surroundings.store.events(matching: query) {
      switch (event.kind, event.stage) {
      case (.stageStarted, Stage.place.rawValue): first = first ?? event.position
      // What was placed before is undone.
      case (.stageInvalidated, Stage.place.rawValue), (_, nil): first = nil
      default: break
      }
    }
    return first
  }
}

extension BatchState {
  /// Paths in the working tree that the batch has written, or has set out to, and those it has removed from the branch
  /// too; `branch` is the one checked out.
  fileprivate func written(on branch: String) -> [String] {
    guard placement?.inWorkingTree ?? (registration?.branch == branch) else { return [] }
    return placePlan.filter { target in
      target.digest == nil ? confirmation != nil : target.found != .identical
    }.map(\.path)
  }
}
