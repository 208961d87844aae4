import CSQLite
import EventLog

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The places inside a `.ledger` folder that the store owns.
public struct LedgerFolder: Hashable, Sendable {
  public let path: String

  public init(_ path: String) { self.path = path }

  public var database: String { path + "/ledger.db" }
  public var locks: String { path + "/locks" }
  /// The lock under which every process writes and checkpoints.
  public var lock: String { locks + "/ledger.lock" }
  public var head: String { path + "/head" }

  /// Makes the folder, `locks/` and an empty file for the database where they are missing: ours alone to
  /// read.
  func create() throws(StoreError) {
    for folder in [path, locks] where mkdir(folder, 0o700) != 0 && errno != EEXIST {
      throw failure("create folder", folder)
    }
    try refuseUnsuitable()
    try tryOut()
    // SQLite gives -wal and -shm the mode of the database. Only who makes the file may close a descriptor of
    // it: closing another one would drop the locks SQLite holds on it in this process.
    let file = open(database, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
    if file < 0 {
      if errno != EEXIST { throw failure("create", database) }
      return try refuseUnsuitable()
    }
    close(file)
    for folder in [path, path + "/.."] { try sync(folder: folder) }
  }

  /// Refuses a network's file system, and a link or anything but a regular file where the database should be.
  func refuseUnsuitable() throws(StoreError) {
    if let network = networkFileSystem() {
      throw StoreError.unsupported(path: path, reason: "it lies on \(network), where locks cannot be trusted")
    }
    var there = stat()
    guard lstat(database, &there) == 0 else { return }
    switch there.st_mode & S_IFMT {
    case S_IFREG: return
    case S_IFLNK: throw StoreError.unsupported(path: database, reason: "it is a symbolic link")
    default: throw StoreError.unsupported(path: database, reason: "it is not a regular file")
    }
  }

  /// The database's path with every link above it resolved. SQLite refuses a link anywhere on the path, but
  /// only one in the database's own place is a danger: a home or a project may well lie behind one.
  func resolvedDatabase() throws(StoreError) -> String {
    guard let resolved = realpath(path, nil) else { throw failure("resolve", path) }
    defer { free(resolved) }
    return LedgerFolder(String(cString: resolved)).database
  }

  /// Whether there is anything at all where the database should be.
  var exists: Bool {
    var there = stat()
    return lstat(database, &there) == 0
  }

  /// Finds out whether locks exclude and syncs succeed here, before anything is trusted to them; leaves nothing behind.
  public func tryOut() throws(StoreError) {
    let probe = locks + "/probe-\(getpid()).lock"
    defer { unlink(probe) }
    let one = FileLock(path: probe)
    try one.lock()
    let other = FileLock(path: probe)
    if (try? other.lock()) != nil {
      throw StoreError.unsupported(path: locks, reason: "file locks do not exclude each other here")
    }
    try sync(folder: locks)
  }

  func sync(folder: String) throws(StoreError) {
    let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw failure("open folder", folder) }
    defer { close(descriptor) }
    guard fsync(descriptor) == 0 else { throw failure("sync folder", folder) }
  }

  private func networkFileSystem() -> String? {
    #if os(Linux)
      return switch ledger_file_system_kind(path) {
      case 0x6969: "NFS"
      case 0x517B, 0xFF53_4D42, 0xFE53_4D42: "SMB"
      default: nil
      }
    #else
      var system = statfs()
      let isRemote = statfs(path, &system) == 0 && system.f_flags & UInt32(MNT_LOCAL) == 0
      return isRemote ? "a network's file system" : nil
    #endif
  }

  /// What the last system call on a path below the folder failed with.
  func failure(_ operation: String, _ path: String) -> StoreError {
    let code = errno
    switch code {
    case ENOSPC, EDQUOT: return .diskFull(path: path)
    case ELOOP: return .unsupported(path: path, reason: "it is a symbolic link")
    case EACCES, EPERM, EROFS: return .notPermitted(path: path, code: code)
    default:
      return .failed(operation: operation, code: code, message: "\(path): \(String(cString: strerror(code)))")
    }
  }
}
