import Threads

@testable import Runner

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A named pipe that tells when everyone who held its writing end is gone.
struct Fifo: Sendable {
  let folder: String
  var path: String { "\(folder)/fifo" }

  init() throws {
    var template = Array("/tmp/ledgerctl-fifo-XXXXXX".utf8CString)
    guard let made = mkdtemp(&template) else { throw FifoError() }
    folder = String(cString: made)
    guard mkfifo(path, 0o600) == 0 else { throw FifoError() }
  }

  struct FifoError: Error {}

  /// Opens the pipe for reading at once, then waits, on a thread of its own, until someone has opened it for
  /// writing and nobody has it open any more. Returns what was written; nil after 30 seconds.
  func ended() -> Task<[UInt8]?, Never> {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    return Task {
      await withCheckedContinuation { continuation in
        let started = DedicatedThread.start {
          var polled = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
          var written: [UInt8] = []
          var byte: UInt8 = 0
          var isOpen = true
          // A writer that should have been killed and lives must fail the test, not hang it.
          while isOpen && poll(&polled, 1, 30_000) == 1 {
            isOpen = read(descriptor, &byte, 1) > 0
            if isOpen { written.append(byte) }
          }
          close(descriptor)
          continuation.resume(returning: isOpen ? nil : written)
        }
        if !started { continuation.resume(returning: nil) }
      }
    }
  }

  func remove() {
    unlink(path)
    rmdir(folder)
  }
}
