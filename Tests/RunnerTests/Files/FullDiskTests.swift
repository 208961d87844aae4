import Core
import FileStore
import Files
import Foundation
import Glibc
import Testing

@testable import Runner

/// A file system in memory, small enough to fill; mounting one is root's right.
final class SmallFileSystem: Sendable {
  let scratch: ScratchFolder
  var path: String { scratch["mounted"] }

  static let isPermitted: Bool = (try? SmallFileSystem(sizeKiB: 64)) != nil

  init(sizeKiB: Int, inodes: Int? = nil) throws {
    scratch = try ScratchFolder()
    let path = try scratch.makeFolder("mounted")
    let options = "size=\(sizeKiB)k" + (inodes.map { ",nr_inodes=\($0)" } ?? "")
    if mount("tmpfs", path, "tmpfs", 0, options) != 0 { throw FileError.last("mount") }
  }

  deinit { umount2(path, Int32(MNT_DETACH)) }

  func makeReadOnly() throws {
    let flags = UInt(MS_REMOUNT | MS_RDONLY)
    if mount("tmpfs", path, "tmpfs", flags, nil) != 0 { throw FileError.last("mount") }
  }
}

@Suite(
  "On a full or read-only disk",
  .enabled(if: SmallFileSystem.isPermitted, "mounting a small file system needs root"))
struct FullDiskTests {
  static let large = [UInt8](repeating: 1, count: 200_000)

  @Test("An object that finds no room leaves nothing, ends with 75, and is stored once there is room")
  func objects() async throws {
    let disk = try SmallFileSystem(sizeKiB: 256)
    let store = try FileObjectStore(try ProjectLayout.create(at: disk.path))
    let filler = disk.path + "/filler"
    try Data(count: 150_000).write(to: URL(fileURLWithPath: filler))
    let source = disk.scratch["large"]
    try Data(Self.large).write(to: URL(fileURLWithPath: source))
    for found in [
      await fault { try store.put(Self.large) }, await fault { try store.pin(source) },
    ] {
      #expect(found?.code == "disk_full")
      #expect(found?.exit == .canGoOn)
    }
    #expect(disk.scratch.tree("mounted/.ledger/objects").isEmpty)
    #expect(disk.scratch.tree("mounted/.ledger/tmp").isEmpty)
    try FileManager.default.removeItem(atPath: filler)
    #expect(try store.check(try store.put(Self.large)) == .sound)
  }

  @Test("A file system that takes no more files is distinguished from one that is full")
  func inodes() async throws {
    let disk = try SmallFileSystem(sizeKiB: 1024, inodes: 8)
    let store = try FileObjectStore(try ProjectLayout.create(at: disk.path))
    for number in 0..<8 {
      _ = FileManager.default.createFile(atPath: "\(disk.path)/\(number)", contents: nil)
    }
    let found = await fault { try store.put(Self.large) }
    #expect(found?.code == "disk_full" && found?.exit == .canGoOn)
    #expect(found?.message.contains("no inodes are left") == true, "\(found?.message ?? "")")
    #expect(Fault.ledger(.diskFull(path: disk.path + "/ledger.db")).message.hasPrefix("No inodes are left"))
  }

  @Test("A target that finds no room is not there, the one to be replaced is as it was, and 75 is the end")
  func targets() async throws {
    let disk = try SmallFileSystem(sizeKiB: 128)
    let tree = try FileWorktree(root: disk.path, token: "full")
    let target = try TargetPath("c.md")
    let source = disk.scratch["large"]
    try Data(Self.large).write(to: URL(fileURLWithPath: source))
    let object = ObjectFile(id: Digest.sha256(Self.large), path: source)
    let absent = await fault { try tree.place(target, object, expecting: .absent) }
    #expect(absent?.code == "disk_full")
    #expect(absent?.exit == .canGoOn)
    #expect(disk.scratch.tree("mounted").isEmpty)
    try disk.scratch.write("mounted/c.md", "old")
    let held = await fault { try tree.place(target, object, expecting: .holding(digest("old"))) }
    #expect(held?.code == "disk_full")
    #expect(disk.scratch.tree("mounted") == ["c.md"])
    #expect(disk.scratch.read("mounted/c.md") == "old")
  }

  @Test("A working tree that can't be written to is a target in the way; a ledger there is not permitted")
  func readOnly() async throws {
    let disk = try SmallFileSystem(sizeKiB: 128)
    let store = try FileObjectStore(try ProjectLayout.create(at: disk.path))
    try disk.scratch.write("mounted/c.md", "old")
    let tree = try FileWorktree(root: disk.path, token: "read only")
    try disk.makeReadOnly()
    let (target, fresh) = (try TargetPath("c.md"), try TargetPath("a/b"))
    let new = try ObjectFile(id: digest("new"), path: disk.scratch.write("new", "new"))
    for found in [
      await fault { try tree.place(target, new, expecting: .holding(digest("old"))) },
      await fault { try tree.place(fresh, new, expecting: .absent) },
      await fault { try tree.remove(target, ifHolding: digest("old")) },
    ] {
      #expect(found?.code == "target_unwritable")
      #expect(found?.exit == .inTheWay)
    }
    let put = await fault { try store.put([1]) }
    #expect(put?.code == "not_permitted")
    #expect(put?.exit == .configuration)
    #expect(disk.scratch.read("mounted/c.md") == "old")
  }

  @Test("A file system tells its kind and how much room it has")
  func facts() async throws {
    let disk = try SmallFileSystem(sizeKiB: 128)
    let path = disk.path
    let facts = try FileSystemFacts(at: path)
    #expect(facts == FileSystemFacts(kind: "tmpfs", isRemote: false, freeBytes: 128 * 1024))
    try FileSystemFacts.requireFree(128 * 1024, at: path)
    let found = fault(of: { try FileSystemFacts.requireFree(128 * 1024 + 1, at: path) })
    #expect(found?.code == "disk_full")
    #expect(found?.exit == .canGoOn)
  }
}
