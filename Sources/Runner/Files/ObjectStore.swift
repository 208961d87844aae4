import Ledger

/// Names an object: the SHA-256 of its bytes.
public typealias ObjectID = Digest

/// A user's file as it was copied into the objects.
public struct PinnedFile: Hashable, Sendable {
  public var id: ObjectID
  public var sizeBytes: Int

  public init(id: ObjectID, sizeBytes: Int) {
    self.id = id
    self.sizeBytes = sizeBytes
  }
}

/// What a look at an object found.
public enum ObjectCondition: String, Hashable, Sendable {
  case sound
  case missing
  /// There is something under its name, but its bytes don't hash to it.
  case damaged
}

/// Keeps bytes under their SHA-256.
///
/// Whatever stores returns only once the bytes and the folder that names them are on disk: an event may then
/// name the object. All of it is idempotent, and a damaged object that is stored again is sound afterwards.
/// Faults: 75 `disk_full`, 74 otherwise.
public protocol ObjectStore: Sendable {
  /// Stores bytes.
  func put(_ bytes: [UInt8]) async throws(Fault) -> ObjectID

  /// Stores several pieces of bytes with one sync of the folder; ids in the order given.
  func putAll(_ contents: [[UInt8]]) async throws(Fault) -> [ObjectID]

  /// Copies a user's file into the objects with one open and one read; anything but a regular file is refused
  /// (66).
  func pin(_ path: String) async throws(Fault) -> PinnedFile

  /// Reads an object and checks its bytes against its name; `object_missing` or `object_damaged` (74)
  /// otherwise.
  func read(_ id: ObjectID, limitBytes: Int) async throws(Fault) -> [UInt8]

  /// Reads an object through and says whether it can be believed.
  func check(_ id: ObjectID) async throws(Fault) -> ObjectCondition

  /// The path at which other programs find an object's bytes; pure, whether or not the object is there.
  func path(of id: ObjectID) -> String

  /// A path at which an object has a name, such as `asset-3.png`, for programs that go by a file's ending.
  func path(of id: ObjectID, named name: String) async throws(Fault) -> String

  /// Lists every object by name, sorted, without looking at the bytes.
  func list() async throws(Fault) -> [ObjectID]

  /// Removes an object that nothing names any more; false where there was none.
  func remove(_ id: ObjectID) async throws(Fault) -> Bool
}

extension ObjectStore {
  /// Without files there are no names: the object's own path.
  public func path(of id: ObjectID, named name: String) async throws(Fault) -> String { path(of: id) }
}
