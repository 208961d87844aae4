import Core

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Makes folders that a user named.
package enum FolderPath {
  /// Makes a folder and those above it; one that is there already is fine.
  package static func make(_ path: String) throws(Fault) {
    var folder = ""
    for component in path.split(separator: "/") where component != "." {
      folder += "/" + component
      guard mkdir(folder, 0o777) != 0, errno != EEXIST else { continue }
      throw .target("make the folder", folder, .last("mkdir"))
    }
    var facts = stat()
    guard stat(path, &facts) == 0, facts.st_mode & S_IFMT == S_IFDIR else {
      throw .target("make the folder", path, FileError("mkdir", ENOTDIR))
    }
  }

  /// Tells whether a folder holds nothing, or is not there.
  package static func isFree(_ path: String) throws(Fault) -> Bool {
    do throws(FileError) {
      return try OpenFile.open(path, O_RDONLY | O_DIRECTORY).names().isEmpty
    } catch {
      if error.number == ENOENT { return true }
      throw .target("open the folder", path, error)
    }
  }
}
