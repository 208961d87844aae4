import CProcess

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// What one read or write of a pipe that never blocks came to.
package enum PipeStep: Hashable {
  /// This many bytes went through.
  case moved(Int)
  /// Nothing now; poll.
  case wouldBlock
  /// The other end is gone.
  case closed
  /// The system refused: nothing is known of the other end.
  case failed(cause: String)
}

/// Reads and writes pipes that never block.
package enum PipeIO {
  package static func read(_ descriptor: Int32, into buffer: UnsafeMutableRawBufferPointer) -> PipeStep {
    while true {
      let count = systemRead(descriptor, buffer)
      if count > 0 { return .moved(count) }
      if count == 0 { return .closed }
      if errno == EAGAIN { return .wouldBlock }
      if errno != EINTR { return .failed(cause: cause) }
    }
  }

  package static func write(_ descriptor: Int32, _ bytes: ArraySlice<UInt8>) -> PipeStep {
    while true {
      let count = bytes.withUnsafeBytes { cprocess_write(descriptor, $0.baseAddress, $0.count) }
      if count >= 0 { return .moved(count) }
      if errno == EAGAIN { return .wouldBlock }
      if errno == EPIPE { return .closed }
      if errno != EINTR { return .failed(cause: cause) }
    }
  }

  /// Waits until one of the descriptors is ready, a signal comes or the time is over. Returns what kept it from
  /// waiting, if anything; nothing is ready then.
  package static func wait(for descriptors: inout [pollfd], timeoutMs: Int32) -> String? {
    // A call that failed leaves `revents` as they were: all zero.
    for index in descriptors.indices { descriptors[index].revents = 0 }
    guard poll(&descriptors, nfds_t(descriptors.count), timeoutMs) < 0, errno != EINTR else { return nil }
    return cause
  }

  private static var cause: String { String(cString: strerror(errno)) }

  private static func systemRead(_ descriptor: Int32, _ buffer: UnsafeMutableRawBufferPointer) -> Int {
    #if canImport(Glibc)
      Glibc.read(descriptor, buffer.baseAddress, buffer.count)
    #else
      Darwin.read(descriptor, buffer.baseAddress, buffer.count)
    #endif
  }
}
