import Foundation
import Testing

/// A FIFO that holds a page: who writes into it is never much further than its reader.
final class NarrowPipe {
  let path: String
  private let descriptor: Int32

  init(in folder: SampleFolder) throws {
    path = folder.root + "/.home/pipe"
    try #require(mkfifo(path, 0o600) == 0)
    // Open both ways, it waits for nobody.
    descriptor = open(path, O_RDWR)
    #if os(Linux)
      let setPipeSize: Int32 = 1031
      _ = fcntl(descriptor, setPipeSize, 4096)
    #endif
  }

  deinit { close(descriptor) }

  /// Reads `count` lines, byte by byte, on a thread that may wait.
  func read(lines count: Int) async throws -> [String] {
    let descriptor = descriptor
    return await withCheckedContinuation { continuation in
      Thread.detachNewThread {
        var lines: [String] = []
        var line: [UInt8] = []
        var byte: UInt8 = 0
        while lines.count < count, Foundation.read(descriptor, &byte, 1) == 1 {
          if byte == UInt8(ascii: "\n") {
            lines.append(String(decoding: line, as: UTF8.self))
            line = []
          } else {
            line.append(byte)
          }
        }
        continuation.resume(returning: lines)
      }
    }
  }
}
