#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Small files read and written in one go.
package enum WholeFile {
  /// The bytes of a regular file, through no link; nil where it can't be read.
  package static func read(_ path: String) -> [UInt8]? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
    var bytes = [UInt8](repeating: 0, count: Int(status.st_size))
    var count = 0
    while count < bytes.count {
      let step = bytes.withUnsafeMutableBytes { systemRead(descriptor, $0, from: count) }
      if step < 0 && errno == EINTR { continue }
      if step < 0 { return nil }
      if step == 0 { break }
      count += step
    }
    return Array(bytes.prefix(count))
  }

  /// Makes or replaces a file; returns false where that failed. Not synced.
  package static func write(_ bytes: [UInt8], to path: String, mode: mode_t = 0o600) -> Bool {
    unlink(path)
    let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode)
    guard descriptor >= 0 else { return false }
    // The mode is meant as it is, whatever the umask.
    fchmod(descriptor, mode)
    var rest = bytes[...]
    while !rest.isEmpty {
      let step = rest.withUnsafeBytes { systemWrite(descriptor, $0) }
      if step < 0 && errno == EINTR { continue }
      if step < 0 {
        close(descriptor)
        return false
      }
      rest = rest.dropFirst(step)
    }
    return close(descriptor) == 0
  }

  /// Syncs a file's bytes or a folder's names; what isn't there has none, nor what would lie below a file. Returns
  /// what failed.
  package static func sync(_ path: String) -> String? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    if descriptor < 0 {
      return errno == ENOENT || errno == ENOTDIR ? nil : String(cString: strerror(errno))
    }
    defer { close(descriptor) }
    return fsync(descriptor) == 0 ? nil : String(cString: strerror(errno))
  }

  private static func systemRead(_ descriptor: Int32, _ buffer: UnsafeMutableRawBufferPointer, from: Int)
    -> Int
  {
    pread(descriptor, buffer.baseAddress?.advanced(by: from), buffer.count - from, off_t(from))
  }

  private static func systemWrite(_ descriptor: Int32, _ buffer: UnsafeRawBufferPointer) -> Int {
    #if canImport(Glibc)
      Glibc.write(descriptor, buffer.baseAddress, buffer.count)
    #else
      Darwin.write(descriptor, buffer.baseAddress, buffer.count)
    #endif
  }
}
