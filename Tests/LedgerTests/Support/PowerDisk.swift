import CPowerVFS
import Synchronization

/// A disk of a test's own that can lose its power: what was not synced is then kept, lost or garbled.
///
/// Kept until the process ends: a store's threads may still close files of it.
struct PowerDisk: @unchecked Sendable {
  // Unchecked: the C side does everything under a mutex.

  let name: String
  private let vfs: OpaquePointer
  private static let count = Atomic<Int>(0)

  init() {
    name = "power-\(Self.count.wrappingAdd(1, ordering: .relaxed).newValue)"
    vfs = power_vfs_make(name)
  }

  struct Files: OptionSet, Sendable {
    let rawValue: Int32
    static let database = Files(rawValue: Int32(POWER_DATABASE))
    static let log = Files(rawValue: Int32(POWER_LOG))
    static let journal = Files(rawValue: Int32(POWER_JOURNAL))
    static let folder = Files(rawValue: Int32(POWER_FOLDER))
  }

  var operations: Int { Int(power_vfs_operations(vfs)) }

  /// Lets nothing happen from the so manieth operation on.
  func end(at operation: Int) { power_vfs_end_at(vfs, Int32(operation)) }

  var hasEnded: Bool { power_vfs_has_ended(vfs) != 0 }

  /// Continues after a kill: what was written is there, and still not synced.
  func goOn() { power_vfs_end_at(vfs, 0) }

  /// Acknowledges syncs of such files from now on without doing them.
  func lie(about files: Files) { power_vfs_lie(vfs, files.rawValue) }

  /// Writes into an empty folder what a power cut now may leave; returns how many operations it had a say in.
  func cut(into folder: String, seed: UInt64) -> Int {
    let count = power_vfs_cut(vfs, folder, seed)
    precondition(count >= 0, "What a power cut leaves could not be written to \(folder).")
    return Int(count)
  }

  /// Forgets all files, for a start from what a cut has left.
  func forget() {
    power_vfs_forget(vfs)
    goOn()
  }
}
