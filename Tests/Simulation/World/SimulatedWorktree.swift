import Ledger
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
      // Killed on the way: the folders are there, the file is not or is.
      _ = makeFolders(to: target)
      if world.flip() { _ = try? put(target, object, expecting) }
    } _: { () throws(Fault) in
      try put(target, object, expecting)
    }
  }

  private func put(
    _ target: TargetPath, _ object: ObjectFile, _ expecting: TargetExpectation
  ) throws(Fault) -> PlaceOutcome {
    let found = state(target)
    if case .regular(object.id, _, _) = found { return PlaceOutcome(.alreadyThere, createdFolders: []) }
    switch (found, expecting) {
    case (.absent, .absent): break
    case (.regular(let digest, _, _), .holding(let old)) where digest == old: break
    case (_, .absent): throw Fault("target_in_the_way", exit: .inTheWay, "Won't write \"\(target)\".")
    case (_, .holding): throw Fault("target_changed", exit: .inTheWay, "Won't write \"\(target)\".")
    }
    try requireSound(object.id)
    let created = makeFolders(to: target)
    world.noteWrite(path(target), object.id, by: process)
    let isOldAgain = world.watch.states[process.batch]?.placePlan.contains {
      $0.path == target.text && $0.old == object.id
    }
    world.disk.files[path(target)] = Disk.File(
      digest: object.id, batch: isOldAgain == true ? nil : process.batch)
    return PlaceOutcome(.placed, createdFolders: created)
  }

  private func requireSound(_ id: Digest) throws(Fault) {
    guard let object = world.disk.objects[id] else {
      throw Fault("object_missing", exit: .disk, "Object \"\(id)\" is missing.")
    }
    if object.isDamaged { throw Fault("object_damaged", exit: .disk, "Object \"\(id)\" is damaged.") }
  }

  private func makeFolders(to target: TargetPath) -> [String] {
    let missing = target.folders.filter { !world.disk.folders.contains(world.prefix + $0) }
    for folder in missing {
      world.noteFolder(world.prefix + folder, by: process)
      world.disk.folders.insert(world.prefix + folder)
    }
    return missing
  }

  func remove(_ target: TargetPath, ifHolding placed: Digest) async throws(Fault) -> TakeBackOutcome {
    try await perform("remove \(target)") { () throws(Fault) in
      let found = state(target)
      switch found {
      case .absent: return .alreadySo
      case .regular(placed, _, _):
        world.noteWrite(path(target), nil, by: process)
        world.disk.files[path(target)] = nil
        return .done
      default: return .leftAlone(found)
      }
    }
  }

  func restore(
    _ target: TargetPath, _ earlier: ObjectFile, replacing placed: Digest
  ) async throws(Fault) -> TakeBackOutcome {
    try await perform("restore \(target)") { () throws(Fault) in
      let found = state(target)
      switch found {
      case .regular(earlier.id, _, _): return .alreadySo
      case .regular(placed, _, _):
        try requireSound(earlier.id)
        world.noteWrite(path(target), earlier.id, by: process)
        world.disk.files[path(target)] = Disk.File(digest: earlier.id, batch: nil)
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
        return true
      }
    }
  }

  func sweepTemporary(around targets: [TargetPath]) async throws(Fault) -> [String] {
    try await perform("sweep") { () throws(Fault) in [] }
  }
}
