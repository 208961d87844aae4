#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Reads small files whole, and nothing that is no regular file: a FIFO or a device could keep us for ever.
package enum SmallFile {
  package enum Failure: Error, Hashable, Sendable {
    case missing
    case folder
    case notRegular
    case unreadable(code: Int32)

    /// What was found instead of a readable file, in words.
    package var found: String {
      switch self {
      case .missing: "nothing there"
      case .folder: "a folder"
      case .notRegular: "something that is no regular file"
      case .unreadable(let code): String(cString: strerror(code))
      }
    }
  }

  /// Reads a regular file, or what a link to one leads to; one byte more than `limit` at most, so that a
  /// caller sees that it is too large.
  package static func read(_ path: String, limit: Int) -> Result<[UInt8], Failure> {
    // Without O_NONBLOCK, opening a FIFO would wait for its writer.
    let file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
    guard file >= 0 else {
      return .failure([ENOENT, ENOTDIR].contains(errno) ? .missing : .unreadable(code: errno))
    }
    defer { close(file) }
    var status = stat()
    guard fstat(file, &status) == 0 else { return .failure(.unreadable(code: errno)) }
    switch status.st_mode & S_IFMT {
    case S_IFREG: return read(descriptor: file, limit: limit)
    case S_IFDIR: return .failure(.folder)
    default: return .failure(.notRegular)
    }
  }

  /// Reads an open file, such as standard input, to its end; one byte more than `limit` at most.
  package static func read(descriptor: Int32, limit: Int) -> Result<[UInt8], Failure> {
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 64 << 10)
    while bytes.count <= limit {
      let wanted = min(buffer.count, limit + 1 - bytes.count)
      #if canImport(Glibc)
        let count = Glibc.read(descriptor, &buffer, wanted)
      #else
        let count = Darwin.read(descriptor, &buffer, wanted)
      #endif
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { return .failure(errno == EISDIR ? .folder : .unreadable(code: errno)) }
      if count == 0 { break }
      bytes += buffer[..<count]
    }
    return .success(bytes)
  }
}
