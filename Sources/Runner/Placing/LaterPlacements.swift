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
    var own = starts
    own.batch = batch.text
    own.reversed = true
    own.limit = 1
    var found: Set<String> = []
    do {
      guard let last = try await surroundings.store.events(matching: own).first else { return [] }
      starts.after = last.position
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
    } catch let error as StoreError {
      throw .ledger(error)
    } catch let unreadable as UnreadableEvent {
      throw .unreadable(unreadable)
    } catch let fault as Fault {
      throw fault
    } catch {
      throw .unexpected(error)
    }
    return found.intersection(paths)
  }
}

extension BatchState {
  /// Paths in the working tree that the batch has written, or has set out to; `branch` is the one checked out.
  fileprivate func written(on branch: String) -> [String] {
    guard placement?.inWorkingTree ?? (registration?.branch == branch) else { return [] }
    return placePlan.filter { $0.digest != nil && $0.found != .identical }.map(\.path)
  }
}
