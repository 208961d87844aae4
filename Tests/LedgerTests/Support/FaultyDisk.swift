import CFaultVFS
import Ledger
import Synchronization

/// A SQLite file system of a test's own, whose operations fail on demand.
///
/// Kept until the process ends: a store's threads may still close files of it.
struct FaultyDisk: @unchecked Sendable {
  // Unchecked: the C side counts and decides atomically.

  let name: String
  private let vfs: OpaquePointer
  private static let count = Atomic<Int>(0)

  init() {
    name = "faulty-\(Self.count.wrappingAdd(1, ordering: .relaxed).newValue)"
    vfs = fault_vfs_make(name)
  }

  struct Operations: OptionSet, Sendable {
    let rawValue: Int32
    static let write = Operations(rawValue: Int32(FAULT_WRITE))
    static let sync = Operations(rawValue: Int32(FAULT_SYNC))
    static let truncate = Operations(rawValue: Int32(FAULT_TRUNCATE))
    static let any: Operations = [.write, .sync]
  }

  struct Files: OptionSet, Sendable {
    let rawValue: Int32
    static let database = Files(rawValue: Int32(FAULT_IN_DATABASE))
    static let log = Files(rawValue: Int32(FAULT_IN_LOG))
    static let journal = Files(rawValue: Int32(FAULT_IN_JOURNAL))
    static let any: Files = [.database, .log]
  }

  /// Lets operations fail with SQLite's code, from the `after`th on.
  func fail(_ operations: Operations, of files: Files, code: Int32, after: Int32 = 1, times: Int32 = .max) {
    fault_vfs_set(vfs, operations.rawValue, files.rawValue, code, after, times)
  }

  func mend() { fault_vfs_set(vfs, 0, 0, 0, 0, 0) }

  func count(_ operations: Operations, of files: Files) -> Int32 {
    fault_vfs_count(vfs, operations.rawValue, files.rawValue)
  }

  var options: SQLiteEventStore.Options {
    var options = SQLiteEventStore.Options()
    options.vfs = name
    return options
  }
}
