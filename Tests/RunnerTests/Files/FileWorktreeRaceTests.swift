import FileStore
import Files
import Foundation
import Synchronization
import Testing

@testable import Runner

/// Others work in the tree at the same moment, on threads of their own; whatever the order, nobody loses bytes.
@Suite("Placing while others work in the tree", .timeLimit(.minutes(2)))
struct FileWorktreeRaceTests {
  static let rounds = 150

  /// Runs two bodies at the same moment, the second on a thread of its own, and waits for both. The second starts
  /// later from round to round, so that it meets the first at each of its steps.
  private func race(
    round: Int = 0, _ one: () -> Void, _ other: @escaping @Sendable () -> Void
  ) {
    let ready = DispatchSemaphore(value: 0)
    let done = DispatchSemaphore(value: 0)
    Thread.detachNewThread {
      ready.signal()
      let turns = Atomic(round % 50 * 400)
      while turns.subtract(1, ordering: .relaxed).newValue > 0 {}
      other()
      done.signal()
    }
    ready.wait()
    one()
    done.wait()
  }

  @Test("A file that appears while its target is placed is never replaced", arguments: FileWorktreeTests.both)
  func targetAppears(replacing: FileWorktree.Replacing) throws {
    let bench = try WorktreeBench(replacing)
    let new = try bench.object("new")
    for round in 0..<Self.rounds {
      let target = try TargetPath("f\(round)")
      let path = bench.scratch["root/f\(round)"]
      let theirsMade = Atomic(false)
      race(round: round) {
        _ = try? bench.tree.place(target, new, expecting: .absent)
      } _: {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL, 0o644)
        if descriptor >= 0 {
          theirsMade.store(write(descriptor, "theirs", 6) == 6, ordering: .relaxed)
          close(descriptor)
        }
      }
      #expect(bench.read("f\(round)") == (theirsMade.load(ordering: .relaxed) ? "theirs" : "new"))
    }
    #expect(bench.files.count == Self.rounds)
  }

  @Test(
    "A change that comes while its target is replaced or removed is never lost",
    arguments: FileWorktreeTests.both)
  func targetChanges(replacing: FileWorktree.Replacing) throws {
    let bench = try WorktreeBench(replacing)
    let (new, old) = (try bench.object("new"), try bench.object("old"))
    for round in 0..<Self.rounds {
      let target = try TargetPath("c.md")
      let theirs = try bench.scratch.write("theirs", "theirs")
      try bench.write("c.md", "old")
      race(round: round) {
        if round % 2 == 0 {
          _ = try? bench.tree.place(target, new, expecting: .holding(old.id))
        } else {
          _ = try? bench.tree.remove(target, ifHolding: old.id)
        }
      } _: {
        rename(theirs, bench.scratch["root/c.md"])
      }
      #expect(bench.read("c.md") == "theirs")
      #expect(bench.files == ["c.md"])
    }
  }

  @Test("A link that is swapped in on the way leads nothing out of the root")
  func linkSwappedIn() throws {
    let bench = try WorktreeBench()
    let scratch = bench.scratch
    try scratch.makeFolder("outside/b")
    try scratch.makeFolder("root/a/b")
    try scratch.link("root/evil", to: scratch["outside"])
    let new = try bench.object("new")
    let done = Atomic(false)
    let placed = Atomic(0)
    let swaps = Atomic(0)
    race {
      for round in 0..<Self.rounds * 4 {
        guard let target = try? TargetPath("a/b/f\(round)") else { continue }
        if (try? bench.tree.place(target, new, expecting: .absent)) != nil {
          placed.add(1, ordering: .relaxed)
        }
        _ = try? bench.tree.remove(target, ifHolding: new.id)
      }
      done.store(true, ordering: .sequentiallyConsistent)
    } _: {
      guard let root = try? OpenFile.open(scratch["root"], O_RDONLY) else { return }
      while !done.load(ordering: .sequentiallyConsistent) {
        if (try? root.exchange("a", with: "evil")) != nil { swaps.add(1, ordering: .relaxed) }
      }
    }
    #expect(scratch.tree("outside") == ["b/"])
    #expect(swaps.load(ordering: .relaxed) > 10)
    #expect(placed.load(ordering: .relaxed) > 0)
  }

  @Test("Many targets of one folder can be placed at once")
  func placedAtOnce() async throws {
    let bench = try WorktreeBench()
    let new = try bench.object("new")
    try await withThrowingTaskGroup(of: PlaceOutcome.Kind.self) { group in
      for index in 0..<40 {
        let target = try TargetPath("deep/er/f\(index)")
        group.addTask { try bench.tree.place(target, new, expecting: .absent).kind }
      }
      for try await kind in group { #expect(kind == .placed) }
    }
    #expect(bench.scratch.tree("root/deep/er").count == 40)
  }
}
