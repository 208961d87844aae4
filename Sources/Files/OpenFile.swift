import CFiles
import Core

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// An open file that is closed when nobody holds it any more.
///
/// The descriptor never leaves the type: a system call outside could run after the last reference is gone and
/// the number has been given to another file.
package final class OpenFile: Sendable {
  fileprivate let descriptor: Int32

  /// Bytes moved at a time by everything that reads or writes.
  package static let pieceBytes = 1 << 18

  package init(owning descriptor: Int32) { self.descriptor = descriptor }

  deinit { close(descriptor) }

  /// Opens by path from the working directory; close-on-exec is added.
  package static func open(_ path: String, _ flags: Int32) throws(FileError) -> OpenFile {
    let descriptor = try retrying("open") { openat(AT_FDCWD, path, flags | O_CLOEXEC) }
    return OpenFile(owning: descriptor)
  }

  /// Opens a name in this folder; close-on-exec is added. `mode` counts where a file is made.
  package func open(_ name: String, _ flags: Int32, mode: mode_t = 0) throws(FileError) -> OpenFile {
    let opened = try retrying("openat") { openat(descriptor, name, flags | O_CLOEXEC, mode) }
    return OpenFile(owning: opened)
  }

  package func status() throws(FileError) -> FileStatus { FileStatus(try facts()) }

  /// All that the system says of the file.
  package func facts() throws(FileError) -> stat {
    var facts = stat()
    _ = try retrying("fstat") { fstat(descriptor, &facts) }
    return facts
  }

  /// Fills the buffer as far as one read does; 0 at the end of the file.
  package func read(into buffer: UnsafeMutableRawBufferPointer) throws(FileError) -> Int {
    while true {
      #if canImport(Darwin)
        let count = Darwin.read(descriptor, buffer.baseAddress, buffer.count)
      #elseif canImport(Musl)
        let count = Musl.read(descriptor, buffer.baseAddress, buffer.count)
      #else
        let count = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
      #endif
      if count >= 0 { return count }
      if errno != EINTR { throw .last("read") }
    }
  }

  package func write(_ bytes: UnsafeRawBufferPointer) throws(FileError) {
    var rest = bytes
    while !rest.isEmpty {
      #if canImport(Darwin)
        let count = Darwin.write(descriptor, rest.baseAddress, rest.count)
      #elseif canImport(Musl)
        let count = Musl.write(descriptor, rest.baseAddress, rest.count)
      #else
        let count = Glibc.write(descriptor, rest.baseAddress, rest.count)
      #endif
      if count < 0 {
        if errno == EINTR { continue }
        throw .last("write")
      }
      rest = UnsafeRawBufferPointer(rebasing: rest[count...])
    }
  }

  package func write(_ bytes: [UInt8]) throws(FileError) {
    // `withUnsafeBytes` rethrows without a type, so the outcome is carried out as a value.
    let outcome = bytes.withUnsafeBytes { buffer in
      Result { () throws(FileError) in try write(buffer) }
    }
    try outcome.get()
  }

  /// Returns once what was written, or a folder's entries, are on the disk.
  package func sync() throws(FileError) {
    #if canImport(Darwin)
      _ = try retrying("fcntl") { fcntl(descriptor, F_FULLFSYNC) }
    #else
      _ = try retrying("fsync") { fsync(descriptor) }
    #endif
  }

  package func setMode(_ mode: mode_t) throws(FileError) {
    _ = try retrying("fchmod") { fchmod(descriptor, mode) }
  }

  /// Sets the times of last use and change to now; only the owner may.
  package func setModifiedNow() throws(FileError) {
    _ = try retrying("futimens") { futimens(descriptor, nil) }
  }

  /// Sets the time of change to a number of seconds ago, where it is later; only the owner may.
  package func setModified(beforeSecondsAgo seconds: Int) throws(FileError) {
    let facts = try facts()
    let latest = time(nil) - seconds
    #if canImport(Darwin)
      let (used, changed) = (facts.st_atimespec, facts.st_mtimespec)
    #else
      let (used, changed) = (facts.st_atim, facts.st_mtim)
    #endif
    if changed.tv_sec <= latest { return }
    let times = [used, timespec(tv_sec: latest, tv_nsec: 0)]
    _ = try retrying("futimens") { futimens(descriptor, times) }
  }

  package func rewind() throws(FileError) {
    if lseek(descriptor, 0, SEEK_SET) < 0 { throw .last("lseek") }
  }

  /// Takes the file's lock if nobody holds it; the kernel frees it with the last reference, also after a
  /// kill.
  package func tryLock() throws(FileError) -> Bool {
    do {
      _ = try retrying("flock") { flock(descriptor, LOCK_EX | LOCK_NB) }
      return true
    } catch {
      if error.number == EWOULDBLOCK { return false }
      throw error
    }
  }

  /// Shares the blocks of another file instead of copying them; false where the file system can't.
  package func clone(_ source: OpenFile) throws(FileError) -> Bool {
    do {
      try retryingNumbered("ioctl") { cfiles_clone(source.descriptor, descriptor) }
      return true
    } catch {
      switch error.number {
      case ENOSPC, EDQUOT, EIO: throw error
      default: return false
      }
    }
  }

  /// Reads from the file's offset to its end, hashing every byte, and hands each piece on.
  package func digest(
    limitBytes: Int = .max, _ take: (UnsafeRawBufferPointer) throws(FileError) -> Void = { _ in }
  ) throws(FileError) -> (digest: Digest, sizeBytes: Int) {
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: Self.pieceBytes, alignment: 16)
    defer { buffer.deallocate() }
    var hasher = SHA256()
    var sizeBytes = 0
    while true {
      let count = try read(into: buffer)
      if count == 0 { break }
      sizeBytes += count
      if sizeBytes > limitBytes { throw FileError("read", EFBIG) }
      let piece = UnsafeRawBufferPointer(rebasing: buffer[..<count])
      hasher.update(piece)
      try take(piece)
    }
    return (hasher.finish(), sizeBytes)
  }

  /// Reads `count` bytes from the file's offset, or fewer where it ends before.
  package func beginning(count: Int) throws(FileError) -> [UInt8] {
    var bytes = [UInt8]()
    let buffer = UnsafeMutableRawBufferPointer.allocate(
      byteCount: min(count, Self.pieceBytes), alignment: 16)
    defer { buffer.deallocate() }
    while bytes.count < count {
      let wanted = min(buffer.count, count - bytes.count)
      let read = try read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[..<wanted]))
      if read == 0 { break }
      bytes.append(contentsOf: buffer[..<read])
    }
    return bytes
  }

  /// Reads from the file's offset to its end; EFBIG beyond the limit.
  package func bytes(limitBytes: Int) throws(FileError) -> [UInt8] {
    let bytes = try beginning(count: limitBytes == .max ? .max : limitBytes + 1)
    if bytes.count > limitBytes { throw FileError("read", EFBIG) }
    return bytes
  }
}

