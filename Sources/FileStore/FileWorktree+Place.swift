import Core
import Files

extension FileWorktree {
  package func place(
    _ target: TargetPath, _ object: ObjectFile, expecting: TargetExpectation
  ) throws(Fault) -> PlaceOutcome {
    switch try replace(target, object, expecting: expecting) {
    case .placed(let outcome): return outcome
    case .refused(let state):
      switch (expecting, state) {
      case (.absent, _): throw .targetInTheWay(target, state, expected: "a free place")
      case (.holding, .linkOnTheWay), (.holding, .fileOnTheWay), (.holding, .caseClash):
        throw .targetInTheWay(target, state, expected: "a plain way to it")
      case (.holding, _): throw .targetChanged(target, state)
      }
    }
  }

  package func remove(
    _ target: TargetPath, ifHolding placed: Digest
  ) throws(Fault) -> TakeBackOutcome {
    guard let slot = try slot(target) else {
      let state = try inspect(target)
      return state == .absent ? .alreadySo : .leftAlone(state)
    }
    try slot.settle(known: [placed])
    let state = try inspect(target)
    switch state {
    case .absent:
      // Perhaps by a cancel that was killed before its sync.
      try sync(slot.folder, target)
      return .alreadySo
    case .regular(placed, _, _): break
    default: return .leftAlone(state)
    }
    let ending: TargetSlot.Ending
    do throws(FileError) {
      ending = try slot.remove(placed)
    } catch {
      throw .target("remove", target.text, error)
    }
    switch ending {
    case .done: return .done
    case .changed: return .leftAlone(try inspect(target))
    case .keptAside: throw slot.keptAside
    }
  }

  package func restore(
    _ target: TargetPath, _ earlier: ObjectFile, replacing placed: Digest
  ) throws(Fault) -> TakeBackOutcome {
    switch try replace(target, earlier, expecting: .holding(placed)) {
    case .placed(let outcome): outcome.kind == .placed ? .done : .alreadySo
    case .refused(let state): .leftAlone(state)
    }
  }

  private enum Replacement {
    case placed(PlaceOutcome)
    case refused(TargetState)
  }

  private func replace(
    _ target: TargetPath, _ object: ObjectFile, expecting: TargetExpectation
  ) throws(Fault) -> Replacement {
    var known: Set = [object.id]
    if case .holding(let old) = expecting { known.insert(old) }
    try slot(target)?.settle(known: known)
    // Before any folder is made: a target that is refused leaves nothing behind.
    let before = try inspect(target)
    guard allows(before, object.id, expecting) else { return .refused(before) }
    let (folder, createdFolders) = try makeFolders(to: target)
    let slot = TargetSlot(self, target, in: folder)
    if case .regular(object.id, _, _) = before {
      try slot.syncFile()
      try sync(folder, target)
      return .placed(PlaceOutcome(.alreadyThere, createdFolders: []))
    }
    let made = try slot.write(object)
    let ending: TargetSlot.Ending
    do throws(FileError) {
      switch expecting {
      case .absent: ending = try slot.fill(from: made.name) ? .done : .changed
      case .holding(let old): ending = try slot.replace(old, with: made.name, object.id)
      }
    } catch {
      throw .target("write", target.text, error)
    }
    switch ending {
    case .done: break
    case .changed: return .refused(try inspect(target))
    case .keptAside: throw slot.keptAside
    }
    try confirm(target, lies: folder)
    return .placed(PlaceOutcome(.placed, createdFolders: createdFolders))
  }

  private func allows(_ state: TargetState, _ new: Digest, _ expecting: TargetExpectation) -> Bool {
    switch (state, expecting) {
    case (.regular(new, _, _), _), (.absent, .absent): true
    case (.regular(let found, _, _), .holding(let old)): found == old
    default: false
    }
  }

  /// Opens the folder a target lies in if the whole way is there.
  private func slot(_ target: TargetPath) throws(Fault) -> TargetSlot? {
    do throws(FileError) {
      guard case .folder(let folder) = try reach(target) else { return nil }
      return TargetSlot(self, target, in: folder)
    } catch {
      throw .target("open the folder of", target.text, error)
    }
  }

  /// Opens the folder a target lies in, making and syncing what is missing on the way.
  private func makeFolders(
    to target: TargetPath
  ) throws(Fault) -> (folder: OpenFile, created: [String]) {
    var folder = root
    var created = [String]()
    for (component, path) in zip(target.components, target.folders) {
      var reached: Step
      do throws(FileError) {
        // Also one that is there: a killed run may have made it and not come to sync it.
        var isOnDisk = settled.contains(path)
        reached = try step(into: component, of: folder)
        if case .missing = reached {
          if try folder.makeFolder(component, mode: 0o777) { created.append(path) }
          reached = try step(into: component, of: folder)
          isOnDisk = false
        }
        if !isOnDisk {
          try folder.sync()
          settled.insert(path)
        }
      } catch {
        throw .target("make the folder", path, error)
      }
      guard case .opened(let next) = reached else {
        throw .targetInTheWay(target, try inspect(target), expected: "a folder at \"\(path)\"")
      }
      folder = next
    }
    return (folder, created)
  }

  /// Makes sure that the way still leads to the folder that was written to.
  private func confirm(_ target: TargetPath, lies folder: OpenFile) throws(Fault) {
    let moved: Bool
    do throws(FileError) {
      switch try reach(target) {
      case .folder(let found): moved = try !found.status().isSameFile(as: folder.status())
      case .missing, .blocked: moved = true
      }
    } catch {
      throw .target("look at", target.text, error)
    }
    if moved { throw .targetChanged(target, try inspect(target)) }
  }

  private func sync(_ folder: OpenFile, _ target: TargetPath) throws(Fault) {
    do throws(FileError) {
      try folder.sync()
    } catch {
      throw .target("sync the folder of", target.text, error)
    }
  }
}
