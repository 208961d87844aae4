import Core
import Files
import GitRepository
import Testing

@testable import Runner

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

@Suite("The swap, the index lock, and finding a commit again", .timeLimit(.minutes(2)))
struct SwapTests {
  private let batch = TestBatch()
  private let main = "refs/heads/main"

  private func swap(
    _ git: GitRepository, _ ref: String = "refs/heads/main", from old: GitID?, to new: GitID
  ) throws(Fault) -> SwapOutcome {
    try git.compareAndSwap(ref, from: old, to: new, committer: TestBatch.author, subject: "s")
  }

  private func prepared() throws -> (TestRepository, GitRepository, GitID, BuiltCommit) {
    let repository = try TestRepository()
    let tip = try repository.commit("README", "hello\n")
    let git = try repository.discover()
    return (repository, git, tip, try batch.build(in: repository, with: git, parent: tip))
  }

  // MARK: The swap

  @Test("A branch that the user moved is not overwritten, and the batch lands on the new tip")
  func movedByUser() throws {
    let (repository, git, tip, commit) = try prepared()
    let theirs = try repository.commit("theirs", "x\n")
    #expect(try swap(git, from: tip, to: commit.id) == .moved(to: theirs))
    let again = try batch.land(in: repository, with: git)
    #expect(try repository.tip("HEAD~1") == theirs && again.id != commit.id)
    #expect(try repository.git(["status", "--porcelain"]) == "")
  }

  @Test("A second swap to the same commit says that it is there, a vanished branch that it is gone")
  func repeatedAndVanished() throws {
    let (repository, git, tip, commit) = try prepared()
    #expect(try swap(git, from: tip, to: commit.id) == .swapped)
    #expect(try swap(git, from: tip, to: commit.id) == .alreadyThere)
    try repository.git(["checkout", "-q", "--detach"])
    try repository.git(["branch", "-q", "-m", "main", "renamed"])
    #expect(try swap(git, from: tip, to: commit.id) == .moved(to: nil))
    #expect(try git.tip(of: main) == nil)
  }

  @Test("A new branch is made by the swap; one whose name can't be is refused")
  func newBranch() throws {
    let (repository, git, tip, commit) = try prepared()
    try repository.git(["checkout", "-q", "--detach"])
    #expect(try swap(git, "refs/heads/batches/one", from: nil, to: commit.id) == .swapped)
    #expect(try repository.tip("batches/one") == commit.id)
    #expect(try git.head() == .detached(tip))
    let fault = #expect(throws: Fault.self) { try swap(git, "refs/heads/main/x", from: nil, to: commit.id) }
    #expect(fault?.code == "branch_in_the_way" && fault?.exit == .inTheWay)
    #expect(try swap(git, from: nil, to: commit.id) == .moved(to: tip))
  }

  @Test("A branch's lock is ours only if it holds our commit; an empty one is named and left")
  func refLocks() throws {
    let (repository, git, tip, commit) = try prepared()
    let path = "\(repository.directory)/.git/refs/heads/main.lock"
    for content in ["", "\(tip)\n"] {
      #expect(WholeFile.write(Array(content.utf8), to: path))
      let lock = LockFile(path: path, sizeBytes: Int64(content.utf8.count), isOurs: false)
      #expect(try swap(git, from: tip, to: commit.id) == .locked(lock))
      #expect(try git.clearRefLocks(main, holding: commit.id) == lock)
    }
    for content in ["\(commit.id)", "\(commit.id)\n"] {
      #expect(WholeFile.write(Array(content.utf8), to: path))
      let lock = LockFile(path: path, sizeBytes: Int64(content.utf8.count), isOurs: true)
      #expect(try swap(git, from: tip, to: commit.id) == .locked(lock))
      #expect(try git.clearRefLocks(main, holding: commit.id) == nil)
    }
    #expect(try swap(git, from: tip, to: commit.id) == .swapped)
  }

