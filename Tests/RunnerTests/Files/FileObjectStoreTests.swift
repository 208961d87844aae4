import Core
import FileStore
import Files
import Foundation
import Testing

@testable import Runner

@Suite("Objects in files", .timeLimit(.minutes(1)))
struct FileObjectStoreTests {
  let scratch: ScratchFolder
  let store: FileObjectStore

  init() throws {
    scratch = try ScratchFolder()
    store = try FileObjectStore(try ProjectLayout.create(at: scratch.path))
  }

  @Test("What is put is read back under its SHA-256, read-only, and nothing else is left")
  func putAndRead() throws {
    let id = try store.put(Array("hello".utf8))
    #expect(id.hex == "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824")
    #expect(try store.read(id, limitBytes: 5) == Array("hello".utf8))
    #expect(try store.check(id) == .sound)
    #expect(scratch.mode(".ledger/objects/\(id)") == 0o400)
    #expect(scratch.tree(".ledger/tmp").isEmpty)
    #expect(store.path(of: id) == scratch[".ledger/objects/\(id)"])
  }

  @Test("Putting many answers in order, the empty one and doubles among them")
  func putMany() throws {
    let contents = ["b", "", "a", "b"].map { Array($0.utf8) }
    let ids = try store.putAll(contents)
    #expect(ids == contents.map { Digest.sha256($0) })
    #expect(try store.list() == Set(ids).sorted())
    #expect(try store.putAll([]).isEmpty)
  }

  @Test("Many that put the same bytes at once leave one sound object and no temporary file")
  func putRaces() async throws {
    let store = store
    let bytes = [UInt8](repeating: 7, count: 300_000)
    let ids = try await withThrowingTaskGroup(of: ObjectID.self) { group in
      for _ in 0..<16 { group.addTask { try store.put(bytes) } }
      return try await group.reduce(into: Set()) { $0.insert($1) }
    }
    #expect(ids == [Digest.sha256(bytes)])
    #expect(try store.list().map(store.check) == [.sound])
    #expect(scratch.tree(".ledger/tmp").isEmpty)
  }

  @Test("A damaged object is found out and repaired by putting it again", arguments: ["", "hellO", "hello "])
  func damagedHeals(damage: String) async throws {
    let store = store
    let id = try store.put(Array("hello".utf8))
    try FileManager.default.removeItem(atPath: store.path(of: id))
    try scratch.write(".ledger/objects/\(id)", damage)
    #expect(try store.check(id) == .damaged)
    let refused = await fault { try store.read(id, limitBytes: 100) }
    #expect(refused?.code == "object_damaged")
    _ = try store.put(Array("hello".utf8))
    #expect(try store.check(id) == .sound)
    #expect(scratch.mode(".ledger/objects/\(id)") == 0o400)
  }

  @Test("A link under an object's name is damage, is not followed, and is repaired")
  func linkIsDamage() async throws {
    let store = store
    let outside = try scratch.write("outside", "hello")
    let id = digest("hello")
    try scratch.link(".ledger/objects/\(id)", to: outside)
    #expect(try store.check(id) == .damaged)
    #expect(await fault { try store.read(id, limitBytes: 100) }?.code == "object_damaged")
    _ = try store.put(Array("hello".utf8))
    #expect(try store.check(id) == .sound)
    try FileManager.default.removeItem(atPath: outside)
    #expect(try store.check(id) == .sound)
  }

  @Test("A missing object is said to be missing; removing it twice is not an error")
  func missing() async throws {
    let store = store
    let id = try store.put([1])
    #expect(try store.remove(id))
    #expect(try !store.remove(id))
    #expect(try store.check(id) == .missing)
    #expect(await fault { try store.read(id, limitBytes: 100) }?.code == "object_missing")
  }

  @Test("Reading stops at the limit")
  func readLimit() async throws {
    let store = store
    let id = try store.put([1, 2, 3])
    #expect(await fault { try store.read(id, limitBytes: 2) }?.code == "input_too_large")
  }

  @Test("A pinned file's copy stays when the source changes", arguments: [0, 1, 1 << 18, (1 << 18) * 3 + 17])
  func pinCopies(sizeBytes: Int) throws {
    let bytes = (0..<sizeBytes).map { UInt8(truncatingIfNeeded: $0 &* 31) }
    let source = URL(fileURLWithPath: scratch["image.png"])
    try Data(bytes).write(to: source)
    let pinned = try store.pin(source.path)
    #expect(pinned == PinnedFile(id: Digest.sha256(bytes), sizeBytes: sizeBytes))
    try Data("other".utf8).write(to: source)
    #expect(try store.read(pinned.id, limitBytes: .max) == bytes)
    #expect(scratch.tree(".ledger/tmp").isEmpty)
  }

  @Test("A link to a regular file can be pinned")
  func pinThroughLink() throws {
    try scratch.link("link.png", to: try scratch.write("image.png", "pixels"))
    #expect(try store.pin(scratch["link.png"]).id == digest("pixels"))
  }

  @Test(
    "What is not a regular file is refused at once with 66",
    arguments: ["fifo", "folder", "socket", "null", "missing", "loop", "file/x"])
  func pinRefuses(name: String) async throws {
    let store = store
    let path = scratch[name]
    #expect(mkfifo(scratch["fifo"], 0o600) == 0)
    try scratch.makeFolder("folder")
    try scratch.write("file", "x")
    try scratch.link("null", to: "/dev/null")
    try scratch.link("loop", to: path)
    try bindSocket(scratch["socket"])
    let refused = await fault { try store.pin(path) }
    let codes = ["missing": "input_missing", "file/x": "input_missing", "loop": "input_unreadable"]
    #expect(refused?.code == codes[name] ?? "input_not_a_file")
    #expect(refused?.exit == .inputMissing)
    #expect(try store.list().isEmpty)
    #expect(scratch.tree(".ledger/tmp").isEmpty)
  }

  @Test("A file beyond the limit is refused and leaves nothing")
  func pinLimit() async throws {
    let store = try FileObjectStore(try ProjectLayout.create(at: scratch.path), largestPinBytes: 4)
    let path = try scratch.write("image.png", "12345")
    #expect(await fault { try store.pin(path) }?.code == "input_too_large")
    #expect(scratch.tree(".ledger/objects").isEmpty)
    #expect(scratch.tree(".ledger/tmp").isEmpty)
  }

  @Test("A sweep removes what the dead left and spares what the living write")
  func sweep() throws {
    try scratch.write(".ledger/tmp/o-0", "half")
    try scratch.write(".ledger/tmp/foreign", "not ours")
    let folder = try OpenFile.open(scratch[".ledger/tmp"], O_RDONLY)
    let living = try TemporaryFile.make(in: folder, prefix: "o-", mode: 0o600)
    #expect(living.name == "o-1")
    #expect(try store.sweepTemporary() == 1)
    #expect(scratch.tree(".ledger/tmp") == ["foreign", "o-1"])
    try living.file.write([1])
  }

  @Test("Only whole names count as objects")
  func listPassesOthersBy() throws {
    let id = try store.put([1])
    try scratch.write(".ledger/objects/\(id.hex.uppercased())", "x")
    try scratch.write(".ledger/objects/notes", "x")
    #expect(try store.list() == [id])
  }

  private func bindSocket(_ path: String) throws {
    let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
    let bound = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    if bound != 0 { throw FileError.last("bind") }
  }
}
