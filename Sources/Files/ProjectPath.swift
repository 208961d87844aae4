import Core

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Absolute paths, compared by their components and never as text.
package enum ProjectPath {
  /// Resolves a folder's path as the kernel would: no links, no `.` and `..` left in it.
  ///
  /// Refuses a folder that is not there, and one whose path can't be written down: it must be UTF-8 text of one line,
  /// since git and the events name it.
  package static func resolved(_ path: String) throws(Fault) -> String {
    guard let buffer = realpath(path, nil) else { throw .folderUnusable(path, .last("realpath")) }
    defer { free(buffer) }
    guard let resolved = String(validatingCString: buffer) else {
      throw .pathUnusable(String(cString: buffer), found: "bytes that are not UTF-8")
    }
    if resolved.utf8.contains(where: { $0 == 10 || $0 == 13 }) {
      throw .pathUnusable(resolved, found: "a line break in it")
    }
    return resolved
  }

  /// The longest path of a ledger's folder that SQLite opens its files in: it keeps 512 bytes for a path.
  package static let longestLedgerFolder = 512 - "/ledger.db-journal".utf8.count - 1

  /// Tells whether something is at a path, wherever a link there leads.
  package static func exists(_ path: String) -> Bool {
    var facts = stat()
    return stat(path, &facts) == 0 || errno != ENOENT
  }

  package static func parent(of path: String) -> String {
    "/" + path.split(separator: "/").dropLast().joined(separator: "/")
  }

  package static func appending(_ components: [String], to folder: String) -> String {
    "/" + (folder.split(separator: "/").map(String.init) + components).joined(separator: "/")
  }

  /// Returns the components that lead from a folder to a path in it, none for itself; nil for a path
  /// elsewhere.
  package static func components(of path: String, below folder: String) -> [String]? {
    let parts = path.split(separator: "/")
    let outer = folder.split(separator: "/")
    guard parts.starts(with: outer) else { return nil }
    return parts.dropFirst(outer.count).map(String.init)
  }

  /// Returns the components that lead on from where a path enters a folder, told by the folder itself and not by its name,
  /// so that another way to it counts, too; nil for a path elsewhere.
  package static func components(of path: String, enteringFolder folder: String) -> [String]? {
    let parts = path.split(separator: "/").map(String.init)
    let wanted = FileFacts(following: folder)
    guard wanted.kind == .folder else { return nil }
    for count in parts.indices {
      let above = appending(Array(parts.prefix(count)), to: "/")
      if FileFacts(following: above).isSameFile(as: wanted) { return Array(parts.dropFirst(count)) }
    }
    return nil
  }

  /// Tells whether a path leads into a folder once all links are resolved.
  package static func leads(_ path: String, into folder: String) -> Bool {
    components(of: (try? resolved(path)) ?? path, enteringFolder: folder) != nil
  }

  /// Returns what a path stands for, without following it if it is a link; nil where there is nothing to be
  /// seen.
  package static func kind(of path: String) -> FileKind? {
    var facts = stat()
    return lstat(path, &facts) == 0 ? FileStatus(facts).kind : nil
  }
}
