import Files
import GitRepository
import Testing

@testable import Runner

@Suite("The facts in git's index")
struct IndexFileTests {
  /// Kinds of index: how the repository is made, and what makes its index.
  static let kinds: [(options: [String], setUp: String)] = [
    ([], "git update-index --index-version 2"),
    ([], "git add -N new; git update-index --index-version 3"),
    ([], "git update-index --index-version 4"),
    ([], "git update-index --untracked-cache; git config index.skipHash true; git add new"),
    (["--object-format=sha256"], "git update-index --index-version 4"),
    (["--object-format=sha256"], "git update-index --index-version 2"),
  ]

  @Test(
    "They are written into the entries asked for, and git reads every other byte as before", arguments: kinds)
  func written(_ kind: (options: [String], setUp: String)) throws {
    let repository = try TestRepository(options: kind.options)
    let paths = ["a", "a b/c", "a b/cd/ü", "long/" + String(repeating: "n", count: 200), "x/y"]
    for path in paths { try repository.commit(path, "text of \(path)\n") }
    try repository.shell("echo new >new; \(kind.setUp); cp .git/index ../before")
    let listing = "git ls-files --stage --debug | sed 's/^  [cmsu].*//; s/^  dev.*//'"
    let before = try repository.shell(listing)
    // Their facts are gone, and with them git's knowledge that they are unchanged.
    try repository.shell("git ls-files -s -z | git update-index -z --index-info")
    #expect(try repository.shell("git diff-files --name-only -z").split(separator: "\0").count >= paths.count)
    let path = "\(repository.directory)/.git/index"
    let bytes = try #require(WholeFile.read(path))
    var index = try #require(IndexFile(bytes, kind.options.isEmpty ? .sha1 : .sha256))
    var facts: [String: IndexFile.Facts] = ["not/there": try self.facts(repository, "a")]
    for path in paths { facts[path] = try self.facts(repository, path) }
    let set = index.set(facts)
    #expect(set)
    #expect(WholeFile.write(index.bytes, to: path))
    try repository.git(["fsck", "--no-dangling"])
    #expect(try repository.shell("git diff-files --name-only | grep -v new || true") == "")
    #expect(try repository.shell(listing) == before)
    #expect(index.bytes.count == bytes.count)
  }

  static let listed =
    kinds + [
      ([], "git update-index --split-index; git add new"),
      ([], "git sparse-checkout init --cone --sparse-index; git sparse-checkout set long"),
      ([], "git rm -q --cached -r ."),
      ([], "git update-index --chmod=+x a; git update-index --assume-unchanged x/y"),
      (
        [],
        "git checkout -q -b side HEAD~2; echo 1 >x; git add x; git commit -qm x; git merge -q main || true"
      ),
      ([], "git mv a b; rm x/y"),
      (["--object-format=sha256"], "git add new; ln -s a link; git add link"),
    ]

  @Test("What is staged is what git lists, or only git is asked", arguments: listed)
  func staged(_ kind: (options: [String], setUp: String)) throws {
    let repository = try TestRepository(options: kind.options)
    for path in ["a", "a b/c", "a b/cd/ü", "long/n", "x/y"] {
      try repository.commit(path, "text of \(path)\n")
    }
    try repository.shell("echo new >new; \(kind.setUp)")
    let git = try repository.discover()
    let paths = ["a", "b", "a b", "a b/c", "a b/cd/ü", "long/n", "x/y", "x", "new", "link", "none"]
    // Through another file's name git is asked.
    try repository.shell("cp .git/index .git/copy; for f in .git/sharedindex.*; do test -e $f || break; done")
    let listed = try git.stagedEntries(
      paths, variables: ["GIT_INDEX_FILE": "\(repository.directory)/.git/copy"])
    #expect(try git.stagedEntries(paths) == listed.filter { paths.contains($0.key) })
    let bytes = try #require(WholeFile.read(git.layout.indexFile))
    let isSplit = kind.setUp.contains("split") || kind.setUp.contains("sparse")
    #expect((IndexFile(bytes, git.layout.objectFormat)?.staged(paths) == nil) == isSplit)
  }

  private func facts(_ repository: TestRepository, _ path: String) throws -> IndexFile.Facts {
    IndexFile.Facts(try OpenFile.open("\(repository.directory)/\(path)", 0).facts())
  }

  @Test("Bytes that are not an index, or one cut short, are left as they are")
  func broken() throws {
    let repository = try TestRepository()
    for path in ["a", "b/c", "d"] { try repository.commit(path, "x\n") }
    let whole = try #require(WholeFile.read("\(repository.directory)/.git/index"))
    let facts = ["d": try self.facts(repository, "d")]
    for length in 0..<whole.count {
      guard var index = IndexFile(Array(whole.prefix(length)), .sha1) else { continue }
      let before = index.bytes
      // What is cut behind the entries leaves them readable.
      if !index.set(facts) { #expect(index.bytes == before) }
    }
    for place in 0..<whole.count {
      var bytes = whole
      bytes[place] ^= 0xff
      if var index = IndexFile(bytes, .sha1) { _ = index.set(facts) }
    }
    #expect(IndexFile(Array("DIRC".utf8), .sha1) == nil)
    #expect(IndexFile(Array("TREE".utf8) + whole.dropFirst(4), .sha1) == nil)
  }
}
