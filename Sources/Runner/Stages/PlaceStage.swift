import AssetBundle
import BatchModel
import Core
import FileStore
import GitRepository

extension StageWork {
  /// Writes every bundle to its targets: all looked at before the first is written, every intent on disk before its act.
  func place(in run: BatchRun) async throws {
    let lock = try await surroundings.locks.acquireCommit()
    defer { lock.release() }
    let state = await run.state
    if let damage = try await damagedPackage(state) {
      try await run.append([damage])
      return
    }
    let started = surroundings.clock.now()
    let destination = try currentDestination()
    if try await completeIfLanded(destination, in: run) { return }
    let bundles = try bundles(of: state)
    let targets: [PlannedTarget]
    do {
      targets = try await survey(destination, state).plan(bundles)
      surveyed.note(destination.parent)
    } catch let faults as Faults {
      throw faults.first
    }
    if destination.inWorkingTree { try await keepOldBytes(of: targets) }
    let folders = destination.inWorkingTree ? try await missingFolders(for: targets) : []
    let ref = StageRef(nil, .place, attempt: state.place.nextAttempt)
    try await run.append([.stageStarted(ref, StageStart(targets: targets, folders: folders))])
    if destination.inWorkingTree { try await write(targets) }
    let planned = await run.state
    try await run.append([
      .stageCompleted(
        ref,
        StageCompletion(
          how: .executed, key: nil, outputs: [], durationMs: elapsedMs(since: started))),
      .batchPlaced(
        Placement(
          targets: targets, createdFolders: planned.placeFolders,
          inWorkingTree: destination.inWorkingTree)),
    ])
  }

  /// Completes a batch that another clone or ledger has landed since it was registered; false where nobody has.
  func completeIfLanded(_ destination: Preflight.Destination, in run: BatchRun) async throws(Fault) -> Bool {
    guard let tip = destination.tip, tip.text != registration.tip else { return false }
    let repository = try surroundings.repository()
    let content = await run.state.content ?? registration.content
    let history = try BatchHistory(of: batch, on: destination.ref, at: tip, in: repository)
    guard let found = try history.landing(of: content, at: tip, in: repository), found.landing == .landed,
      registration.elsewhere?.contains(found.commit) != true
    else { return false }
    let metrics = await run.state.metrics
    try await run.write([
      .batchCompleted(BatchCompletion(alreadyPresent: true, commit: found.commit, metrics: metrics))
    ])
    return true
  }

  /// The branch as it is now; the batch's own commit is not made elsewhere.
  func currentDestination() throws(Fault) -> Preflight.Destination {
    // A commit that was signed before a crash must land also where nobody could sign any more.
    let preflight = Preflight(repository: try surroundings.repository(), commit: .init())
    do {
      var destination = try preflight.destination(branch: registration.branchName)
      guard destination.tip == nil else { return destination }
      if registration.tip != nil { throw Fault.branchVanished(destination.ref) }
      destination.base = registration.base.flatMap { GitID($0) } ?? destination.base
      return destination
    } catch {
      throw Fault(error)
    }
  }

  /// The event that opens a stage again whose output is missing or damaged; nil where all is sound.
  func damagedPackage(_ state: BatchState) async throws(Fault) -> BatchEvent? {
    for asset in state.assets {
      _ = try await damage(before: .package, of: asset)
      guard case .damaged(let stage, let why)? = try await damage(before: .place, of: asset) else {
        continue
      }
      return .stageInvalidated(
        StageRef(asset.id, stage, attempt: asset[stage].nextAttempt), why)
    }
    return nil
  }

  func bundles(of state: BatchState) throws(Fault) -> [AssetID: BundleManifest] {
    var bundles: [AssetID: BundleManifest] = [:]
    for asset in state.assets { bundles[asset.id] = try bundleManifest(of: asset) }
    return bundles
  }

  /// Copies what is about to be replaced or removed into the objects.
  private func keepOldBytes(of targets: [PlannedTarget]) async throws(Fault) {
    for target in targets {
      guard let old = target.old else { continue }
      if try await objects.check(old) == .sound { continue }
      let kept = try await objects.pin(surroundings.root + "/" + target.path)
      // Replaced already by a start before, whose copy of the old bytes was lost since: continuing harms nobody.
      guard kept.id == old || kept.id == target.digest else { throw .targetsDisappeared(target.path) }
    }
  }

  private func missingFolders(for targets: [PlannedTarget]) async throws(Fault) -> [String] {
    var folders: [String] = []
    for target in targets where target.digest != nil {
      for folder in try await worktree.missingFolders(TargetPath(checking: target.path))
      where !folders.contains(folder) {
        folders.append(folder)
      }
    }
    return folders
  }

  /// The folders above paths, outermost first.
  static func folders(above paths: [String]) -> [String] {
    Set(paths.flatMap { GitRepository.folders(above: $0) }).sorted()
  }

  /// Brings the working tree to what the plan says; what is so already stays as it is.
  func write(_ targets: [PlannedTarget]) async throws(Fault) {
    let paths = try targets.map { target throws(Fault) in try TargetPath(checking: target.path) }
    _ = try await worktree.sweepTemporary(around: paths)
    for (target, path) in zip(targets, paths) {
      if let digest = target.digest {
        let file = ObjectFile(id: digest, path: objects.path(of: digest))
        // What was found as it should be is written by nobody: gone meanwhile, it needs a plan that says it is ours.
        let found = target.found == .identical ? digest : target.old
        let expectation = found.map { TargetExpectation.holding($0) } ?? .absent
        _ = try await worktree.place(path, file, expecting: expectation)
      } else {
        // One that was gone already holds no bytes that could be ours: then only its absence is put on the disk, for
        // whoever removed it may have died before.
        _ = try await worktree.remove(path, ifHolding: target.old ?? .zero)
      }
    }
    let removed = targets.filter { $0.digest == nil }.map(\.path)
    if !removed.isEmpty { _ = try await worktree.removeEmptyFolders(Self.folders(above: removed)) }
  }
}
