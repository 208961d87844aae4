import Core

/// Names an object: the SHA-256 of its bytes.
public typealias ObjectID = Digest

/// A user's file as it was copied into the objects.
package struct PinnedFile: Hashable, Sendable {
  package var id: ObjectID
  package var sizeBytes: Int
  /// What the file is instead of a PNG, such as `a JPEG`: then nothing of it was stored. Nil where it was.
  package var foreign: String?
  /// The digest of the file's own bytes; nil where the copy has the same ones.
  package var original: Digest?

  /// The digest of the file that was named.
  package var source: Digest { original ?? id }

  package init(id: ObjectID, sizeBytes: Int, foreign: String? = nil, original: Digest? = nil) {
    self.id = id
    self.sizeBytes = sizeBytes
    self.foreign = foreign
    self.original = original
  }
}

/// What a look at an object found.
package enum ObjectCondition: String, Hashable, Sendable {
  case sound
  case missing
  /// There is something under its name, but its bytes don't hash to it.
  case damaged
}

/// A copy of an object that belongs to whoever asked for it.
package struct PrivateCopy: Sendable {
  package let path: String
  /// Removes the copy, and what an outside program left beside it.
  package let remove: @Sendable () -> Void

  package init(path: String, remove: @escaping @Sendable () -> Void = {}) {
    self.path = path
    self.remove = remove
  }
}

/// Keeps bytes under their SHA-256.
///
/// Whatever stores returns only once the bytes and the folder that names them are on disk: an event may then
/// name the object. All of it is idempotent, and a damaged object that is stored again is sound afterwards.
/// Faults: 75 `disk_full`, 74 otherwise.
package protocol ObjectStore: Sendable {
  /// Stores bytes.
  func put(_ bytes: [UInt8]) async throws(Fault) -> ObjectID

  /// Stores several pieces of bytes with one sync of the folder; ids in the order given.
  func putAll(_ contents: [[UInt8]]) async throws(Fault) -> [ObjectID]

  /// Copies a user's file into the objects with one open and one read; anything but a regular file is refused
  /// (66).
  func pin(_ path: String) async throws(Fault) -> PinnedFile

  /// Copies an image into the objects as `pin` does, once it keeps to the rule (65) and its first bytes are a PNG's. Of
  /// any other file only the digest and the size are taken, and what it seems to be.
  func pinImage(_ path: String, under rule: ImageRule) async throws(Fault) -> PinnedFile

  /// Reads an object and checks its bytes against its name; `object_missing` or `object_damaged` (74)
  /// otherwise.
  func read(_ id: ObjectID, limitBytes: Int) async throws(Fault) -> [UInt8]

  /// Reads an object through and says whether it can be believed.
  func check(_ id: ObjectID) async throws(Fault) -> ObjectCondition

  /// The path at which other programs find an object's bytes; pure, whether or not the object is there.
  func path(of id: ObjectID) -> String

  /// Makes a copy of an object for an outside program, which may change or remove it as it likes. Its path ends in
  /// the name, such as `asset-3.png`, for programs that go by a file's ending.
  func copy(of id: ObjectID, named name: String) async throws(Fault) -> PrivateCopy

  /// Removes what killed processes left behind; never what a living one uses.
  func sweep() async

  /// Lists every object by name, sorted, without looking at the bytes.
  func list() async throws(Fault) -> [ObjectID]

  /// Removes an object that nothing names any more; false where there was none.
  func remove(_ id: ObjectID) async throws(Fault) -> Bool
}

extension ObjectStore {
  /// Without files there is nothing that is not to be stored.
  package func pinImage(_ path: String, under rule: ImageRule) async throws(Fault) -> PinnedFile {
    try await pin(path)
  }

  /// Without files there are no copies: the object's own path.
  package func copy(of id: ObjectID, named name: String) async throws(Fault) -> PrivateCopy {
    PrivateCopy(path: path(of: id))
  }

  /// Without files nothing is left behind.
  package func sweep() async {}
}
