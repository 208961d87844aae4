import Core
import Files

/// What a look at a target's place found.
package enum TargetState: Hashable, Sendable {
  case absent
  /// A regular file with these bytes; `mode` holds permission bits.
  case regular(Digest, sizeBytes: Int, mode: UInt32)
  /// Something else has the target's own name.
  case other(FileKind)
  /// A folder on the way is a symbolic link: its path from the root.
  case linkOnTheWay(String)
  /// What should be a folder on the way is a file: its path from the root.
  case fileOnTheWay(String)
  /// A name on the way, or the target's own, is there but spelt differently: that path from the root.
  case caseClash(String)
}

/// What must be at a target's place when it is written.
package enum TargetExpectation: Hashable, Sendable {
  case absent
  /// A file of ours to replace, or one that is allowed to be replaced, with these bytes.
  case holding(Digest)
}

/// An object and the path at which its bytes are found.
package struct ObjectFile: Hashable, Sendable {
  package var id: ObjectID
  package var path: String

  package init(id: ObjectID, path: String) {
    self.id = id
    self.path = path
  }
}

/// What became of a target that was to be placed.
package struct PlaceOutcome: Hashable, Sendable {
  package enum Kind: String, Hashable, Sendable {
    case placed
    /// The target held these bytes before; nothing was written.
    case alreadyThere
  }

  package var kind: Kind
  /// Folders made on the way, outermost first, as paths from the root.
  package var createdFolders: [String]

  package init(_ kind: Kind, createdFolders: [String]) {
    self.kind = kind
    self.createdFolders = createdFolders
  }
}

/// What became of a target that was to be undone.
package enum TakeBackOutcome: Hashable, Sendable {
  case done
  /// It was so before: the file gone, or the earlier bytes there.
  case alreadySo
  /// Somebody changed it after it was placed: theirs is left as it is.
  case leftAlone(TargetState)
}

/// The user's working tree, as far as a batch may touch it.
///
/// Nothing outside the root is reached, no link is followed, and bytes that the caller didn't name are
/// neither replaced nor removed. Every operation is idempotent, returns once its effect is on disk, and can
/// be repeated after a kill at any instruction. Faults: 73 for what is in the way, 75 `disk_full`, 74
/// otherwise.
package protocol Worktree: Sendable {
  /// Looks at a target's place; changes nothing.
  func inspect(_ target: TargetPath) async throws(Fault) -> TargetState

  /// Names the folders that `place` would make, outermost first, so that they can be recorded beforehand.
  func missingFolders(_ target: TargetPath) async throws(Fault) -> [String]

  /// Writes an object's bytes to a target, if its place is as expected; `target_changed` (73) if not.
  func place(
    _ target: TargetPath, _ object: ObjectFile, expecting: TargetExpectation
  ) async throws(Fault) -> PlaceOutcome

  /// Removes a target if it still holds the bytes that were placed.
  func remove(_ target: TargetPath, ifHolding placed: Digest) async throws(Fault) -> TakeBackOutcome

  /// Puts earlier bytes back if the target still holds the bytes that were placed.
  func restore(
    _ target: TargetPath, _ earlier: ObjectFile, replacing placed: Digest
  ) async throws(Fault) -> TakeBackOutcome

  /// Removes those of the given folders that are empty, innermost first; returns the ones removed.
  func removeEmptyFolders(_ folders: [String]) async throws(Fault) -> [String]

  /// Removes half-written files that killed runs left in the folders of these targets; returns their paths.
  func sweepTemporary(around targets: [TargetPath]) async throws(Fault) -> [String]
}
