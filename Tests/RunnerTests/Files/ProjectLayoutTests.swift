import Foundation
import Testing

@testable import Runner

@Suite("Where a project's things are")
struct ProjectLayoutTests {
  let scratch: ScratchFolder
  init() throws { scratch = try ScratchFolder() }

  @Test("A new ledger's folder is complete, private, and passed by by git")
  func createMakesEverything() throws {
    let layout = try ProjectLayout.create(at: scratch.path)
    #expect(
      scratch.tree() == [
        ".ledger/", ".ledger/.gitignore", ".ledger/locks/", ".ledger/objects/", ".ledger/tmp/",
      ])
    #expect(scratch.mode(".ledger") == 0o700)
    #expect(scratch.read(".ledger/.gitignore") == "*\n")
    #expect(layout.ledgerDatabase == scratch[".ledger/ledger.db"])
    #expect(layout.configuration == scratch["ledger.yaml"])
  }

  @Test("Making a ledger's folder again changes nothing, not even an edited .gitignore")
  func createIsIdempotent() throws {
    let first = try ProjectLayout.create(at: scratch.path)
    try scratch.write(".ledger/.gitignore", "*\n!kept\n")
    try scratch.write(".ledger/objects/x", "x")
    #expect(try ProjectLayout.create(at: scratch.path) == first)
    #expect(scratch.read(".ledger/.gitignore") == "*\n!kept\n")
    #expect(scratch.read(".ledger/objects/x") == "x")
  }

  @Test(
    "A creation that was killed half-way is completed",
    arguments: [".ledger", ".ledger/tmp", ".ledger/locks"])
  func createCompletes(made: String) throws {
    try scratch.makeFolder(made)
    _ = try ProjectLayout.create(at: scratch.path)
    #expect(scratch.tree().count == 5)
  }

  @Test("Many that make the same ledger at once all succeed and leave one")
  func createRaces() async throws {
    let path = scratch.path
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<16 { group.addTask { _ = try ProjectLayout.create(at: path) } }
      try await group.waitForAll()
    }
    #expect(scratch.tree().count == 5)
  }

  @Test("The ledger is found upwards from a sub-folder")
  func findsUpwards() throws {
    let layout = try ProjectLayout.create(at: scratch.path)
    try scratch.makeFolder("a/b/c")
    #expect(try ProjectLayout.find(from: scratch["a/b/c"], named: nil, worktree: nil) == layout)
  }

  @Test("The search goes no higher than the git working tree's top")
  func searchStopsAtTop() throws {
    _ = try ProjectLayout.create(at: scratch.path)
    let inner = try scratch.makeFolder("inner/sub")
    let tree = ProjectLayout.GitWorktree(top: scratch["inner"], mainTop: scratch["inner"])
    #expect(try ProjectLayout.find(from: inner, named: nil, worktree: tree) == nil)
  }

  @Test("A plain file named .ledger on the way up is somebody else's and is passed by")
  func plainFileIsPassedBy() throws {
    let layout = try ProjectLayout.create(at: scratch.path)
    try scratch.write("a/.ledger", "2026-01-01 * a journal")
    #expect(try ProjectLayout.find(from: scratch["a"], named: nil, worktree: nil) == layout)
  }

  @Test(
    "A ledger can be named by its project root or by the folder itself",
    arguments: ["project", "project/", "project/.ledger", "project/.ledger/", "./project"])
  func namedEitherWay(name: String) throws {
    try scratch.makeFolder("project")
    let layout = try ProjectLayout.create(at: scratch["project"])
    #expect(try ProjectLayout.find(from: scratch.path, named: name, worktree: nil) == layout)
    #expect(try ProjectLayout.find(from: "/", named: scratch[name], worktree: nil) == layout)
  }

  @Test("A named ledger that isn't there is a fault, not a reason to search")
  func namedButMissing() async throws {
    _ = try ProjectLayout.create(at: scratch.path)
    try scratch.makeFolder("empty")
    let path = scratch.path
    let found = await fault { try ProjectLayout.find(from: path, named: "empty", worktree: nil) }
    #expect(found?.code == "ledger_not_found")
    #expect(found?.exit == .configuration)
  }

  @Test("A linked worktree shares the main one's ledger, and its targets stay in the linked one")
  func linkedWorktree() throws {
    try scratch.makeFolder("main/sites/shop")
    try scratch.makeFolder("linked/sites/shop/src")
    let shop = try ProjectLayout.create(at: scratch["main/sites/shop"])
    let tree = ProjectLayout.GitWorktree(top: scratch["linked"], mainTop: scratch["main"])
    let found = try ProjectLayout.find(from: scratch["linked/sites/shop/src"], named: nil, worktree: tree)
    #expect(found?.ledgerFolder == shop.ledgerFolder)
    #expect(found?.root == scratch["linked/sites/shop"])
  }

  @Test("A linked worktree inside the main one does not take the main one's root for its own")
  func linkedInsideMain() throws {
    try scratch.makeFolder("main/trees/feature")
    let main = try ProjectLayout.create(at: scratch["main"])
    let tree = ProjectLayout.GitWorktree(top: scratch["main/trees/feature"], mainTop: scratch["main"])
    let found = try ProjectLayout.find(from: tree.top, named: nil, worktree: tree)
    #expect(found?.ledgerFolder == main.ledgerFolder)
    #expect(found?.root == tree.top)
  }

  @Test(
    "A link in the ledger's folder is refused with 78 and nothing behind it is touched",
    arguments: [
      ".ledger", ".ledger/objects", ".ledger/tmp", ".ledger/locks", ".ledger/ledger.db",
      ".ledger/ledger.db-wal",
      ".ledger/head", ".ledger/.gitignore", ".ledger/locks/ledger.lock",
    ])
  func linksAreRefused(name: String) async throws {
    let outside = try ScratchFolder()
    _ = try ProjectLayout.create(at: scratch.path)
    try? FileManager.default.removeItem(atPath: scratch[name])
    try scratch.link(name, to: outside.path)
    let path = scratch.path
    let found = [
      await fault { try ProjectLayout.create(at: path) },
      await fault { try ProjectLayout.find(from: path, named: nil, worktree: nil) },
      await fault { try ProjectLayout.find(from: "/", named: path, worktree: nil) },
      await fault { try ProjectLayout.find(from: "/", named: path + "/.ledger", worktree: nil) },
    ]
    for fault in found {
      #expect(fault?.code == "ledger_entry_refused")
      #expect(fault?.exit == .configuration)
      #expect(fault?.path == scratch[name])
    }
    #expect(outside.tree().isEmpty)
  }

  @Test("Batch locks are named by a digest: ids equal but for case differ, and none becomes a path")
  func batchLocks() throws {
    let layout = try ProjectLayout.create(at: scratch.path)
    let lower = try #require(BatchID("demo"))
    let upper = try #require(BatchID("DEMO"))
    #expect(
      layout.batchLock(lower)
        == scratch[".ledger/locks/b-2a97516c354b68848cdbd8f54a226a0a55b21ed138e207ad6c5cbb9c00aa5aea.lock"])
    #expect(layout.batchLock(lower) != layout.batchLock(upper))
  }
}
