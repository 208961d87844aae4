import Core
import FileStore
import Files

/// Finds what keeps paths from becoming files, among names that are there.
///
/// Names are handed in one by one, from trees or from an index; nothing is asked of git or of the disk.
package struct ObstacleSearch {
  /// What a path asked for, or a folder above one, is to be.
  private struct Wanted {
    var path: String
    var isFolder: Bool
  }

  /// By folded path: two that some file system takes for one are one.
  private var wanted: [String: Wanted] = [:]
  private var firstNames: Set<String> = []
  package private(set) var found: [String: Obstacle] = [:]

  package init(_ paths: [String]) {
    for path in paths {
      wanted[TargetPath.folded(path)] = Wanted(path: path, isFolder: false)
      for folder in GitRepository.folders(above: path) {
        wanted[TargetPath.folded(folder)] = Wanted(path: folder, isFolder: true)
      }
    }
    firstNames = Set(wanted.keys.filter { !$0.contains("/") })
  }

  /// Every folder above the paths, and the top, which is empty.
  package var folders: [String] { [""] + wanted.values.filter(\.isFolder).map(\.path).sorted() }

  /// Looks at an entry; false where nothing below it can matter. The first obstacle of a path counts.
  @discardableResult
  package mutating func look(at path: String, mode: String) -> Bool {
    guard let wanted = wanted[TargetPath.folded(path)] else { return false }
    func note(_ kind: Obstacle.Kind, _ obstacles: inout [String: Obstacle]) -> Bool {
      obstacles[wanted.path] = obstacles[wanted.path] ?? Obstacle(path: path, kind: kind)
      return false
    }
    guard path.utf8.elementsEqual(wanted.path.utf8) else { return note(.otherCase, &found) }
    switch (mode, wanted.isFolder) {
    case ("040000", true): return true
    case ("040000", false): return note(.folder, &found)
    case ("160000", _): return note(.repository, &found)
    case ("120000", true): return note(.link, &found)
    case (_, true): return note(.file, &found)
    default: return false
    }
  }

  /// Looks at an entry of an index and at the folders it lies in.
  package mutating func look(atEntry path: String, mode: String) {
    for folder in GitRepository.folders(above: path) where !look(at: folder, mode: "040000") { return }
    look(at: path, mode: mode)
  }

  /// Whether a path can be on the way to anything.
  package func concerns(_ path: String) -> Bool { wanted[TargetPath.folded(path)] != nil }

  /// Whether a name of an index's top folder can be on the way to anything.
  package func concerns(firstName: String) -> Bool { firstNames.contains(TargetPath.folded(firstName)) }
}

extension GitRepository {
  package func obstacles(
    to paths: [String], at commit: GitID?, inWorkingTree: Bool
  ) throws(Fault) -> [String: Obstacle] {
    var search = ObstacleSearch(paths)
    let folders = search.folders
    if inWorkingTree {
      for folder in folders.dropFirst() {
        let path = "\(layout.topLevel)/\(folder)"
        switch FileFacts(at: path).kind {
        case .link: search.look(at: folder, mode: "120000")
        case .file, .special: search.look(at: folder, mode: "100644")
        case .folder where FileFacts(at: "\(path)/.git").kind != .absent:
          search.look(at: folder, mode: "160000")
        case .folder, .absent: break
        }
      }
      if let bytes = WholeFile.read(layout.indexFile) { lookAtIndex(bytes, &search) }
    }
    if let commit {
      var found: [(path: String, mode: String)] = []
      for (folder, names) in try entries(at: commit, in: folders) {
        for (name, entry) in names {
          let path = folder.isEmpty ? name : "\(folder)/\(name)"
          if search.concerns(path) { found.append((path, entry.mode)) }
        }
      }
      for (path, mode) in found.sorted(by: { $0.path < $1.path }) { search.look(at: path, mode: mode) }
    }
    let found = search.found
    return paths.reduce(into: [:]) { obstacles, path in
      obstacles[path] = (Self.folders(above: path) + [path]).lazy.compactMap { found[$0] }.first
    }
  }

  /// Those of the paths that can't be put into an index without taking entries of others out of it.
  package func clashes(of paths: [String], inIndex bytes: [UInt8]?) -> Set<String> {
    guard let bytes else { return [] }
    var search = ObstacleSearch(paths)
    lookAtIndex(bytes, &search)
    let found = search.found.filter { $0.value.kind != .otherCase }
    return Set(paths.filter { path in (Self.folders(above: path) + [path]).contains { found[$0] != nil } })
  }

  private func lookAtIndex(_ bytes: [UInt8], _ search: inout ObstacleSearch) {
    guard let index = IndexFile(bytes, layout.objectFormat) else { return }
    var files = [index]
    if let shared = index.sharedFile, let bytes = WholeFile.read("\(layout.gitFolder)/\(shared)"),
      let base = IndexFile(bytes, layout.objectFormat)
    {
      files.append(base)
    }
    for file in files {
      // Entries are sorted, so that one name of the top folder comes many times in a row.
      var first: (name: ArraySlice<UInt8>, isWanted: Bool) = ([], false)
      file.forEachEntry { name, mode in
        let top = name.prefix { $0 != UInt8(ascii: "/") }
        if top != first.name {
          first = (ArraySlice(Array(top)), search.concerns(firstName: String(decoding: top, as: UTF8.self)))
        }
        guard first.isWanted else { return }
        let path = String(
          decoding: name.last == UInt8(ascii: "/") ? name.dropLast() : name[...], as: UTF8.self)
        search.look(atEntry: path, mode: mode)
      }
    }
  }
}
