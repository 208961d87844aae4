import Core
import FileStore
import Files
import Synchronization

/// Objects that a plan would store: hashed and remembered, never written.
///
/// What is not among them is looked up in the real objects, if there are any.
final class PlannedObjects: ObjectStore {
  private struct Held {
    var contents: [ObjectID: [UInt8]] = [:]
    /// Where the bytes of images are that would be copied.
    var sources: [ObjectID: String] = [:]
  }

  private let base: FileObjectStore?
  private let held = Mutex(Held())

  init(over base: FileObjectStore?) { self.base = base }

  func put(_ bytes: [UInt8]) throws(Fault) -> ObjectID {
    let id = Digest.sha256(bytes)
    held.withLock { $0.contents[id] = bytes }
    return id
  }

  func putAll(_ contents: [[UInt8]]) throws(Fault) -> [ObjectID] {
    try contents.map { bytes throws(Fault) in try put(bytes) }
  }

  func pin(_ path: String) throws(Fault) -> PinnedFile {
    let input = try InputFile(opening: path)
    try input.refuseSystemFile()
    let pinned = try input.measured()
    held.withLock { $0.sources[pinned.id] = path }
    return pinned
  }

  func pinImage(_ path: String, under rule: ImageRule) throws(Fault) -> PinnedFile {
    let image = try InputImage(opening: path, under: rule).measured()
    if image.foreign == nil { held.withLock { $0.sources[image.id] = path } }
    return image
  }

  func read(_ id: ObjectID, limitBytes: Int) throws(Fault) -> [UInt8] {
    if let bytes = held.withLock({ $0.contents[id] }) { return bytes }
    if let source = held.withLock({ $0.sources[id] }) {
      return try InputFile.bytes(at: source, limitBytes: limitBytes)
    }
    guard let base else { throw .objectMissing(id, id.hex) }
    return try base.read(id, limitBytes: limitBytes)
  }

  func check(_ id: ObjectID) throws(Fault) -> ObjectCondition {
    if held.withLock({ $0.contents[id] != nil || $0.sources[id] != nil }) { return .sound }
    return try base?.check(id) ?? .missing
  }

  func path(of id: ObjectID) -> String {
    held.withLock { $0.sources[id] } ?? base?.path(of: id) ?? id.hex
  }

  func list() throws(Fault) -> [ObjectID] {
    let planned = held.withLock { Set($0.contents.keys).union($0.sources.keys) }
    return Set(try base?.list() ?? []).union(planned).sorted()
  }

  func remove(_ id: ObjectID) throws(Fault) -> Bool {
    preconditionFailure("A plan removes nothing.")
  }
}
