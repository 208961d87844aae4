import FileStore
import Foundation
import GitRepository
import Testing

@testable import Runner

/// A working tree with an object folder beside it.
struct WorktreeBench: Sendable {
  let scratch: ScratchFolder
  let store: FileObjectStore
  let tree: FileWorktree

  init(_ replacing: FileWorktree.Replacing = .exchange) throws {
    scratch = try ScratchFolder()
    store = try FileObjectStore(try ProjectLayout.create(at: scratch.path))
    try scratch.makeFolder("root")
    tree = try FileWorktree(root: scratch["root"], token: "bench", replacing: replacing)
  }

  func object(_ text: String) throws -> ObjectFile {
    let id = try store.put(Array(text.utf8))
    return ObjectFile(id: id, path: store.path(of: id))
  }

  func read(_ name: String) -> String? { scratch.read("root/" + name) }

  @discardableResult
  func write(_ name: String, _ text: String) throws -> String { try scratch.write("root/" + name, text) }

  var files: [String] { scratch.tree("root") }
}

@Suite("Placing in a working tree", .timeLimit(.minutes(1)))
struct FileWorktreeTests {
  static let both: [FileWorktree.Replacing] = [.exchange, .stepAside]
  let target: TargetPath
  init() throws { target = try TargetPath("a/b/c.md") }

  @Test("A target is placed with the folders it needs, and nothing else is left", arguments: both)
  func placeMakesFolders(replacing: FileWorktree.Replacing) throws {
    let bench = try WorktreeBench(replacing)
    #expect(try bench.tree.missingFolders(target) == ["a", "a/b"])
    let outcome = try bench.tree.place(target, bench.object("new"), expecting: .absent)
    #expect(outcome == PlaceOutcome(.placed, createdFolders: ["a", "a/b"]))
    #expect(bench.files == ["a/", "a/b/", "a/b/c.md"])
    #expect(bench.read("a/b/c.md") == "new")
    #expect(try bench.tree.missingFolders(target).isEmpty)
    let mode = try #require(bench.scratch.mode("root/a/b/c.md"))
    #expect(mode & 0o600 == 0o600 && mode & 0o133 == 0)
  }

  @Test("Placing again changes nothing, and neither does placing what is there already", arguments: both)
  func placeIsIdempotent(replacing: FileWorktree.Replacing) throws {
    let bench = try WorktreeBench(replacing)
    let new = try bench.object("new")
    _ = try bench.tree.place(target, new, expecting: .absent)
    let there = PlaceOutcome(.alreadyThere, createdFolders: [])
    #expect(try bench.tree.place(target, new, expecting: .absent) == there)
    #expect(try bench.tree.place(target, new, expecting: .holding(digest("old"))) == there)
    #expect(bench.files == ["a/", "a/b/", "a/b/c.md"])
  }

  @Test("A file with the expected bytes is replaced, and nothing else is left", arguments: both)
  func placeReplaces(replacing: FileWorktree.Replacing) throws {
    let bench = try WorktreeBench(replacing)
    try bench.write("a/b/c.md", "old")
    let outcome = try bench.tree.place(target, bench.object("new"), expecting: .holding(digest("old")))
    #expect(outcome == PlaceOutcome(.placed, createdFolders: []))
    #expect(bench.read("a/b/c.md") == "new")
    #expect(bench.files == ["a/", "a/b/", "a/b/c.md"])
  }

  @Test("A file that isn't as expected is left as it is, with 73", arguments: both)
  func placeRefusesOthers(replacing: FileWorktree.Replacing) async throws {
    let bench = try WorktreeBench(replacing)
    try bench.write("a/b/c.md", "theirs")
    let (new, target) = (try bench.object("new"), target)
    let first = await fault { try bench.tree.place(target, new, expecting: .absent) }
    #expect(first?.code == "target_in_the_way")
    #expect(first?.exit == .inTheWay)
    let second = await fault { try bench.tree.place(target, new, expecting: .holding(digest("old"))) }
    #expect(second?.code == "target_changed")
    #expect(second?.exit == .inTheWay)
    #expect(bench.read("a/b/c.md") == "theirs")
    #expect(bench.files == ["a/", "a/b/", "a/b/c.md"])
  }

  @Test("A target that was to be replaced and is gone is not made again")
  func placeRefusesVanished() async throws {
    let bench = try WorktreeBench()
    let (new, target) = (try bench.object("new"), target)
    let refused = await fault { try bench.tree.place(target, new, expecting: .holding(digest("old"))) }
    #expect(refused?.code == "target_changed")
    #expect(bench.files.isEmpty)
  }

  @Test("An object that is damaged or gone is not placed")
  func placeChecksObject() async throws {
    let bench = try WorktreeBench()
    let target = target
    let wrong = ObjectFile(id: digest("right"), path: try bench.object("wrong").path)
    let damaged = await fault { try bench.tree.place(target, wrong, expecting: .absent) }
    #expect(damaged?.code == "object_damaged")
    let gone = ObjectFile(id: digest("gone"), path: bench.scratch["gone"])
    let missing = await fault { try bench.tree.place(target, gone, expecting: .absent) }
    #expect(missing?.code == "object_missing")
    #expect(bench.files == ["a/", "a/b/"])
  }

  enum Obstacle: String, CaseIterable, Sendable {
    case linkToFolder, linkToNothing, fileOnTheWay, leafLink, leafLinkToNothing, leafFolder, leafFIFO
    case caseOnTheWay, caseOfLeaf, decomposedLeaf
  }

