import Core
import EventLog
import Synchronization

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The file `head` in a `.ledger` folder: where the ledger ended after the last run, as `POSITION HASH`.
///
/// An anchor outside the database: a tail that is cut off later contradicts it.
package enum LedgerHeadFile {
  /// Reads the file; nil if there is none, `StoreError.damaged` if it holds anything else.
  package static func read(in folder: LedgerFolder) throws(StoreError) -> LedgerHead? {
    let file = open(folder.head, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
    guard file >= 0 else {
      if errno == ENOENT { return nil }
      throw folder.failure("open", folder.head)
    }
    defer { close(file) }
    var bytes = [UInt8](repeating: 0, count: 128)
    let count = pread(file, &bytes, bytes.count, 0)
    guard count >= 0 else { throw folder.failure("read", folder.head) }
    let lines = bytes.prefix(count).split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    let words = (lines.first ?? []).split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
    guard lines.count == 2, lines[1].isEmpty, words.count == 2,
      let position = Int64(String(decoding: words[0], as: UTF8.self)), position >= 0,
      let hash = Digest(hex: String(decoding: words[1], as: UTF8.self))
    else {
      throw StoreError.damaged(path: folder.head, finding: "it does not hold a position and a hash")
    }
    return LedgerHead(position: position, hash: hash)
  }

  /// Replaces the file, synced and at once, unless it names a later position: that one is evidence, and
  /// stays.
  package static func write(_ head: LedgerHead, in folder: LedgerFolder) throws(StoreError) {
    let known = try? read(in: folder)
    if let known, known.position > head.position || known == head { return }
    let temporary = folder.path + "/tmp"
    guard mkdir(temporary, 0o700) == 0 || errno == EEXIST else {
      throw folder.failure("create folder", temporary)
    }
    let turn = turns.wrappingAdd(1, ordering: .relaxed).newValue
    let path = "\(temporary)/head-\(getpid())-\(turn)"
    try write("\(head.position) \(head.hash.hex)\n", to: path, in: folder)
    guard rename(path, folder.head) == 0 else {
      let error = folder.failure("replace", folder.head)
      unlink(path)
      throw error
    }
    try folder.sync(folder: folder.path)
  }

  /// Tells apart the temporary files of one process.
  private static let turns = Atomic<Int>(0)

  private static func write(
    _ text: String, to path: String, in folder: LedgerFolder
  ) throws(StoreError) {
    unlink(path)
    let file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard file >= 0 else { throw folder.failure("create", path) }
    defer { close(file) }
    let bytes = Array(text.utf8)
    guard pwrite(file, bytes, bytes.count, 0) == bytes.count, fsync(file) == 0 else {
      let error = folder.failure("write", path)
      unlink(path)
      throw error
    }
  }
}
