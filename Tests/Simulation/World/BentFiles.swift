import Core
import FileStore
import GitRepository
import Runner

/// Objects with one of the deliberate bugs of `Mutant`.
struct BentObjects: ObjectStore {
  let sound: any ObjectStore
  let world: World
  let bug: Mutant

  func put(_ bytes: [UInt8]) async throws(Fault) -> ObjectID { try await putAll([bytes])[0] }
  func putAll(_ contents: [[UInt8]]) async throws(Fault) -> [ObjectID] {
    let before = Set(world.disk.objects.filter(\.value.isSynced).keys)
    let ids = try await sound.putAll(contents)
    if bug == .syncLeftOut {
      for id in ids where !before.contains(id) { world.disk.objects[id]?.isSynced = false }
    }
    return ids
  }
  func pin(_ path: String) async throws(Fault) -> PinnedFile { try await sound.pin(path) }
  func read(_ id: ObjectID, limitBytes: Int) async throws(Fault) -> [UInt8] {
    try await sound.read(id, limitBytes: limitBytes)
  }
  func check(_ id: ObjectID) async throws(Fault) -> ObjectCondition {
    bug == .reuseWithoutChecking ? .sound : try await sound.check(id)
  }
  func path(of id: ObjectID) -> String { sound.path(of: id) }
  func list() async throws(Fault) -> [ObjectID] { try await sound.list() }
  func remove(_ id: ObjectID) async throws(Fault) -> Bool { try await sound.remove(id) }
}

/// A working tree with one of the deliberate bugs of `Mutant`.
struct BentWorktree: Worktree {
  let sound: any Worktree
  let world: World
  let process: SimulatedProcess
  let bug: Mutant

  func inspect(_ target: TargetPath) async throws(Fault) -> TargetState {
    let state = try await sound.inspect(target)
    if bug == .placedBeforePackaged, state == .absent {
      for folder in target.folders where world.disk.folders.insert(world.prefix + folder).inserted {
        world.noteFolder(world.prefix + folder, by: process)
      }
    }
    return state
  }
  func missingFolders(_ target: TargetPath) async throws(Fault) -> [String] {
    try await sound.missingFolders(target)
  }
  func place(
    _ target: TargetPath, _ object: ObjectFile, expecting: TargetExpectation
  ) async throws(Fault) -> PlaceOutcome {
    let path = world.prefix + target.text
    let before = world.disk.files[path]
    let unsynced = world.disk.unsynced.files[path]
    let outcome = try await sound.place(target, object, expecting: expecting)
    switch (bug, outcome.kind) {
    case (.placedWithoutSync, .placed):
      world.disk.unsynced.files[path] = Disk.Unsynced.Change(before: before, after: world.disk.files[path])
    case (.folderMadeWithoutSync, .placed):
      world.disk.unsynced.folders.formUnion(outcome.createdFolders.map { world.prefix + $0 })
    case (.foundWithoutSync, .alreadyThere): world.disk.unsynced.files[path] = unsynced
    default: break
    }
    return outcome
  }
  func remove(_ target: TargetPath, ifHolding placed: Digest) async throws(Fault) -> TakeBackOutcome {
    if bug == .removedWithoutSync {
      let path = world.prefix + target.text
      let before = world.disk.files[path]
      let outcome = try await sound.remove(target, ifHolding: placed)
      if outcome == .done {
        world.disk.unsynced.files[path] = Disk.Unsynced.Change(before: before, after: nil)
      }
      return outcome
    }
    if bug == .filesLeftByCancel { return .alreadySo }
    if bug == .foreignFilesTakenBack { removeNeighbours() }
    guard bug == .takeBackBlindly, case .regular(let found, _, _) = try await sound.inspect(target) else {
      return try await sound.remove(target, ifHolding: placed)
    }
    return try await sound.remove(target, ifHolding: found)
  }
  /// As if what is to be undone were known by its folder alone.
  private func removeNeighbours() {
    let others = world.disk.files.filter { $0.value.batch != nil && $0.value.batch != process.batch }
    for path in others.keys.sorted() where path.hasPrefix(world.prefix + "assets/") {
      world.noteWrite(path, nil, by: process)
      world.disk.files[path] = nil
    }
  }

  func restore(
    _ target: TargetPath, _ earlier: ObjectFile, replacing placed: Digest
  ) async throws(Fault) -> TakeBackOutcome {
    try await sound.restore(target, earlier, replacing: placed)
  }
  func removeEmptyFolders(_ folders: [String]) async throws(Fault) -> [String] {
    let above = folders.flatMap { Disk.folders(above: $0) }
    return try await sound.removeEmptyFolders(bug == .foldersRemovedBlindly ? folders + above : folders)
  }
  func sweepTemporary(around targets: [TargetPath]) async throws(Fault) -> [String] {
    try await sound.sweepTemporary(around: targets)
  }
}