// MARK: - Names in a folder; none of these follows a link.

extension OpenFile {
  /// Opens a sub-folder; a link, even to a folder, is refused with ELOOP or ENOTDIR.
  package func folder(_ name: String) throws(FileError) -> OpenFile {
    try open(name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW)
  }

  /// Looks at a name without following it; nil where there is none.
  package func status(of name: String) throws(FileError) -> FileStatus? {
    var facts = stat()
    do {
      _ = try retrying("fstatat") { fstatat(descriptor, name, &facts, AT_SYMLINK_NOFOLLOW) }
      return FileStatus(facts)
    } catch {
      if error.number == ENOENT { return nil }
      throw error
    }
  }

  /// Makes a sub-folder; false where the name is taken.
  package func makeFolder(_ name: String, mode: mode_t) throws(FileError) -> Bool {
    do {
      _ = try retrying("mkdirat") { mkdirat(descriptor, name, mode) }
      return true
    } catch {
      if error.number == EEXIST { return false }
      throw error
    }
  }

  package func rename(_ name: String, to newName: String, in other: OpenFile) throws(FileError) {
    _ = try retrying("renameat") { renameat(descriptor, name, other.descriptor, newName) }
  }

  package func renameWithoutReplacing(_ name: String, to newName: String) throws(FileError) {
    try retryingNumbered("renameat2") {
      cfiles_rename_without_replacing(descriptor, name, newName)
    }
  }

  package func exchange(_ name: String, with other: String) throws(FileError) {
    try retryingNumbered("renameat2") { cfiles_exchange(descriptor, name, other) }
  }

  /// Gives a file a second name; EEXIST where it is taken.
  package func link(_ name: String, as newName: String, in other: OpenFile) throws(FileError) {
    _ = try retrying("linkat") { linkat(descriptor, name, other.descriptor, newName, 0) }
  }

  /// Removes a name; false where there was none.
  @discardableResult
  package func unlink(_ name: String) throws(FileError) -> Bool {
    do {
      _ = try retrying("unlinkat") { unlinkat(descriptor, name, 0) }
      return true
    } catch {
      if error.number == ENOENT { return false }
      throw error
    }
  }

  package func removeFolder(_ name: String) throws(FileError) {
    _ = try retrying("unlinkat") { unlinkat(descriptor, name, AT_REMOVEDIR) }
  }

  /// Lists the names in a folder by its path, sorted.
  package static func names(inFolder path: String) throws(FileError) -> [String] {
    try open(path, O_RDONLY | O_DIRECTORY).names()
  }

  /// Lists the folder's names, sorted, without `.` and `..`; each call reads it again.
  package func names() throws(FileError) -> [String] {
    let descriptor = try retrying("openat") {
      openat(self.descriptor, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    }
    guard let stream = fdopendir(descriptor) else {
      let error = FileError.last("fdopendir")
      close(descriptor)
      throw error
    }
    defer { closedir(stream) }
    var names = [String]()
    while true {
      errno = 0
      guard let entry = readdir(stream) else {
        if errno != 0 { throw .last("readdir") }
        return names.sorted()
      }
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 1) { String(cString: $0) }
      }
      if name != "." && name != ".." { names.append(name) }
    }
  }
}
