import CFiles
import Core

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// What a file system is and how much room it has.
package struct FileSystemFacts: Hashable, Sendable {
  /// A short name, such as `ext4`; `0x` and the type's number where it is not a known one.
  package var kind: String
  /// Tells whether locks and syncs are in another machine's hands: no place for a ledger.
  package var isRemote: Bool
  /// Bytes that an ordinary user can still write.
  package var freeBytes: Int64

  package init(kind: String, isRemote: Bool, freeBytes: Int64) {
    self.kind = kind
    self.isRemote = isRemote
    self.freeBytes = freeBytes
  }

  /// Asks about the file system that a path lies on.
  package init(at path: String) throws(Fault) {
    var type: Int64 = 0
    var freeBytes: Int64 = 0
    do throws(FileError) {
      try retryingNumbered("statvfs") { cfiles_file_system(path, &type, &freeBytes) }
    } catch {
      throw .file("look at the file system of", path, error)
    }
    let known = Self.kinds[type]
    kind = known?.name ?? "0x" + String(type, radix: 16)
    isRemote = known?.isRemote ?? false
    self.freeBytes = freeBytes
  }

  /// Throws `disk_full` (75) unless a file system has this much room; nothing is reserved by it.
  package static func requireFree(_ neededBytes: Int64, at path: String) throws(Fault) {
    let facts = try FileSystemFacts(at: path)
    if facts.freeBytes < neededBytes {
      throw .tooLittleSpace(path, neededBytes: neededBytes, freeBytes: facts.freeBytes)
    }
  }

  /// Whether the file system around a path has room left, but none for another file; false where that can't be told.
  package static func lacksInodes(around path: String) -> Bool {
    var folder = path.hasPrefix("/") ? path : "./" + path
    var facts = statvfs()
    while statvfs(folder, &facts) != 0 {
      guard errno == ENOENT || errno == ENOTDIR, let slash = folder.lastIndex(of: "/"), folder != "/" else {
        return false
      }
      folder = slash == folder.startIndex ? "/" : String(folder[..<slash])
    }
    return facts.f_files > 0 && facts.f_favail == 0 && facts.f_bavail > 0
  }

  /// Linux's numbers, from `linux/magic.h` and the file systems' own headers.
  private static let kinds: [Int64: (name: String, isRemote: Bool)] = [
    0xEF53: ("ext4", false), 0x9123_683E: ("btrfs", false), 0x5846_5342: ("xfs", false),
    0x0102_1994: ("tmpfs", false), 0x794C_7630: ("overlay", false), 0x2FC1_2FC1: ("zfs", false),
    0xF2F5_2010: ("f2fs", false), 0x4D44: ("vfat", false), 0x2011_BAB0: ("exfat", false),
    0x7366_746E: ("ntfs3", false), 0x6573_5546: ("fuse", false), 0x0102_1997: ("9p", false),
    0x6969: ("nfs", true), 0x517B: ("smb", true), 0xFF53_4D42: ("cifs", true),
    0xFE53_4D42: ("smb2", true), 0x00C3_6400: ("ceph", true), 0x5346_414F: ("afs", true),
  ]
}
