#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// What the file system says of a path, without opening it.
package struct FileFacts: Hashable, Sendable {
  package enum Kind: Hashable, Sendable {
    case absent, file, folder, link
    /// A device, FIFO or socket.
    case special
  }

  package let kind: Kind
  package let sizeBytes: Int64
  package let mode: mode_t
  private let device: UInt64
  private let inode: UInt64
  private let changedSeconds: Int
  private let changedNanoseconds: Int

  /// Looks at the path itself, not at what a link points to.
  package init(at path: String) {
    var status = stat()
    let exists = lstat(path, &status) == 0
    self.init(exists ? status : nil)
  }

  package init(following path: String) {
    var status = stat()
    let exists = stat(path, &status) == 0
    self.init(exists ? status : nil)
  }

  private init(_ found: stat?) {
    kind =
      switch found.map({ $0.st_mode & S_IFMT }) {
      case nil: .absent
      case S_IFREG: .file
      case S_IFDIR: .folder
      case S_IFLNK: .link
      default: .special
      }
    let status = found ?? stat()
    sizeBytes = Int64(status.st_size)
    mode = status.st_mode & 0o7777
    device = UInt64(status.st_dev)
    inode = UInt64(status.st_ino)
    #if canImport(Glibc)
      changedSeconds = status.st_mtim.tv_sec
      changedNanoseconds = status.st_mtim.tv_nsec
    #else
      changedSeconds = status.st_mtimespec.tv_sec
      changedNanoseconds = status.st_mtimespec.tv_nsec
    #endif
  }

  /// Whether both are names of one and the same file.
  package func isSameFile(as other: FileFacts) -> Bool {
    kind != .absent && kind == other.kind && device == other.device && inode == other.inode
  }
}
