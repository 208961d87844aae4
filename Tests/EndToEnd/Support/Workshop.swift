import Foundation
import Testing

@testable import Runner

/// A FIFO into which every running program writes a letter again and again: it ends when the last of them is gone.
final class Workshop: Sendable {
  static let name = "at-work"
  private let descriptor: Int32

  init(in folder: SampleFolder) throws {
    let path = folder.root + "/" + Self.name
    try #require(mkfifo(path, 0o600) == 0)
    descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
  }

  deinit { close(descriptor) }

  /// Waits until all of these have been heard; false after half a minute without.
  func hears(_ letters: String) async -> Bool {
    await read { heard, _ in heard.isSuperset(of: letters.utf8) }
  }

  /// Waits until nobody can write any more; false where somebody still does after half a minute.
  func falls() async -> Bool { await read { _, isOver in isOver } }

  private func read(until isEnough: @escaping @Sendable (Set<UInt8>, Bool) -> Bool) async -> Bool {
    let descriptor = descriptor
    return await withCheckedContinuation { continuation in
      Thread.detachNewThread {
        let deadline = ContinuousClock.now + .seconds(30)
        var polled = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        var heard: Set<UInt8> = []
        var isOver = false
        while !isEnough(heard, isOver), ContinuousClock.now < deadline {
          guard poll(&polled, 1, 1_000) == 1 else { continue }
          var letter: UInt8 = 0
          isOver = Foundation.read(descriptor, &letter, 1) == 0
          if !isOver { heard.insert(letter) }
        }
        continuation.resume(returning: isEnough(heard, isOver))
      }
    }
  }
}