  @Test("A lock of HEAD is named too")
  func headLock() throws {
    let (repository, git, tip, commit) = try prepared()
    try repository.write("", to: ".git/HEAD.lock")
    let path = "\(repository.directory)/.git/HEAD.lock"
    #expect(
      try swap(git, from: tip, to: commit.id) == .locked(LockFile(path: path, sizeBytes: 0, isOurs: false)))
  }

  // MARK: The index

  @Test(
    "While the index is held the user's commit and add wait or fail, and a foreign lock is named and left")
  func exclusion() throws {
    let (repository, git, _, commit) = try prepared()
    #expect(try git.holdIndex(for: commit.changes, token: "demo", patience: .zero) == .held)
    try repository.write("x", to: "other")
    try repository.git(["add", "other"], accepting: [128])
    #expect(try repository.git(["commit", "-q", "--allow-empty", "-m", "x"], accepting: [128]) == "")
    let path = "\(repository.directory)/.git/index.lock"
    let size = FileFacts(at: path).sizeBytes
    let foreign = LockFile(path: path, sizeBytes: size, isOurs: false)
    let others = [TreeChange(path: "other", old: nil, new: commit.changes[0].new)]
    #expect(try git.holdIndex(for: others, token: "another", patience: .milliseconds(30)) == .locked(foreign))
    git.releaseIndex(token: "another")
    #expect(FileFacts(at: path).sizeBytes == size)
    git.releaseIndex(token: "demo")
    #expect(!repository.exists(".git/index.lock"))
    try repository.git(["add", "other"])
    #expect(try repository.git(["status", "--porcelain"]) == "A  other")
  }

  @Test("A lock left by a killed run of ours is taken over; an empty one is not")
  func leftovers() throws {
    let (repository, git, tip, commit) = try prepared()
    try batch.place(in: repository)
    // Killed while it held the lock: both names are left.
    #expect(try git.holdIndex(for: commit.changes, token: "demo", patience: .zero) == .held)
    #expect(try swap(git, from: tip, to: commit.id) == .swapped)
    let later = try repository.discover()
    #expect(try later.holdIndex(for: commit.changes, token: "demo", patience: .zero) == .held)
    // Killed in the midst of its cleaning: only the lock is left, with our bytes.
    unlink("\(repository.directory)/.git/ledgerctl-demo.index")
    #expect(try later.holdIndex(for: commit.changes, token: "demo", patience: .zero) == .held)
    try later.publishIndex(token: "demo")
    #expect(try repository.git(["status", "--porcelain"]) == "")
    try repository.write("", to: ".git/index.lock")
    let lock = LockFile(path: "\(repository.directory)/.git/index.lock", sizeBytes: 0, isOurs: false)
    #expect(try later.holdIndex(for: commit.changes, token: "demo", patience: .zero) == .locked(lock))
    later.releaseIndex(token: "demo")
    #expect(repository.exists(".git/index.lock"))
  }

  @Test("What a held index has of the tip is told; what the user staged is not")
  func changesHeld() throws {
    let (repository, git, tip, commit) = try prepared()
    try repository.write("x", to: "other")
    try repository.git(["add", "other"])
    #expect(try git.holdIndex(for: commit.changes, token: "demo", patience: .zero) == .held)
    #expect(try git.changesHeld(token: "demo", at: tip) == [], "The branch was not swapped yet.")
    #expect(try swap(git, from: tip, to: commit.id) == .swapped)
    let changes = try git.changesHeld(token: "demo", at: commit.id)
    #expect(Set(changes) == Set(commit.changes))
    #expect(try git.changesHeld(token: "another", at: commit.id) == [])
    git.releaseIndex(token: "demo")
    #expect(try git.changesHeld(token: "demo", at: commit.id) == [])
  }

  @Test("What the user stages while the new index is made is in it")
  func stagedMeanwhile() throws {
    let (repository, _, tip, commit) = try prepared()
    try batch.place(in: repository)
    try repository.write("x", to: "meanwhile")
    // This git stages the user's file, once, in the midst of our making a new index.
    try repository.shell(
      """
      cat >../bin/git <<'END'
      #!/bin/sh
      if [ "$1 $2" = "add --refresh" ] && mkdir "$HOME/once" 2>/dev/null; then
        env -u GIT_INDEX_FILE /usr/bin/git add meanwhile
      fi
      exec /usr/bin/git "$@"
      END
      chmod +x ../bin/git
      """)
    let git = try repository.discover()
    #expect(try git.holdIndex(for: commit.changes, token: "demo", patience: .zero) == .held)
    #expect(FileFacts(at: "\(repository.root)/home/once").kind == .folder)
    #expect(try swap(git, from: tip, to: commit.id) == .swapped)
    try git.publishIndex(token: "demo")
    #expect(try repository.git(["status", "--porcelain"]) == "A  meanwhile")
  }

  @Test("Publishing without holding changes nothing")
  func publishNothing() throws {
    let (repository, git, _, _) = try prepared()
    let before = WholeFile.read(git.layout.indexFile)
    try repository.write("", to: ".git/index.lock")
    try git.publishIndex(token: "demo")
    #expect(WholeFile.read(git.layout.indexFile) == before && repository.exists(".git/index.lock"))
  }

  @Test("A lock that somebody removed is missed before anything is renamed")
  func lostLock() throws {
    let (repository, git, _, commit) = try prepared()
    #expect(try git.holdIndex(for: commit.changes, token: "demo", patience: .zero) == .held)
    unlink("\(repository.directory)/.git/index.lock")
    let fault = #expect(throws: Fault.self) { try git.publishIndex(token: "demo") }
    #expect(fault?.code == "index_lock_lost")
    try repository.write("", to: ".git/index.lock")
    #expect(throws: Fault.self) { try git.publishIndex(token: "demo") }
    #expect(repository.exists(".git/index.lock"))
  }

  @Test("What the user staged meanwhile for one of the batch's own paths is not taken from them")
  func stagedOnOurPath() throws {
    let (repository, git, tip, commit) = try prepared()
    let path = commit.changes[0].path
    try repository.write("theirs\n", to: path)
    try repository.git(["add", path])
    #expect(try git.holdIndex(for: commit.changes, token: "demo", patience: .zero) == .held)
    #expect(try swap(git, from: tip, to: commit.id) == .swapped)
    try git.publishIndex(token: "demo")
    #expect(try repository.git(["show", ":\(path)"]) == "theirs")
  }

  @Test("A working file that was changed after placing shows as modified, and is not staged")
  func changedAfterPlacing() throws {
    let (repository, git, tip, commit) = try prepared()
    try batch.place(in: repository)
    let path = commit.changes[0].path
    try repository.write("changed\n", to: path)
    #expect(try git.holdIndex(for: commit.changes, token: "demo", patience: .zero) == .held)
    #expect(try swap(git, from: tip, to: commit.id) == .swapped)
    try git.publishIndex(token: "demo")
    #expect(try repository.git(["status", "--porcelain"]) == " M \(path)")
  }

  // MARK: Recovery

  @Test("A batch's commit is found in the branch, amended, on another branch, reset away, or not at all")
  func search() throws {
    let (repository, git, tip, commit) = try prepared()
    let lines = TestBatch.trailers
    #expect(try git.commits(withLines: lines, from: main) == [])
    #expect(try swap(git, from: tip, to: commit.id) == .swapped)
    #expect(try git.commits(withLines: lines, from: main) == [FoundCommit(id: commit.id, place: .history)])
    #expect(try git.commits(withLines: ["Ledger-Batch: batch-dem"], from: main) == [])
    try repository.git(["reset", "-q", "--hard", tip.text])
    #expect(try git.commits(withLines: lines, from: main) == [FoundCommit(id: commit.id, place: .reflog)])
    try repository.git(["branch", "kept", commit.id.text])
    #expect(
      try git.commits(withLines: lines, from: main) == [
        FoundCommit(id: commit.id, place: .ref("refs/heads/kept"))
      ])
    try repository.git(["reset", "-q", "--hard", "kept"])
    try repository.git(["commit", "-q", "--amend", "--no-edit", "--date", "2001-01-01T00:00:00Z"])
    let amended = try repository.tip()
    let found = try git.commits(withLines: lines, from: main)
    #expect(
      found == [
        FoundCommit(id: amended, place: .history), FoundCommit(id: commit.id, place: .ref("refs/heads/kept")),
      ])
    #expect(try !git.isAncestor(commit.id, of: amended))
    #expect(try !git.isAncestor(try #require(GitID(String(repeating: "e", count: 40))), of: amended))
  }

  @Test(
    "A commit where no ref ever was is not found, whatever the reflog of a killed git says",
    arguments: ["", "git commit -q --allow-empty -m theirs", "git branch -m renamed"])
  func killedAfterReflog(_ users: String) throws {
    let (repository, git, tip, commit) = try prepared()
    for log in ["HEAD", "refs/heads/main"] {
      try repository.shell(
        "echo '\(tip) \(commit.id) Ada <ada@example.com> 1700000000 +0000\tledgerctl: x' >>.git/logs/\(log)")
    }
    try repository.shell(users)
    #expect(try git.commits(withLines: TestBatch.trailers, from: main) == [])
    if users.isEmpty {
      #expect(try swap(git, from: tip, to: commit.id) == .swapped)
      try repository.git(["reset", "-q", "--hard", tip.text])
      #expect(
        try git.commits(withLines: TestBatch.trailers, from: main) == [
          FoundCommit(id: commit.id, place: .reflog)
        ])
    }
  }

  @Test("Recorded bytes make the same commit again, unless what it needs was pruned")
  func writeAgain() throws {
    let (repository, git, _, commit) = try prepared()
    #expect(try git.writeCommit(commit.bytes) == commit.id)
    try repository.git(["gc", "-q", "--prune=now"])
    let fault = #expect(throws: Fault.self) { try git.writeCommit(commit.bytes) }
    #expect(fault?.code == "commit_incomplete")
    let parent = try repository.tip()
    #expect(try batch.build(in: repository, with: git, parent: parent) == commit)
  }
}
