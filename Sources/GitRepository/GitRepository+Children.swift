import Core

/// Folders of a commit.
extension GitRepository {
  package func children(of folder: String, at commit: GitID) throws(Fault) -> [String] {
    if let known = trees.folder(Self.plain(folder), at: commit) { return known.keys.sorted() }
    let tree = folder.isEmpty || folder == "/" ? commit.text : "\(commit):\(folder)"
    // 128: no such folder at that commit.
    let result = try git.run(
      ["ls-tree", "-z", "--name-only", "--full-tree", tree], .init(answers: [0, 128]))
    return result.succeeded ? result.fields : []
  }

  package func lookAhead(at commit: GitID, paths: [String], folders: [String]) throws(Fault) {
    ahead.waitForTrees()
    try readTrees(at: commit, paths: paths, folders: folders)
  }

  package func readTrees(at commit: GitID, paths: [String], folders: [String]) throws(Fault) {
    let named = folders.map(Self.plain)
    _ = try entries(at: commit, in: [""] + (paths + named).flatMap(Self.folders(above:)) + named)
  }

  /// What is right in folders of a commit, in one call of git; nothing where there is no such folder.
  ///
  /// Folders are named without a slash at the end, the top is empty.
  package func entries(
    at commit: GitID, in folders: [String]
  ) throws(Fault) -> [String: [String: TreeEntry]] {
    var found: [String: [String: TreeEntry]] = [:]
    for folder in Set(folders) { found[folder] = trees.folder(folder, at: commit) }
    let unknown = Set(folders).filter { found[$0] == nil }.sorted()
    for (folder, object) in zip(unknown, try objects(unknown.map { "\(commit):\($0)" })) {
      let isTree = object?.head.type == "tree"
      found[folder] = isTree ? Self.entries(ofTree: object?.bytes ?? [], layout.objectFormat) : [:]
      // Folders come after those they lie in. One that is named and not there is damage, as a top that is missing.
      if object == nil, Self.isNamed(folder, among: found) { throw .commitIncomplete(commit) }
    }
    trees.keep(found, at: commit)
    return found
  }

  private static func isNamed(_ folder: String, among found: [String: [String: TreeEntry]]) -> Bool {
    guard let parent = folders(above: folder).last ?? (folder.isEmpty ? nil : "") else { return true }
    return found[parent]?[String(folder.dropFirst(parent.isEmpty ? 0 : parent.count + 1))]?.mode == "040000"
  }

  /// A folder's path without the slash that it may end in.
  private static func plain(_ folder: String) -> String {
    folder.hasSuffix("/") ? String(folder.dropLast()) : folder
  }

  /// Reads a tree object: mode, a space, a name, NUL and an id, for each entry.
  private static func entries(
    ofTree bytes: ArraySlice<UInt8>, _ format: ObjectFormat
  ) -> [String: TreeEntry] {
    let idBytes = format == .sha1 ? 20 : 32
    var entries: [String: TreeEntry] = [:]
    var rest = bytes
    while let space = rest.firstIndex(of: UInt8(ascii: " ")), let end = rest[space...].firstIndex(of: 0) {
      let mode = String(decoding: rest[..<space], as: UTF8.self)
      let name = String(decoding: rest[(space + 1)..<end], as: UTF8.self)
      let id = rest[(end + 1)...].prefix(idBytes)
      rest = rest[(end + 1)...].dropFirst(idBytes)
      entries[name] = TreeEntry(mode: mode == "40000" ? "040000" : mode, id: GitID(bytes: id))
    }
    return entries
  }
}
