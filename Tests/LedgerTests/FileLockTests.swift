import Core
import Glibc
import Ledger
import Testing

@Suite("File locks") struct FileLockTests {
  private let folder = TemporaryFolder()
  private var path: String { folder.path + "/b.lock" }

  @Test("A second lock is refused with the holder's process, and let in once the first is freed")
  func exclusion() async throws {
    let first = FileLock(path: path)
    let second = FileLock(path: path)
    try first.lock()
    let error = await failure { try second.lock() }
    #expect(error == .busy(path: path, holder: getpid()))
    #expect(!second.isHeld)
    first.unlock()
    try second.lock()
    #expect(second.isHeld)
    #expect(await failure { try first.lock(within: .milliseconds(5)) } != nil)
  }

  @Test("Another process's lock names that process, and ends with it however it ends")
  func otherProcess() async throws {
    let holder = Child([Command.bench, "hold", path])
    #expect(holder.readLine() == "held")
    let lock = FileLock(path: path)
    #expect(await failure { try lock.lock() } == .busy(path: path, holder: holder.process))
    #expect(FileLock.lastHolder(of: path)?.process == holder.process)
    holder.signal(SIGKILL)
    #expect(holder.wait() == 128 + SIGKILL)
    try lock.lock()
    #expect(FileLock.lastHolder(of: path)?.process == getpid())
  }

  @Test("A waiting lock gets in as soon as the other process lets go")
  func waiting() throws {
    let holder = Child([Command.bench, "hold", path])
    #expect(holder.readLine() == "held")
    holder.closeInput()
    let lock = FileLock(path: path)
    try lock.lock(within: .seconds(60))
    #expect(holder.wait() == 0)
  }

  @Test("A stopped holder keeps its lock")
  func stoppedHolder() async throws {
    let holder = Child([Command.bench, "hold", path])
    #expect(holder.readLine() == "held")
    holder.signal(SIGSTOP)
    let lock = FileLock(path: path)
    #expect(await failure { try lock.lock() } == .busy(path: path, holder: holder.process))
    holder.signal(SIGKILL)
    holder.signal(SIGCONT)
    _ = holder.wait()
  }

  @Test("A file removed by hand is made again: a lock is always on what the path leads to")
  func removedFile() async throws {
    let first = FileLock(path: path)
    try first.lock()
    first.unlock()
    unlink(path)
    try first.lock()
    let second = FileLock(path: path)
    #expect(await failure { try second.lock() } == .busy(path: path, holder: getpid()))
  }

  @Test("The file is ours alone to read, stays after the lock, and a link is not followed")
  func fileItself() async throws {
    let lock = FileLock(path: path)
    try lock.lock()
    lock.unlock()
    var there = stat()
    #expect(stat(path, &there) == 0)
    #expect(there.st_mode & 0o777 == 0o600)
    let link = folder.path + "/link.lock"
    symlink(path, link)
    let error = await failure { try FileLock(path: link).lock() }
    #expect(error == .unsupported(path: link, reason: "it is a symbolic link"))
    let nowhere = await failure { try FileLock(path: folder.path + "/none/x.lock").lock() }
    guard case .failed(_, ENOENT, _) = nowhere else {
      Issue.record("expected ENOENT, found \(String(describing: nowhere))")
      return
    }
  }

  @Test("A batch's lock is named after the digest of its id")
  func batchLockName() {
    let hex = "2a97516c354b68848cdbd8f54a226a0a55b21ed138e207ad6c5cbb9c00aa5aea"
    #expect(FileLock.batchLockName(for: "demo") == "b-\(hex).lock")
  }
}
