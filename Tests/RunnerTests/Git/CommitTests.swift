import Core
import Files
import GitRepository
import Testing

@testable import Runner

@Suite("One commit", .timeLimit(.minutes(2)))
struct CommitTests {
  private let batch = TestBatch()

  /// What must hold after any landing: the commit is the tip, git finds nothing wrong, the batch's paths are
  /// clean.
  private func expectLanded(_ commit: BuiltCommit, in repository: TestRepository) throws {
    #expect(try repository.tip() == commit.id)
    // With HEAD named, the index stays out of it: fsck misreads a sparse one after the user's own `git add`
    // too.
    #expect(try repository.git(["fsck", "--strict", "--no-dangling", "HEAD"]) == "")
    let paths = batch.files.keys.sorted() + batch.removing
    #expect(try repository.git(["status", "--porcelain", "--"] + paths) == "")
    #expect(
      try repository.git(["ls-tree", "-r", "--name-only", "HEAD", "--"] + paths).split(separator: "\n").count
        == 3)
    for (path, text) in batch.files {
      #expect(
        try repository.git(["cat-file", "blob", "HEAD:\(path)"]) + (text.hasSuffix("\n") ? "\n" : "") == text)
    }
    #expect(!repository.exists(".git/index.lock"))
    #expect(
      try repository.shell("ls -A ../scratch; ls \"$(git rev-parse --git-dir)\" | grep ledgerctl || true")
        == "")
  }

  @Test("A batch lands on a branch with its author, date and message, and git status is clean")
  func ordinary() throws {
    let repository = try TestRepository()
    let parent = try repository.commit("README", "hello\n")
    let commit = try batch.land(in: repository)
    try expectLanded(commit, in: repository)
    #expect(try repository.git(["status", "--porcelain"]) == "")
    #expect(
      try repository.git(["rev-list", "--parents", "HEAD"]).hasPrefix("\(commit.id) \(parent)\n\(parent)"))
    let format = "%an <%ae>|%cn <%ce>|%at|%ct|%B"
    let by = TestBatch.author
    #expect(
      try repository.git(["log", "-1", "--format=\(format)"])
        == "\(by)|\(by)|1700000000|1700000000|\(TestBatch.message)")
    #expect(
      try repository.git(["cat-file", "commit", "HEAD"]) + "\n"
        == String(decoding: commit.bytes, as: UTF8.self))
    let trailers = try repository.git(["log", "-1", "--format=%(trailers)"])
    #expect(trailers == TestBatch.trailers.joined(separator: "\n") + "\n")
    #expect(try repository.git(["reflog", "-1", "--format=%gs"]) == "ledgerctl: Add demo")
    #expect(commit.changes.map(\.path) == batch.files.keys.sorted())
    // Entries carry the files' times: nothing is left to be refreshed.
    #expect(try repository.git(["diff-files"]) == "")
  }

  @Test("The first commit of a repository is a batch's", arguments: ["sha1", "sha256"])
  func unborn(format: String) throws {
    let repository = try TestRepository(options: ["--object-format=\(format)"])
    let commit = try batch.land(in: repository)
    try expectLanded(commit, in: repository)
    #expect(try repository.git(["rev-list", "--count", "HEAD"]) == "1")
    #expect(commit.id.text.count == (format == "sha1" ? 40 : 64))
  }

  @Test("What the user has staged, changed and left untracked is as before")
  func stagedChangesStay() throws {
    let repository = try TestRepository()
    try repository.commit("kept", "1\n")
    try repository.commit("gone", "1\n")
    try repository.shell(
      """
      echo 2 >kept; git add kept; echo 3 >kept; git rm -q --cached gone; echo new >staged; git add staged
      echo half >intent; git add -N intent; echo un >untracked; git update-index --chmod=+x staged
      """)
    let before = try repository.git(["status", "--porcelain"])
    let commit = try batch.land(in: repository)
    try expectLanded(commit, in: repository)
    #expect(try repository.git(["status", "--porcelain"]) == before)
    #expect(try repository.git(["show", ":kept"]) == "2")
  }

  @Test(
    "Every kind of index keeps its kind and its content",
    arguments: [
      "git update-index --index-version 4", "git update-index --split-index",
      "git config core.splitIndex true",
      "git update-index --untracked-cache",
      "git config index.sparse true; git sparse-checkout set --cone dir/in",
      "git sparse-checkout set --no-cone '/dir/in/*' '/assets/*'",
      "git config feature.manyFiles true; git status",
      "git config core.fsmonitor true; git update-index --force-write-index",
      "git update-index --assume-unchanged README; git update-index --skip-worktree dir/in/a",
    ])
  func indexKinds(setUp: String) throws {
    let repository = try TestRepository()
    try repository.commit("README", "hello\n")
    try repository.commit("dir/in/a", "a\n")
    try repository.commit("dir/out/b", "b\n")
    try repository.shell(
      "\(setUp) >/dev/null; git config core.fsmonitor false; echo more >>dir/in/c; git add dir/in/c")
    let before = try repository.git(["ls-files", "-s", "-v"])
    let commit = try batch.land(in: repository)
    try expectLanded(commit, in: repository)
    #expect(try repository.git(["status", "--porcelain"]) == "A  dir/in/c")
    let own = try repository.git(["ls-files", "-s", "-v", "--"] + batch.files.keys.sorted())
    let after = try repository.git(["ls-files", "-s", "-v"]).split(separator: "\n").filter {
      !own.contains($0)
    }
    #expect(after.joined(separator: "\n") == before)
  }

  @Test("A linked worktree's batch lands on its branch and in its index")
  func linkedWorktree() throws {
    let repository = try TestRepository()
    try repository.commit("README", "hello\n")
    let linked = "\(repository.root)/linked"
    try repository.git(["worktree", "add", "-q", "-b", "side", linked])
    let git = try repository.discover(from: linked)
    #expect(git.layout.isLinkedWorktree)
    let tip = try repository.tip("side")
    for (path, text) in batch.files { try repository.write(text, to: "../linked/\(path)") }
    let commit = try batch.build(in: repository, with: git, parent: tip)
    #expect(try git.holdIndex(for: commit.changes, token: "demo", patience: .zero) == .held)
    #expect(
      try git.compareAndSwap(
        "refs/heads/side", from: tip, to: commit.id, committer: TestBatch.author, subject: "s") == .swapped)
    try git.publishIndex(token: "demo")
    #expect(try repository.git(["status", "--porcelain"], in: linked) == "")
    #expect(try repository.git(["status", "--porcelain"]) == "")
    #expect(try repository.tip("side") == commit.id)
    #expect(try repository.tip("main") == tip)
    #expect(try git.checkedOutElsewhere("refs/heads/main") == repository.directory)
    #expect(try git.checkedOutElsewhere("refs/heads/side") == nil)
    #expect(try repository.discover().checkedOutElsewhere("refs/heads/side") == linked)
  }

  @Test("A shallow clone takes a batch")
  func shallow() throws {
    let repository = try TestRepository()
    for text in ["1\n", "2\n"] { try repository.commit("README", text) }
    let clone = "\(repository.root)/clone"
    try repository.git(
      ["clone", "-q", "--depth", "1", "file://\(repository.directory)", clone], in: repository.root)
    let git = try repository.discover(from: clone)
    #expect(git.layout.isShallow)
    let tip = try #require(try git.tip(of: "refs/heads/main"))
    let commit = try batch.build(in: repository, with: git, parent: tip)
    let swap = try git.compareAndSwap(
      "refs/heads/main", from: tip, to: commit.id, committer: TestBatch.author, subject: "s")
    #expect(swap == .swapped)
    #expect(try git.isAncestor(tip, of: commit.id))
    #expect(try repository.git(["push", "-q", "origin", "main:other"], in: clone) == "")
  }

  @Test("Old paths leave in the same commit, and a path that was never there is no error")
  func removal() throws {
    let repository = try TestRepository()
    try repository.commit("assets/old/context.md", "old\n")
    try repository.commit("README", "hello\n")
    var batch = batch
    batch.removing = ["assets/old/context.md", "assets/never/there"]
    let commit = try batch.land(in: repository)
    #expect(try repository.git(["status", "--porcelain"]) == "")
    #expect(commit.changes.first { $0.path == "assets/old/context.md" }?.new == nil)
    #expect(try repository.git(["ls-tree", "-r", "--name-only", "HEAD"]).split(separator: "\n").count == 4)
  }

  @Test("A tip that holds the same files already makes no commit, and a draft always makes the same one")
  func unchangedAndDeterministic() throws {
    let repository = try TestRepository()
    let parent = try repository.commit("README", "hello\n")
    let git = try repository.discover()
    let first = try batch.build(in: repository, with: git, parent: parent)
    #expect(try batch.build(in: repository, with: git, parent: parent) == first)
    let commit = try batch.land(in: repository)
    #expect(commit == first)
    let again = try git.build(
      try batch.draft(in: repository, parent: commit.id), scratch: repository.scratch, token: "demo")
    #expect(again == .unchanged(tree: commit.tree))
    #expect(try git.changes(of: commit.id) == commit.changes)
    #expect(try git.commitBytes(commit.id) == commit.bytes)
  }

  @Test("A file where the batch needs a folder is named, not replaced")
  func fileInTheWay() throws {
    let repository = try TestRepository()
    let parent = try repository.commit("assets", "a file\n")
    let git = try repository.discover()
    let fault = #expect(throws: Fault.self) { try batch.build(in: repository, with: git, parent: parent) }
    #expect(fault?.code == "foreign_path_in_commit" && fault?.path == "assets" && fault?.exit == .inTheWay)
  }

  @Test(
    "Text with LF stays clean under every conversion of line ends",
    arguments: ["core.autocrlf true", "core.autocrlf input", "core.eol crlf"],
    ["", "* text=auto eol=crlf", "*.md text"])
  func lineEnds(setting: String, attributes: String) throws {
    let repository = try TestRepository()
    try repository.commit(".gitattributes", attributes + "\n*.png -text\n")
    try repository.shell("git config \(setting); git config core.safecrlf true")
    let commit = try batch.land(in: repository)
    try expectLanded(commit, in: repository)
    try repository.shell("find assets frontend -type f -exec touch -d '2001-01-01' {} +")
    #expect(try repository.git(["status", "--porcelain"]) == "")
  }

  @Test("A whole commit takes at most ten processes")
  func processCount() throws {
    let repository = try TestRepository()
    try repository.commit("README", "hello\n")
    try repository.shell(
      """
      printf '#!/bin/sh\\necho "$*" >>%s/log; exec /usr/bin/git "$@"\\n' "$PWD/.." >../bin/git
      chmod +x ../bin/git
      """
    )
    let git = try repository.discover()
    let tip = try #require(try git.tip(of: "refs/heads/main"))
    try batch.place(in: repository)
    try repository.shell("rm ../log")
    let commit = try batch.build(in: repository, with: git, parent: tip)
    _ = try git.holdIndex(for: commit.changes, token: "demo", patience: .zero)
    _ = try git.compareAndSwap(
      "refs/heads/main", from: tip, to: commit.id, committer: TestBatch.author, subject: "s")
    try git.publishIndex(token: "demo")
    let calls = String(decoding: WholeFile.read("\(repository.root)/log") ?? [], as: UTF8.self)
    #expect((1...10).contains(calls.split(separator: "\n").count), "\(calls)")
  }
}
