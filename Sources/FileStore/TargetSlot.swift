import Core
import Files

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A target's name in its open folder, with the two names beside it that a replacement uses on its way.
///
/// A kill may leave a file under either: `swap` holds the new bytes before an exchange and the old ones after
/// it, `aside` a file that was taken from the target's name. Both names follow from the target's and the
/// batch's, so the next operation on the target finds them and settles them first.
package struct TargetSlot {
  package let tree: FileWorktree
  package let target: TargetPath
  package let folder: OpenFile
  package let name: String
  package let swap: String
  package let aside: String

  package init(_ tree: FileWorktree, _ target: TargetPath, in folder: OpenFile) {
    self.init(tree, target, in: folder, prefix: tree.ownPrefix)
  }

  private init(_ tree: FileWorktree, _ target: TargetPath, in folder: OpenFile, prefix: String) {
    self.tree = tree
    self.target = target
    self.folder = folder
    name = target.name
    let mark = Digest.sha256(target.name.utf8).hex.prefix(16)
    swap = "\(prefix)-s-\(mark)"
    aside = "\(prefix)-a-\(mark)"
  }

  /// Ends what a kill interrupted. Only bytes that are among `known`, and so kept elsewhere, are removed;
  /// others go back under the target's name or, where somebody has put something else there, stay and are
  /// named in a fault.
  package func settle(known: Set<Digest>) throws(Fault) {
    if let older = tree.olderPrefix {
      try TargetSlot(tree, target, in: folder, prefix: older).settleOwn(known: known)
    }
    try settleOwn(known: known)
  }

  private func settleOwn(known: Set<Digest>) throws(Fault) {
    let settled: Bool
    do throws(FileError) {
      let asideSettled = try settleAside(known)
      let swapSettled = try settleSwap(known)
      settled = asideSettled && swapSettled
    } catch {
      throw .target("tidy up around", target.text, error)
    }
    if !settled { throw keptAside }
  }

  private func settleAside(_ known: Set<Digest>) throws(FileError) -> Bool {
    guard try folder.status(of: aside) != nil else { return true }
    if try folder.status(of: name) == nil {
      try moveWithoutReplacing(aside, to: name)
      try folder.sync()
      return true
    }
    guard try holds(aside, known) else { return false }
    try folder.unlink(aside)
    return true
  }

  private func settleSwap(_ known: Set<Digest>) throws(FileError) -> Bool {
    guard try folder.status(of: swap) != nil else { return true }
    if try holds(swap, known) {
      try folder.unlink(swap)
      return true
    }
    // The exchange took somebody's change away; it goes back.
    if try folder.status(of: name) == nil {
      try moveWithoutReplacing(swap, to: name)
      try folder.sync()
      return true
    }
    guard try holds(name, known) else { return false }
    return try exchangeBack(known)
  }

  /// Writes an object's bytes under a temporary name, checked and on disk.
  package func write(_ object: ObjectFile) throws(Fault) -> TemporaryFile {
    let source: OpenFile
    do throws(FileError) {
      source = try OpenFile.open(object.path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
    } catch {
      if error.number == ENOENT { throw .objectMissing(object.id, object.path) }
      throw .file("read", object.path, error)
    }
    let found: Digest
    let made: TemporaryFile
    do throws(FileError) {
      made = try TemporaryFile.make(in: folder, prefix: tree.ownPrefix + "-w", mode: 0o666)
    } catch {
      throw .target("write", target.text, error)
    }
    do throws(FileError) {
      if try made.file.clone(source) {
        found = try made.file.digest().digest
      } else {
        found = try source.digest { (piece) throws(FileError) in try made.file.write(piece) }.digest
      }
      try made.file.sync()
    } catch {
      made.discard()
      throw .target("write", target.text, error)
    }
    if found != object.id {
      made.discard()
      throw .objectDamaged(object.id, object.path)
    }
    return made
  }

  /// Syncs what is under the target's name: somebody else may have written it a moment ago.
  package func syncFile() throws(Fault) {
    do throws(FileError) {
      try folder.open(name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK).sync()
    } catch {
      throw .target("sync", target.text, error)
    }
  }

  /// Gives a written file the target's name, or removes it and returns false where the name is taken.
  package func fill(from written: String) throws(FileError) -> Bool {
    var taken = false
    do throws(FileError) {
      try moveWithoutReplacing(written, to: name)
    } catch {
      try folder.unlink(written)
      if error.number != EEXIST { throw error }
      taken = true
    }
    try folder.sync()
    return !taken
  }

  /// How a replacement or removal ended.
  package enum Ending {
    case done
    /// Somebody changed the target: their bytes are under its name.
    case changed
    /// Somebody changed it twice: the earlier bytes are beside it.
    case keptAside
  }

  /// Replaces the file under the target's name, if it holds `old`, by a written one; that is gone from its
  /// own name afterwards, whatever the ending.
  package func replace(_ old: Digest, with written: String, _ new: Digest) throws(FileError) -> Ending {
    // From here on the name says that these may be somebody else's bytes.
    try moveWithoutReplacing(written, to: swap)
    if tree.replacing == .stepAside { return try stepAside(old) }
    do throws(FileError) {
      try folder.exchange(swap, with: name)
    } catch {
      switch error.number {
      case EINVAL, ENOSYS, ENOTSUP: return try stepAside(old)
      default: break
      }
      try folder.unlink(swap)
      if error.number == ENOENT { return .changed }
      throw error
    }
    if try !holds(swap, [old]) {
      return try exchangeBack([new]) ? .changed : .keptAside
    }
    try folder.sync()
    try folder.unlink(swap)
    return .done
  }

  private func stepAside(_ old: Digest) throws(FileError) -> Ending {
    let taken = try takeAside(old)
    guard taken == .done else {
      try folder.unlink(swap)
      return taken
    }
    let filled = try fill(from: swap)
    try folder.unlink(aside)
    return filled ? .done : .changed
  }

  /// Removes the file under the target's name if it holds these bytes.
  package func remove(_ placed: Digest) throws(FileError) -> Ending {
    let ending = try takeAside(placed)
    if ending == .done {
      try folder.unlink(aside)
      try folder.sync()
    }
    return ending
  }

  /// Renames the target's file aside and looks at it there, where nobody else does; puts it back if it's
  /// another.
  private func takeAside(_ expected: Digest) throws(FileError) -> Ending {
    do throws(FileError) {
      try folder.rename(name, to: aside, in: folder)
    } catch {
      if error.number == ENOENT { return .changed }
      throw error
    }
    if try holds(aside, [expected]) { return .done }
    do throws(FileError) {
      try moveWithoutReplacing(aside, to: name)
      return .changed
    } catch {
      if error.number == EEXIST { return .keptAside }
      throw error
    }
  }

  /// Undoes an exchange; false where what came out this time is not ours to remove either.
  private func exchangeBack(_ ours: Set<Digest>) throws(FileError) -> Bool {
    do throws(FileError) {
      try folder.exchange(swap, with: name)
    } catch {
      guard error.number == ENOENT else { throw error }
      try moveWithoutReplacing(swap, to: name)
      try folder.sync()
      return true
    }
    try folder.sync()
    guard try holds(swap, ours) else { return false }
    try folder.unlink(swap)
    return true
  }

  private func holds(_ name: String, _ known: Set<Digest>) throws(FileError) -> Bool {
    guard case .regular(let digest, _, _) = try tree.state(of: name, in: folder) else { return false }
    return known.contains(digest)
  }

  /// Renames, or fails with EEXIST; by a second name where the file system can't rename so.
  private func moveWithoutReplacing(_ name: String, to newName: String) throws(FileError) {
    do throws(FileError) {
      if tree.replacing == .exchange { return try folder.renameWithoutReplacing(name, to: newName) }
    } catch {
      switch error.number {
      case EINVAL, ENOSYS, ENOTSUP: break
      default: throw error
      }
    }
    try folder.link(name, as: newName, in: folder)
    try folder.unlink(name)
  }

  package var keptAside: Fault {
    // Whichever of the two is there; the swap unless a rename aside left its own.
    let left = (try? folder.status(of: aside)) != nil ? aside : swap
    let index = target.components.count - 1
    return .targetKeptAside(target, aside: tree.path(target, upTo: index, left))
  }
}
