import Core
import Runner

/// The file system: objects, the user's working tree, and their images.
struct Disk {
  struct Object {
    var isDamaged = false
    /// Its bytes and its name outlast a power failure.
    var isSynced: Bool
  }

  struct File: Hashable {
    var digest: Digest
    /// The batch that placed it last; nil for the user's own.
    var batch: BatchID?
  }

  struct Unsynced {
    struct Change {
      var before: File?
      var after: File?
    }

    var files: [String: Change] = [:]
    /// Folders that were made.
    var folders: Set<String> = []
  }

  var objects: [Digest: Object] = [:]
  /// The working tree, by path from the repository's top.
  var files: [String: File] = [:]
  var folders: Set<String> = []
  /// What a power failure may undo.
  var unsynced = Unsynced()
  /// What users keep outside, such as images: absolute paths.
  var sources: [String: Digest] = [:]
  /// Every content that ever was, by its digest.
  var contents: [Digest: [UInt8]] = [:]

  mutating func remember(_ bytes: [UInt8]) -> Digest {
    let digest = Digest.sha256(bytes)
    contents[digest] = bytes
    return digest
  }

  /// Brings a target to what it is to hold, or away.
  mutating func write(_ path: String, _ file: File?, isSynced: Bool) {
    let before = unsynced.files[path].map(\.before) ?? files[path]
    unsynced.files[path] = isSynced ? nil : Unsynced.Change(before: before, after: file)
    files[path] = file
  }

  /// Tells whether what is at a path, and the folders above it, outlast a power failure. What a user has
  /// written is theirs to sync.
  func isSettled(_ path: String) -> Bool {
    (unsynced.files[path].map { $0.after != files[path] } ?? true)
      && unsynced.folders.isDisjoint(with: Self.folders(above: path))
  }

  mutating func settle(_ path: String) {
    unsynced.files[path] = nil
    unsynced.folders.subtract(Self.folders(above: path))
  }

  /// Undoes, or keeps, each thing that is not synced.
  mutating func losePower(_ isLost: () -> Bool) {
    for (id, object) in objects.sorted(by: { $0.key < $1.key }) where !object.isSynced && isLost() {
      objects[id] = nil
    }
    for (path, change) in unsynced.files.sorted(by: { $0.key < $1.key })
    where files[path] == change.after && isLost() {
      files[path] = change.before
    }
    // Innermost first: only an empty folder is lost.
    for folder in unsynced.folders.sorted(by: >) where isEmpty(folder) && isLost() { folders.remove(folder) }
    unsynced = Unsynced()
  }

  mutating func makeFolders(above path: String) {
    for folder in Self.folders(above: path) { folders.insert(folder) }
  }

  /// `a/b/c` lies in `a` and `a/b`, outermost first.
  static func folders(above path: String) -> [String] {
    path.indices.filter { path[$0] == "/" }.map { String(path[..<$0]) }
  }

  func isEmpty(_ folder: String) -> Bool {
    !files.keys.contains { $0.hasPrefix(folder + "/") } && !folders.contains { $0.hasPrefix(folder + "/") }
  }
}
