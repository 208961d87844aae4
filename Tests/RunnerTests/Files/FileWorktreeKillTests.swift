import FileStore
import Files
import Foundation
import Testing

@testable import Runner

/// A kill leaves what the steps before it made: each state is laid out by hand, and the next run continues from it.
@Suite("After a kill while placing", .timeLimit(.minutes(1)))
struct FileWorktreeKillTests {
  /// What a kill left under the three names; nil where nothing is.
  struct Leftover: Sendable, CustomTestStringConvertible {
    var target: String?
    var swap: String?
    var aside: String?
    var after: String
    var testDescription: String { after }
  }

  static let replacing: [Leftover] = [
    Leftover(target: "old", swap: "new", after: "the new file was given its name for the exchange"),
    Leftover(target: "new", swap: "old", after: "the exchange"),
    Leftover(target: nil, swap: "new", aside: "old", after: "the old file stepped aside"),
    Leftover(target: "new", aside: "old", after: "the new file took the name of one that stepped aside"),
  ]

  static let changed: [Leftover] = [
    Leftover(target: "new", swap: "theirs", after: "an exchange that took a change away"),
    Leftover(target: nil, swap: "theirs", after: "such an exchange, and the target's removal by somebody"),
    Leftover(target: nil, swap: "new", aside: "theirs", after: "stepping aside with a change"),
  ]

  let bench: WorktreeBench
  let slot: TargetSlot
  let target: TargetPath

  init() throws {
    bench = try WorktreeBench()
    target = try TargetPath("c.md")
    slot = TargetSlot(bench.tree, target, in: try OpenFile.open(bench.scratch["root"], O_RDONLY))
  }

  private func lay(_ left: Leftover) throws {
    if let text = left.target { try bench.write("c.md", text) }
    if let text = left.swap { try bench.write(slot.swap, text) }
    if let text = left.aside { try bench.write(slot.aside, text) }
  }

  @Test("Running again replaces the target and leaves nothing beside it", arguments: replacing)
  func placeGoesOn(left: Leftover) throws {
    try lay(left)
    _ = try bench.tree.place(target, bench.object("new"), expecting: .holding(digest("old")))
    #expect(bench.read("c.md") == "new")
    #expect(bench.files == ["c.md"])
  }

  @Test("Cancelling instead puts the old file back and leaves nothing beside it", arguments: replacing)
  func cancelTakesBack(left: Leftover) throws {
    try lay(left)
    _ = try bench.tree.restore(target, bench.object("old"), replacing: digest("new"))
    #expect(bench.read("c.md") == "old")
    #expect(bench.files == ["c.md"])
  }

  @Test("Somebody's change comes back under its name before anything else is done", arguments: changed)
  func changeComesBack(left: Leftover) async throws {
    try lay(left)
    let (bench, target, new) = (bench, target, try bench.object("new"))
    let refused = await fault {
      try bench.tree.place(target, new, expecting: .holding(digest("old")))
    }
    #expect(refused?.code == "target_changed")
    #expect(bench.read("c.md") == "theirs")
    #expect(bench.files == ["c.md"])
  }

  @Test("Two changes by somebody are both kept, and the one beside is named")
  func twoChangesAreKept() async throws {
    for left in [
      Leftover(target: "second", swap: "first", after: ""),
      Leftover(target: "second", aside: "first", after: ""),
    ] {
      let bench = try WorktreeBench()
      try bench.write("c.md", "second")
      let aside = left.swap == nil ? slot.aside : slot.swap
      try bench.write(aside, "first")
      let (target, new) = (target, try bench.object("new"))
      let refused = await fault {
        try bench.tree.place(target, new, expecting: .holding(digest("old")))
      }
      #expect(refused?.code == "target_kept_aside")
      #expect(refused?.message.contains("\"\(aside)\"") == true)
      #expect(bench.read("c.md") == "second")
      #expect(bench.read(aside) == "first")
    }
  }

  @Test(
    "A removal that was killed is finished, or undone where the file is not ours",
    arguments: ["new", "theirs"])
  func removeGoesOn(aside: String) throws {
    try lay(Leftover(aside: aside, after: ""))
    let outcome = try bench.tree.remove(target, ifHolding: digest("new"))
    if aside == "new" {
      #expect(outcome == .done)
      #expect(bench.files.isEmpty)
    } else {
      #expect(bench.read("c.md") == "theirs")
      #expect(bench.files == ["c.md"])
    }
  }

  @Test("What an older version left under names of its own is ended and swept too", arguments: replacing)
  func olderNames(left: Leftover) throws {
    try lay(left)
    try bench.write("\(bench.tree.ownPrefix)-w0", "half")
    let tree = try FileWorktree(
      root: bench.scratch["root"], token: PrivateToken("by its place in the tree", older: "bench"))
    #expect(try tree.sweepTemporary(around: [target]) == ["\(bench.tree.ownPrefix)-w0"])
    _ = try tree.place(target, bench.object("new"), expecting: .holding(digest("old")))
    #expect(bench.read("c.md") == "new")
    #expect(bench.files == ["c.md"])
  }

  @Test("Half-written files are swept; another batch's, a living writer's and the user's are spared")
  func sweep() throws {
    let own = bench.tree.ownPrefix
    try bench.write("a/\(own)-w0", "half")
    try bench.write("\(own)-w7", "half")
    try bench.write("\(slot.swap)", "theirs")
    try bench.write(".ledgerctl-0000000000000000-w0", "another batch's")
    try bench.write("a/w0", "user's")
    let living = try TemporaryFile.make(in: slot.folder, prefix: own + "-w", mode: 0o600)
    let around = try ["a/x", "y", "missing/z"].map { try TargetPath($0) }
    #expect(try bench.tree.sweepTemporary(around: around) == ["\(own)-w7", "a/\(own)-w0"])
    #expect(
      bench.files == [".ledgerctl-0000000000000000-w0", slot.swap, living.name, "a/", "a/w0"].sorted())
  }
}
