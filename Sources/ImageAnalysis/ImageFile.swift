import Core

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// An image's file, opened once: the last component of its path must be a regular file, not a link to one.
package struct ImageFile: ~Copyable {
  package let descriptor: Int32

  private init(descriptor: Int32) { self.descriptor = descriptor }

  deinit { close(descriptor) }

  package static func opened(path: String, named name: String) throws(Fault) -> ImageFile {
    // Without O_NONBLOCK, opening a FIFO would wait for a writer.
    let descriptor = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else {
      throw .imageUnreadable(name, reason: String(cString: strerror(errno)))
    }
    let file = ImageFile(descriptor: descriptor)
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      throw .imageUnreadable(name, reason: "something that is not a regular file")
    }
    return file
  }

  /// Reads up to a number of bytes from a file's start, without moving its offset.
  package static func firstBytes(
    _ count: Int, of descriptor: Int32, named name: String
  ) throws(Fault) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    var filled = 0
    while filled < count {
      let read = bytes.withUnsafeMutableBytes { buffer in
        pread(descriptor, buffer.baseAddress.map { $0 + filled }, count - filled, off_t(filled))
      }
      if read < 0 && errno == EINTR { continue }
      guard read >= 0 else { throw .imageUnreadable(name, reason: String(cString: strerror(errno))) }
      if read == 0 { break }
      filled += read
    }
    return Array(bytes.prefix(filled))
  }
}
