import EventLog

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A ledger in a folder that can't be written, such as an archive on read-only media, opened for reading.
///
/// SQLite needs a file for its readers' marks beside the database. Where that can't be made, nobody else can have
/// the ledger open: the database is read as it is or, where a log belongs to it, from a copy.
struct ArchivedLedger {
  private let folder: LedgerFolder
  private let vfs: String?

  init(_ folder: LedgerFolder, vfs: String?) {
    self.folder = folder
    self.vfs = vfs
  }

  /// Opens the ledger and runs a first read on it, after which a copy needs its name no more.
  func opened<Value>(
    _ firstRead: (Connection) throws(StoreError) -> Value
  ) throws(StoreError) -> (Connection, Value) {
    guard size(of: folder.database + "-wal") > 0 else {
      let connection = try Connection(folder, access: .immutable, vfs: vfs)
      return (connection, try firstRead(connection))
    }
    let copy = LedgerFolder(try makeFolder())
    defer {
      for suffix in ["", "-wal", "-shm"] { unlink(copy.database + suffix) }
      rmdir(copy.path)
    }
    for suffix in ["", "-wal"] { try copyFile(folder.database + suffix, to: copy.database + suffix) }
    let connection = try Connection(copy, access: .read, vfs: vfs, known: folder.database)
    return (connection, try firstRead(connection))
  }

  private func size(of path: String) -> off_t {
    var facts = stat()
    return lstat(path, &facts) == 0 ? facts.st_size : 0
  }

  private func makeFolder() throws(StoreError) -> String {
    let place = getenv("TMPDIR").map { String(cString: $0) } ?? ""
    var template = Array("\(place.isEmpty ? "/tmp" : place)/ledgerctl-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw uncopied(errno) }
    return String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  private func copyFile(_ path: String, to copy: String) throws(StoreError) {
    let source = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
    guard source >= 0 else { throw folder.failure("open", path) }
    defer { close(source) }
    let target = open(copy, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard target >= 0 else { throw uncopied(errno) }
    defer { close(target) }
    var buffer = [UInt8](repeating: 0, count: 1 << 18)
    while true {
      let count = read(source, &buffer, buffer.count)
      if count == 0 { return }
      if count < 0 {
        if errno == EINTR { continue }
        throw folder.failure("read", path)
      }
      var start = 0
      while start < count {
        let step = buffer.withUnsafeBytes { bytes in
          write(target, bytes.baseAddress?.advanced(by: start), count - start)
        }
        if step < 0, errno != EINTR { throw uncopied(errno) }
        start += max(0, step)
      }
    }
  }

  private func uncopied(_ code: Int32) -> StoreError {
    StoreError.unsupported(
      path: folder.path,
      reason: "its folder can't be written, and a copy to read from can't be made: "
        + String(cString: strerror(code)))
  }
}
