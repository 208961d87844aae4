#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Absolute paths, compared by their components and never as text.
enum ProjectPath {
  /// Resolves a folder's path as the kernel would: no links, no `.` and `..` left in it.
  static func resolved(_ path: String) throws(Fault) -> String {
    guard let buffer = realpath(path, nil) else { throw .file("find", path, .last("realpath")) }
    defer { free(buffer) }
    return String(cString: buffer)
  }

  static func parent(of path: String) -> String {
    "/" + path.split(separator: "/").dropLast().joined(separator: "/")
  }

  static func appending(_ components: [String], to folder: String) -> String {
    "/" + (folder.split(separator: "/").map(String.init) + components).joined(separator: "/")
  }

  /// Returns the components that lead from a folder to a path in it, none for itself; nil for a path
  /// elsewhere.
  static func components(of path: String, below folder: String) -> [String]? {
    let parts = path.split(separator: "/")
    let outer = folder.split(separator: "/")
    guard parts.starts(with: outer) else { return nil }
    return parts.dropFirst(outer.count).map(String.init)
  }

  /// Returns what a path stands for, without following it if it is a link; nil where there is nothing to be
  /// seen.
  static func kind(of path: String) -> FileKind? {
    var facts = stat()
    return lstat(path, &facts) == 0 ? FileStatus(facts).kind : nil
  }
}
