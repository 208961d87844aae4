import Ledger
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

  var objects: [Digest: Object] = [:]
  /// The working tree, by path from the repository's top.
  var files: [String: File] = [:]
  var folders: Set<String> = []
  /// What users keep outside, such as images: absolute paths.
  var sources: [String: Digest] = [:]
  /// Every content that ever was, by its digest.
  var contents: [Digest: [UInt8]] = [:]

  mutating func remember(_ bytes: [UInt8]) -> Digest {
    let digest = Digest.sha256(bytes)
    contents[digest] = bytes
    return digest
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
