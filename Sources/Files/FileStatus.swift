#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// What a name in a folder stands for.
package enum FileKind: String, Hashable, Sendable {
  case regular = "a regular file"
  case folder = "a folder"
  case link = "a symbolic link"
  case fifo = "a FIFO"
  case socket = "a socket"
  case characterDevice = "a character device"
  case blockDevice = "a block device"
  case unknown = "a special file"
}

/// What the file system says of a file: never part of anything that is stored.
package struct FileStatus: Hashable, Sendable {
  package var kind: FileKind
  /// Permission bits only.
  package var mode: UInt32
  package var sizeBytes: Int64
  package var device: UInt64
  package var inode: UInt64
  package var linkCount: UInt64

  package init(_ facts: stat) {
    kind =
      switch facts.st_mode & S_IFMT {
      case S_IFREG: .regular
      case S_IFDIR: .folder
      case S_IFLNK: .link
      case S_IFIFO: .fifo
      case S_IFSOCK: .socket
      case S_IFCHR: .characterDevice
      case S_IFBLK: .blockDevice
      default: .unknown
      }
    mode = UInt32(facts.st_mode & 0o7777)
    sizeBytes = Int64(facts.st_size)
    device = UInt64(truncatingIfNeeded: facts.st_dev)
    inode = UInt64(facts.st_ino)
    linkCount = UInt64(facts.st_nlink)
  }

  /// Tells whether both are the very same file, whatever its name.
  package func isSameFile(as other: FileStatus) -> Bool { device == other.device && inode == other.inode }
}
