import Core
import Runner
import Synchronization

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// One of the command's outgoing streams: buffered, written whole, and quiet once its reader has gone.
final class OutputStream: Sendable {
  private struct State {
    var buffer: [UInt8] = []
    /// Whether anything was ever taken.
    var isUsed = false
    /// What the first failed write said; nothing is written after it.
    var failure: Int32?
  }

  let descriptor: Int32
  private let state = Mutex(State())
  private static let bufferBytes = 64 << 10

  /// Whether what is written is JSON for a terminal: what would act there is escaped.
  private let escapesHidden: Bool

  init(descriptor: Int32, isJSON: Bool = false) {
    self.descriptor = descriptor
    escapesHidden = isJSON && isatty(descriptor) == 1
  }

  /// Takes a string; it is written when the buffer is full or at the next flush.
  func write(_ text: String) {
    append(escapesHidden ? VisibleText.escapedInJSON(text).utf8 : text.utf8)
  }

  func write(bytes: some Sequence<UInt8>) {
    escapesHidden ? write(String(decoding: Array(bytes), as: UTF8.self)) : append(bytes)
  }

  private func append(_ bytes: some Sequence<UInt8>) {
    state.withLock { state in
      guard state.failure == nil else { return }
      state.isUsed = true
      state.buffer += bytes
      if state.buffer.count >= Self.bufferBytes { Self.drain(&state, to: descriptor) }
    }
  }

  /// Writes what is buffered.
  func flush() { state.withLock { Self.drain(&$0, to: descriptor) } }

  /// Whether anything was ever written to it.
  var isUsed: Bool { state.withLock { $0.isUsed } }

  /// The reader has gone, or the stream can't be written.
  var isBroken: Bool { state.withLock { $0.failure != nil } }

  /// Whether nobody reads it any more, as far as can be told without writing.
  var readerIsGone: Bool {
    var polled = pollfd(fd: descriptor, events: 0, revents: 0)
    return poll(&polled, 1, 0) == 1 && Int32(polled.revents) & (POLLERR | POLLHUP | POLLNVAL) != 0
  }

  /// The error number of the first failed write; none for a reader that has gone, which is its right.
  var failure: Int32? { state.withLock { $0.failure == EPIPE ? nil : $0.failure } }

  private static func drain(_ state: inout State, to descriptor: Int32) {
    var offset = 0
    while offset < state.buffer.count, state.failure == nil {
      let count = state.buffer.withUnsafeBytes { bytes in
        #if canImport(Glibc)
          Glibc.write(descriptor, bytes.baseAddress?.advanced(by: offset), bytes.count - offset)
        #else
          Darwin.write(descriptor, bytes.baseAddress?.advanced(by: offset), bytes.count - offset)
        #endif
      }
      if count >= 0 {
        offset += count
      } else if errno == EAGAIN {
        var waiting = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        poll(&waiting, 1, -1)
      } else if errno != EINTR {
        state.failure = errno
      }
    }
    state.buffer = []
  }
}
