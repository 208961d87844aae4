import Dispatch
import EventLog
import Threads

/// Takes leaves from the thread that reads and hashes to another that does more with them: a few pages go round
/// between the two.
final class LeafPages: @unchecked Sendable {
  // Unchecked: a page is one thread's at a time, as the semaphores hand it over.

  private static let pageCount = 4
  private static let pageBytes = 1 << 18

  private let pages = UnsafeMutablePointer<LeafPage>.allocate(capacity: pageCount)
  private let free = DispatchSemaphore(value: pageCount)
  private let filled = DispatchSemaphore(value: 0)
  private let ended = DispatchSemaphore(value: 0)
  private let work: @Sendable (borrowing LeafPage) -> Void
  private var isApart = false
  private var hasEnded = false
  private var writing = 0

  /// `work` gets the pages in order, on a thread of its own if one is available.
  init(_ work: @escaping @Sendable (borrowing LeafPage) -> Void) {
    self.work = work
    for index in 0..<Self.pageCount {
      (pages + index).initialize(to: LeafPage(capacity: Self.pageBytes))
    }
    free.wait()
    isApart = DedicatedThread.start { self.workThrough() }
  }

  deinit {
    pages.deinitialize(count: Self.pageCount)
    pages.deallocate()
  }

  /// Adds a row's leaf and returns its bytes, which may be gone with the next.
  func add(_ row: StoredEvent, batch: Int) -> UnsafeRawBufferPointer {
    if pages[writing].byteCount > Self.pageBytes * 3 / 4 { handOver() }
    pages[writing].add(row, batch: batch)
    return pages[writing].last
  }

  /// Waits until all leaves are worked through; none may be added afterwards. Idempotent.
  func finish() {
    if hasEnded { return }
    hasEnded = true
    if pages[writing].byteCount > 0 { handOver() }
    guard isApart else { return }
    // An empty page is the last.
    filled.signal()
    ended.wait()
  }

  private func handOver() {
    guard isApart else {
      work(pages[writing])
      return pages[writing].clear()
    }
    filled.signal()
    free.wait()
    writing = (writing + 1) % Self.pageCount
  }

  private func workThrough() {
    var reading = 0
    while true {
      filled.wait()
      defer { free.signal() }
      guard pages[reading].byteCount > 0 else {
        ended.signal()
        return
      }
      work(pages[reading])
      pages[reading].clear()
      reading = (reading + 1) % Self.pageCount
    }
  }
}
