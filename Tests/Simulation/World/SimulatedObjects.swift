import Core
import FileStore
import Files
import Runner

/// The objects of a world, as one process reaches them.
struct SimulatedObjects: ObjectStore {
  let world: World
  let process: SimulatedProcess

  private func perform<Value: Sendable>(
    _ name: String, within: (() -> Void)? = nil, _ effect: () throws(Fault) -> Value
  ) async throws(Fault) -> Value {
    try await world.perform(
      .objects, name, by: process, lost: .ofDeadProcess, failing: Fault.files, within: within
    ) { () async throws(Fault) in try effect() }
  }

  func put(_ bytes: [UInt8]) async throws(Fault) -> ObjectID { try await putAll([bytes])[0] }

  func putAll(_ contents: [[UInt8]]) async throws(Fault) -> [ObjectID] {
    let world = world
    return try await perform("put \(contents.count)") {
      // Some are there by name, and none of them is synced.
      for bytes in contents where world.flip() { store(bytes, isSynced: false) }
    } _: { () throws(Fault) in
      contents.map { store($0, isSynced: true) }
    }
  }

  @discardableResult
  private func store(_ bytes: [UInt8], isSynced: Bool) -> Digest {
    let id = world.disk.remember(bytes)
    let wasSynced = world.disk.objects[id]?.isSynced ?? false
    world.disk.objects[id] = Disk.Object(isSynced: isSynced || wasSynced)
    return id
  }

  func pin(_ path: String) async throws(Fault) -> PinnedFile {
    try await perform("pin") { () throws(Fault) in
      let root = "/root/" + world.prefix
      let inTree =
        path.hasPrefix(root)
        ? world.disk.files[world.prefix + path.dropFirst(root.count)]?.digest : nil
      guard let digest = world.disk.sources[path] ?? inTree, let bytes = world.disk.contents[digest] else {
        throw Fault(.inputMissing, "No file at \"\(path)\".")
      }
      return PinnedFile(id: store(bytes, isSynced: true), sizeBytes: bytes.count)
    }
  }

  func read(_ id: ObjectID, limitBytes: Int) async throws(Fault) -> [UInt8] {
    try await perform("read \(id.hex.prefix(8))") { () throws(Fault) in
      guard let object = world.disk.objects[id], let bytes = world.disk.contents[id] else {
        throw Fault(.objectMissing, "Object \"\(id)\" is missing.")
      }
      if object.isDamaged { throw Fault(.objectDamaged, "Object \"\(id)\" is damaged.") }
      return bytes
    }
  }

  func check(_ id: ObjectID) async throws(Fault) -> ObjectCondition {
    try await perform("check \(id.hex.prefix(8))") { () throws(Fault) in
      guard let object = world.disk.objects[id] else { return .missing }
      return object.isDamaged ? .damaged : .sound
    }
  }

  func path(of id: ObjectID) -> String {
    let pictures = Pictures.shared
    guard pictures.all.contains(where: { $0.digest == id }) else { return "/objects/\(id.hex)" }
    guard let object = world.disk.objects[id] else { return "/objects/\(id.hex)" }
    return object.isDamaged ? "\(pictures.folder)/damaged" : "\(pictures.folder)/\(id.hex)"
  }

  func list() async throws(Fault) -> [ObjectID] {
    try await perform("list") { () throws(Fault) in world.disk.objects.keys.sorted() }
  }

  func remove(_ id: ObjectID) async throws(Fault) -> Bool {
    try await perform("remove") { () throws(Fault) in world.disk.objects.removeValue(forKey: id) != nil }
  }
}
