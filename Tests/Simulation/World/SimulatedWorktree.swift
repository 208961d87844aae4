import Core
import FileStore
import GitRepository
import Runner

/// The user's working tree, as one process reaches it.
struct SimulatedWorktree: Worktree {
  let world: World
  let process: SimulatedProcess

  private func perform<Value: Sendable>(
    _ name: String, within: (() -> Void)? = nil, _ effect: () throws(Fault) -> Value
  ) async throws(Fault) -> Value {
    try await world.perform(
      .worktree, name, by: process, lost: .ofDeadProcess, failing: Fault.files, within: within
    ) { () async throws(Fault) in try effect() }
  }

  private func path(_ target: TargetPath) -> String { world.prefix + target.text }

  private func state(_ target: TargetPath) -> TargetState {
    for folder in target.folders where world.disk.files[world.prefix + folder] != nil {
      return .fileOnTheWay(folder)
    }
    guard let file = world.disk.files[path(target)] else {
      return world.disk.folders.contains(path(target)) ? .other(.folder) : .absent
    }
    return .regular(file.digest, sizeBytes: world.disk.contents[file.digest]?.count ?? 0, mode: 0o644)
  }

  func inspect(_ target: TargetPath) async throws(Fault) -> TargetState {
    try await perform("inspect \(target)") { () throws(Fault) in state(target) }
  }

  func missingFolders(_ target: TargetPath) async throws(Fault) -> [String] {
    try await perform("missing folders") { () throws(Fault) in
      target.folders.filter { !world.disk.folders.contains(world.prefix + $0) }
    }
  }

  func place(
    _ target: TargetPath, _ object: ObjectFile, expecting: TargetExpectation
  ) async throws(Fault) -> PlaceOutcome {
    let world = world
    return try await perform("place \(target)") {
      // Killed on the way: the folders are there, the file is not or is, and nothing of it is synced.
      _ = makeFolders(to: target)
      if world.flip() { _ = try? put(target, object, expecting, isSynced: false) }
    } _: { () throws(Fault) in
      let outcome = try put(target, object, expecting, isSynced: true)
      // What a killed run made and did not come to sync is synced too.
      world.disk.settle(path(target))
      return outcome
    }
  }

  private func put(
    _ target: TargetPath, _ object: ObjectFile, _ expecting: TargetExpectation, isSynced: Bool
  ) throws(Fault) -> PlaceOutcome {
    let found = state(target)
    if case .regular(object.id, _, _) = found { return PlaceOutcome(.alreadyThere, createdFolders: []) }
    switch (found, expecting) {
    case (.absent, .absent): break
    case (.regular(let digest, _, _), .holding(let old)) where digest == old: break
    case (_, .absent): throw Fault(.targetInTheWay, "Won't write \"\(target)\".")
    case (_, .holding): throw Fault(.targetChanged, "Won't write \"\(target)\".")
    }
    try requireSound(object.id)
    let created = makeFolders(to: target)
    world.noteWrite(path(target), object.id, by: process)
    let isOldAgain = world.watch.states[process.batch]?.placePlan.contains {
      $0.path == target.text && $0.old == object.id
    }
    let file = Disk.File(digest: object.id, batch: isOldAgain == true ? nil : process.batch)
    world.disk.write(path(target), file, isSynced: isSynced)
    return PlaceOutcome(.placed, createdFolders: created)
  }

  private func requireSound(_ id: Digest) throws(Fault) {
    guard let object = world.disk.objects[id] else {
      throw Fault(.objectMissing, "Object \"\(id)\" is missing.")
    }
    if object.isDamaged { throw Fault(.objectDamaged, "Object \"\(id)\" is damaged.") }
  }

  private func makeFolders(to target: TargetPath) -> [String] {
    let missing = target.folders.filter { !world.disk.folders.contains(world.prefix + $0) }
    for folder in missing {
      world.noteFolder(world.prefix + folder, by: process)
      world.disk.folders.insert(world.prefix + folder)
      world.disk.unsynced.folders.insert(world.prefix + folder)
    }
    return missing
  }

  func remove(_ target: TargetPath, ifHolding placed: Digest) async throws(Fault) -> TakeBackOutcome {
    try await takeBack("remove \(target)", target) { isSynced throws(Fault) in
      let found = state(target)
      switch found {
      case .absent:
        if isSynced { world.disk.write(path(target), nil, isSynced: true) }
        return .alreadySo
      case .regular(placed, _, _):
        world.noteWrite(path(target), nil, by: process)
        world.disk.write(path(target), nil, isSynced: isSynced)
        return .done
      default: return .leftAlone(found)
      }
    }
  }

  /// Killed on the way, nothing is done, or all but the sync.
  private func takeBack(
    _ name: String, _ target: TargetPath,
    _ effect: @escaping (_ isSynced: Bool) throws(Fault) -> TakeBackOutcome
  ) async throws(Fault) -> TakeBackOutcome {
    let world = world
    return try await perform(name) {
      if world.flip() { _ = try? effect(false) }
    } _: { () throws(Fault) in
      let outcome = try effect(true)
      world.disk.settle(path(target))
      return outcome
    }
  }

  func restore(
    _ target: TargetPath, _ earlier: ObjectFile, replacing placed: Digest
  ) async throws(Fault) -> TakeBackOutcome {
    try await takeBack("restore \(target)", target) { isSynced throws(Fault) in
      let found = state(target)
      switch found {
      case .regular(earlier.id, _, _): return .alreadySo
      case .regular(placed, _, _):
        try requireSound(earlier.id)
        world.noteWrite(path(target), earlier.id, by: process)
        world.disk.write(path(target), Disk.File(digest: earlier.id, batch: nil), isSynced: isSynced)
        return .done
      default: return .leftAlone(found)
      }
    }
  }

  func removeEmptyFolders(_ folders: [String]) async throws(Fault) -> [String] {
    try await perform("remove folders") { () throws(Fault) in
      folders.sorted { $0.utf8.count > $1.utf8.count }.filter { folder in
        let path = world.prefix + folder
        guard world.disk.folders.contains(path), world.disk.isEmpty(path) else { return false }
        world.noteFolderGone(path, by: process)
        world.disk.folders.remove(path)
        world.disk.unsynced.folders.remove(path)
        return true
      }
    }
  }

  func sweepTemporary(around targets: [TargetPath]) async throws(Fault) -> [String] {
    try await perform("sweep") { () throws(Fault) in [] }
  }
}
