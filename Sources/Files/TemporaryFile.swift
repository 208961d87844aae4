#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A file under a name of ours that is not yet what it will become.
///
/// Its maker holds the file's lock for as long as it lives. The kernel frees the lock when the maker ends,
/// however it ends: a temporary file whose lock is free belongs to nobody, and `sweep` may remove it.
package struct TemporaryFile {
  package let folder: OpenFile
  package let name: String
  package let file: OpenFile

  /// Makes an empty file with the first free name of `prefix0`, `prefix1`, …, and locks it.
  package static func make(
    in folder: OpenFile, prefix: String, mode: mode_t
  ) throws(FileError) -> TemporaryFile {
    var number = 0
    while true {
      let name = prefix + String(number)
      number += 1
      let file: OpenFile
      do {
        file = try folder.open(name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, mode: mode)
      } catch {
        if error.number == EEXIST { continue }
        throw error
      }
      let made = TemporaryFile(folder: folder, name: name, file: file)
      do throws(FileError) {
        // A sweep may have come between the making and the lock: then the name is lost, and the next one is
        // tried.
        if try file.tryLock(), try file.status().linkCount > 0 { return made }
      } catch {
        made.discard()
        throw error
      }
    }
  }

  /// Removes the file while it still has its temporary name; what can't be removed is left to a later sweep.
  package func discard() {
    _ = try? folder.unlink(name)
  }

  /// Removes the files under our prefix whose makers are gone; returns the names removed.
  package static func sweep(_ folder: OpenFile, prefix: String) throws(FileError) -> [String] {
    var removed = [String]()
    for name in try folder.names() where name.hasPrefix(prefix) {
      guard let status = try folder.status(of: name), status.kind == .regular,
        let file = try? folder.open(name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK),
        try file.tryLock(), try file.status().isSameFile(as: status)
      else { continue }
      if try folder.unlink(name) { removed.append(name) }
    }
    return removed
  }
}
