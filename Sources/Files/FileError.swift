#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A system call on a file that failed: the call's name and the error number it left.
package struct FileError: Error, Hashable, Sendable {
  package var call: String
  package var number: Int32

  /// Nothing is there under that path.
  package var meansMissing: Bool { number == ENOENT || number == ENOTDIR }

  package init(_ call: String, _ number: Int32) {
    self.call = call
    self.number = number
  }

  /// Reads the error the call just made has left.
  package static func last(_ call: String) -> FileError { FileError(call, errno) }

  /// Says in the system's words what went wrong.
  package var text: String {
    // For the numbers a system call leaves, the C library hands out constant text: safe from any thread.
    String(cString: strerror(number))
  }
}

/// Runs a system call that answers -1 on failure, again for as long as a signal interrupts it.
package func retrying(_ call: String, _ body: () -> Int32) throws(FileError) -> Int32 {
  while true {
    let answer = body()
    if answer >= 0 { return answer }
    if errno != EINTR { throw .last(call) }
  }
}

/// Runs a call that answers 0 or an error number, again for as long as a signal interrupts it.
package func retryingNumbered(_ call: String, _ body: () -> Int32) throws(FileError) {
  while true {
    let number = body()
    if number == 0 { return }
    if number != EINTR { throw FileError(call, number) }
  }
}
