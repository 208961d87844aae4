#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A folder in `tmp/` that belongs to one call: what an outside program is given lies in it, and whatever the program
/// leaves beside that goes with it.
///
/// Its maker holds the folder's lock for as long as it lives, as with `TemporaryFile`: a folder whose lock is free
/// belongs to nobody, and `sweep` may remove it.
package struct PrivateFolder {
  package static let prefix = "x-"
  /// Deeper folders of a program are not looked for.
  private static let deepest = 16

  package let name: String
  package let folder: OpenFile
  private let outer: OpenFile

  /// Makes an empty folder with the first free name of `x-0`, `x-1`, …, and locks it.
  package static func make(in outer: OpenFile) throws(FileError) -> PrivateFolder {
    var number = 0
    while true {
      let name = prefix + String(number)
      number += 1
      guard try outer.makeFolder(name, mode: 0o700) else { continue }
      do throws(FileError) {
        let folder = try outer.folder(name)
        // A sweep may have come between the making and the lock: then the name is lost, and the next one is tried.
        if try folder.tryLock(), let there = try outer.status(of: name),
          try folder.status().isSameFile(as: there)
        {
          return PrivateFolder(name: name, folder: folder, outer: outer)
        }
      } catch {
        if error.number != ENOENT { throw error }
      }
    }
  }

  /// Removes the folder and all that is in it; what can't be removed is left to a later sweep.
  package func remove() { try? Self.remove(name, in: outer) }

  /// Removes the folders whose makers are gone; returns their names.
  package static func sweep(_ outer: OpenFile) throws(FileError) -> [String] {
    var removed: [String] = []
    for name in try outer.names() where name.hasPrefix(prefix) {
      guard let there = try outer.status(of: name), there.kind == .folder,
        let folder = try? outer.folder(name), try folder.tryLock(), try folder.status().isSameFile(as: there)
      else { continue }
      if (try? remove(name, in: outer)) != nil { removed.append(name) }
    }
    return removed
  }

  /// Removes a folder with its contents, following no link.
  private static func remove(_ name: String, in outer: OpenFile, depth: Int = 0) throws(FileError) {
    guard depth < deepest else { throw FileError("unlinkat", ELOOP) }
    let folder = try outer.folder(name)
    // A program may have taken the right to write from a folder of its own.
    try? folder.setMode(0o700)
    for inner in try folder.names() {
      if try folder.status(of: inner)?.kind == .folder {
        try remove(inner, in: folder, depth: depth + 1)
      } else {
        try folder.unlink(inner)
      }
    }
    try outer.removeFolder(name)
  }
}