  @Test("What is in the way is named, refused and not touched", arguments: Obstacle.allCases)
  func obstacles(obstacle: Obstacle) async throws {
    let bench = try WorktreeBench()
    let scratch = bench.scratch
    try scratch.makeFolder("outside/b")
    var target = target
    let expected: TargetState
    switch obstacle {
    case .linkToFolder:
      try scratch.link("root/a", to: scratch["outside"])
      expected = .linkOnTheWay("a")
    case .linkToNothing:
      try scratch.makeFolder("root/a")
      try scratch.link("root/a/b", to: scratch["nowhere"])
      expected = .linkOnTheWay("a/b")
    case .fileOnTheWay:
      try bench.write("a/b", "file")
      expected = .fileOnTheWay("a/b")
    case .leafLink:
      try scratch.makeFolder("root/a/b")
      try scratch.link("root/a/b/c.md", to: try scratch.write("outside/c.md", "theirs"))
      expected = .other(.link)
    case .leafLinkToNothing:
      try scratch.makeFolder("root/a/b")
      try scratch.link("root/a/b/c.md", to: scratch["outside/b/made"])
      expected = .other(.link)
    case .leafFolder:
      try scratch.makeFolder("root/a/b/c.md")
      expected = .other(.folder)
    case .leafFIFO:
      try scratch.makeFolder("root/a/b")
      #expect(mkfifo(scratch["root/a/b/c.md"], 0o600) == 0)
      expected = .other(.fifo)
    case .caseOnTheWay:
      try scratch.makeFolder("root/A/b")
      expected = .caseClash("A")
    case .caseOfLeaf:
      try bench.write("a/b/C.md", "theirs")
      expected = .caseClash("a/b/C.md")
    case .decomposedLeaf:
      target = try TargetPath("a/b/caf\u{e9}")
      try bench.write("a/b/CAFE\u{301}", "theirs")
      expected = .caseClash("a/b/CAFE\u{301}")
    }
    let before = scratch.tree()
    #expect(try bench.tree.inspect(target) == expected)
    let new = try ObjectFile(id: digest("new"), path: scratch.write("new", "new"))
    for expectation in [TargetExpectation.absent, .holding(digest("theirs"))] {
      let refused = fault { [target] in _ = try bench.tree.place(target, new, expecting: expectation) }
      #expect(refused?.exit == .inTheWay)
      #expect(refused?.path == target.text)
    }
    #expect(try bench.tree.remove(target, ifHolding: digest("theirs")) == .leftAlone(expected))
    #expect(try bench.tree.restore(target, new, replacing: digest("theirs")) == .leftAlone(expected))
    #expect(scratch.tree() == (before + ["new"]).sorted())
  }

  @Test("A regular file is told with digest, size and mode; nothing is absent")
  func inspectRegular() throws {
    let bench = try WorktreeBench()
    #expect(try bench.tree.inspect(target) == .absent)
    chmod(try bench.write("a/b/c.md", "old"), 0o640)
    #expect(try bench.tree.inspect(target) == .regular(digest("old"), sizeBytes: 3, mode: 0o640))
  }

  @Test("Placed files go and replaced ones come back as long as nobody changed them", arguments: both)
  func takeBack(replacing: FileWorktree.Replacing) throws {
    let bench = try WorktreeBench(replacing)
    let (new, old) = (try bench.object("new"), try bench.object("old"))
    let other = try TargetPath("x.md")
    try bench.write("x.md", "old")
    let made = try bench.tree.place(target, new, expecting: .absent).createdFolders
    _ = try bench.tree.place(other, new, expecting: .holding(old.id))
    #expect(try bench.tree.remove(target, ifHolding: new.id) == .done)
    #expect(try bench.tree.restore(other, old, replacing: new.id) == .done)
    #expect(bench.read("x.md") == "old")
    #expect(try bench.tree.removeEmptyFolders(made) == ["a/b", "a"])
    #expect(bench.files == ["x.md"])
    #expect(try bench.tree.remove(target, ifHolding: new.id) == .alreadySo)
    #expect(try bench.tree.restore(other, old, replacing: new.id) == .alreadySo)
    #expect(try bench.tree.removeEmptyFolders(made).isEmpty)
  }

  @Test("What somebody changed after the placing is left alone, and said so", arguments: both)
  func takeBackLeavesChanges(replacing: FileWorktree.Replacing) throws {
    let bench = try WorktreeBench(replacing)
    let old = try bench.object("old")
    try bench.write("a/b/c.md", "theirs")
    let theirs = try bench.tree.inspect(target)
    #expect(try bench.tree.remove(target, ifHolding: digest("new")) == .leftAlone(theirs))
    #expect(try bench.tree.restore(target, old, replacing: digest("new")) == .leftAlone(theirs))
    #expect(bench.read("a/b/c.md") == "theirs")
    try FileManager.default.removeItem(atPath: bench.scratch["root/a/b/c.md"])
    #expect(try bench.tree.restore(target, old, replacing: digest("new")) == .leftAlone(.absent))
    #expect(bench.files == ["a/", "a/b/"])
  }

  @Test("Only empty folders among the given ones are removed, and never through a link")
  func removeEmptyFolders() async throws {
    let bench = try WorktreeBench()
    let tree = bench.tree
    try bench.scratch.makeFolder("outside/empty")
    try bench.scratch.makeFolder("root/a/b")
    try bench.scratch.makeFolder("root/kept")
    try bench.write("full/x", "x")
    try bench.scratch.link("root/link", to: bench.scratch["outside"])
    let removed = try tree.removeEmptyFolders(["a", "a/b", "full", "link", "link/empty", "gone/deep"])
    #expect(removed == ["a/b", "a"])
    #expect(bench.files == ["full/", "full/x", "kept/", "link"])
    #expect(bench.scratch.tree("outside") == ["empty/"])
    #expect(await fault { try tree.removeEmptyFolders(["../outside/empty"]) }?.code == "target_refused")
  }
}
