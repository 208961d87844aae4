import Core
import EventLog

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A kernel lock on a path, freed when its holder dies, however it dies.
///
/// The file is made where it is missing (its folder must exist), never followed if it is a link, and never
/// removed; it holds the process and host of whoever locked it last. A lock is of this value, not of the
/// process: two values on one path exclude each other. Used by one thread at a time, or handed from one to
/// the next.
package final class FileLock: @unchecked Sendable {
  // Unchecked: the owner hands a lock on, it never shares it; every use by two threads at once is the owner's
  // mistake.

  /// Who locked a file last, as written in it: for messages, never for decisions.
  package struct Holder: Hashable, Sendable {
    package var process: Int32
    package var host: String
    /// The kernel's name of the PID namespace in which the process has that number; nil where nothing is known of it.
    package var space: String?
    /// Login name.
    package var user: String?

    /// Whether the number means nothing here: the process runs in another PID namespace, as in a container.
    package var isElsewhere: Bool {
      guard let space, let own = FileLock.ownSpace else { return false }
      return space != own
    }
  }

  package let path: String
  private var descriptor: Int32 = -1
  package private(set) var isHeld = false

  package init(path: String) { self.path = path }

  deinit { if descriptor >= 0 { close(descriptor) } }

  /// Takes the lock, asking again and again until `patience` is spent; with none, asks once.
  ///
  /// Blocks its thread while it waits. Throws `StoreError.busy` with the holder's process where known, or
  /// `StoreError.failed` if the file can't be opened or locked at all.
  package func lock(within patience: Duration = .zero) throws(StoreError) {
    precondition(!isHeld, "A lock is taken once before it is freed.")
    let clock = ContinuousClock()
    let deadline = clock.now.advanced(by: patience)
    var pauseNs = 100_000
    while true {
      if try attempt() {
        isHeld = true
        recordHolder()
        return
      }
      if clock.now >= deadline {
        throw StoreError.busy(path: path, holder: Self.lastHolder(of: path)?.process)
      }
      var pause = timespec(tv_sec: 0, tv_nsec: pauseNs)
      nanosleep(&pause, nil)
      pauseNs = min(pauseNs * 2, 20_000_000)
    }
  }

  /// Frees the lock; the file stays, and stays open for the next time.
  package func unlock() {
    guard isHeld else { return }
    isHeld = false
    flock(descriptor, LOCK_UN)
  }

  /// Who locked a file last; nil if nobody has, or it can't be read.
  package static func lastHolder(of path: String) -> Holder? {
    let file = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
    guard file >= 0 else { return nil }
    defer { close(file) }
    let words = text(of: file).split(whereSeparator: { $0 == " " || $0 == "\n" })
    guard let first = words.first, let process = Int32(first) else { return nil }
    func word(_ index: Int) -> String? {
      words.count > index && words[index] != "-" ? String(words[index]) : nil
    }
    return Holder(process: process, host: word(1) ?? "", space: word(2), user: word(3))
  }

  /// Whether somebody holds the lock on a path now. Looks without waiting; a lock of its own lasts for an instant.
  package static func isHeld(at path: String) -> Bool {
    let file = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
    guard file >= 0 else { return false }
    defer { close(file) }
    while flock(file, LOCK_SH | LOCK_NB) != 0 {
      if errno != EINTR { return errno == EWOULDBLOCK }
    }
    return false
  }

  /// The name of the file in `locks/` that keeps a batch to one runner.
  package static func batchLockName(for batch: String) -> String {
    "b-\(Digest.sha256(batch.utf8).hex).lock"
  }

  /// Tries once; false if someone else holds the lock.
  private func attempt() throws(StoreError) -> Bool {
    // Somebody may have removed the file since it was opened: a lock on what no path leads to locks nobody
    // out.
    for _ in 0..<16 {
      if descriptor < 0 { try openFile() }
      while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
        if errno == EWOULDBLOCK { return false }
        if errno != EINTR { throw failure("lock") }
      }
      if isStillAtPath() { return true }
      close(descriptor)
      descriptor = -1
    }
    return false
  }

  private func openFile() throws(StoreError) {
    repeat {
      descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
    } while descriptor < 0 && errno == EINTR
    guard descriptor >= 0 else {
      if errno == ELOOP { throw StoreError.unsupported(path: path, reason: "it is a symbolic link") }
      throw failure("open lock")
    }
  }

  private func isStillAtPath() -> Bool {
    var ours = stat()
    var there = stat()
    return fstat(descriptor, &ours) == 0 && lstat(path, &there) == 0
      && ours.st_ino == there.st_ino && ours.st_dev == there.st_dev
  }

  /// Writes our name into the file if another's is there; a failure costs a name in a message, no more.
  private func recordHolder() {
    let name = Self.ownName
    var bytes = [UInt8](repeating: 0, count: name.count + 1)
    guard pread(descriptor, &bytes, bytes.count, 0) != name.count || !bytes.starts(with: name) else { return }
    if ftruncate(descriptor, 0) == 0 { _ = pwrite(descriptor, name, name.count, 0) }
  }

  private static let ownName: [UInt8] = {
    var host = [CChar](repeating: 0, count: 256)
    if gethostname(&host, host.count - 1) != 0 { host[0] = 0 }
    let name = String(decoding: host.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    let words = [name, ownSpace ?? "", userName].map { word in
      let shown = word.filter { !$0.isWhitespace }
      return shown.isEmpty ? "-" : shown
    }
    return Array("\(getpid()) \(words.joined(separator: " "))\n".utf8)
  }()

  /// The PID namespace of this process, such as `pid:[4026531836]`; nil where the system has none.
  private static let ownSpace: String? = {
    var target = [CChar](repeating: 0, count: 64)
    let count = readlink("/proc/self/ns/pid", &target, target.count - 1)
    guard count > 0 else { return nil }
    return String(decoding: target.prefix(count).map(UInt8.init(bitPattern:)), as: UTF8.self)
  }()

  private static var userName: String {
    for name in ["USER", "LOGNAME"] {
      if let value = getenv(name), value.pointee != 0 { return String(cString: value) }
    }
    return getuid() == 0 ? "root" : "uid-\(getuid())"
  }

  private static func text(of file: Int32) -> String {
    var bytes = [UInt8](repeating: 0, count: 700)
    let count = pread(file, &bytes, bytes.count, 0)
    return String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
  }

  private func failure(_ operation: String) -> StoreError {
    let code = errno
    if [EACCES, EPERM, EROFS].contains(code) { return .notPermitted(path: path, code: code) }
    return code == ENOSPC || code == EDQUOT
      ? .diskFull(path: path)
      : .failed(operation: operation, code: code, message: "\(path): \(String(cString: strerror(code)))")
  }
}
