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

@Suite("Before any work: the repository", .timeLimit(.minutes(2)))
struct PreflightTests {
  @Test("A sub-folder's repository is found with the way down to it")
  func subfolder() throws {
    let repository = try TestRepository()
    try repository.commit("products/web/README", "hello\n")
    let layout = try repository.discover(from: "\(repository.directory)/products/web").layout
    #expect(layout.topLevel == repository.directory)
    #expect(layout.prefix == "products/web/")
    #expect(layout.gitFolder == "\(repository.directory)/.git" && !layout.isLinkedWorktree)
    #expect(layout.objectFormat == .sha1 && !layout.isShallow && !layout.isSparse)
    #expect(try repository.discover().layout.prefix == "")
    try repository.git(["sparse-checkout", "set", "products"])
    #expect(try repository.discover().layout.isSparse)
  }

  @Test("A folder without a repository, a bare one and a git folder are refused with 78")
  func refused() throws {
    let repository = try TestRepository()
    let bare = "\(repository.root)/bare"
    try repository.git(["init", "-q", "--bare", bare])
    for (folder, code) in [
      (repository.root, "no_repository"), (bare, "bare_repository"),
      ("\(repository.directory)/.git", "no_working_tree"),
    ] {
      let fault = #expect(throws: Fault.self) { try repository.discover(from: folder) }
      #expect(fault?.code == code && fault?.exit == .configuration && fault?.hint != nil)
    }
    let fault = #expect(throws: Fault.self) {
      try GitRepository.discover(from: repository.directory, environment: ["PATH": "/nowhere"])
    }
    #expect(fault?.code == "git_missing")
  }

  @Test("A repository of another user is refused with what to do about it", .enabled(if: geteuid() == 0))
  func foreignOwner() throws {
    let repository = try TestRepository()
    try repository.shell("chown -R 12345 .")
    let fault = #expect(throws: Fault.self) { try repository.discover() }
    #expect(fault?.code == "foreign_repository" && fault?.hint?.contains("safe.directory") == true)
  }

  @Test("A folder git can't write to is named")
  func unwritable() throws {
    let repository = try TestRepository()
    #expect(try repository.discover().unwritableFolder() == nil)
    let git = try repository.discover()
    try repository.shell("mv .git/objects .git/elsewhere")
    #expect(git.unwritableFolder() == "\(repository.directory)/.git/objects")
  }

  @Test("Inherited GIT variables lead nowhere else")
  func inheritedVariables() throws {
    let repository = try TestRepository()
    let other = try TestRepository()
    let environment = repository.environment.merging([
      "GIT_DIR": "\(other.directory)/.git", "GIT_WORK_TREE": other.directory, "GIT_INDEX_FILE": "/nowhere",
      "GIT_OBJECT_DIRECTORY": "/nowhere", "GIT_NAMESPACE": "n",
      "GIT_CEILING_DIRECTORIES": "/",
    ]) { $1 }
    let git = try GitRepository.discover(from: repository.directory, environment: environment)
    #expect(git.layout.topLevel == repository.directory)
    let commit = try TestBatch().land(in: repository, with: git)
    #expect(try repository.tip() == commit.id)
  }

  @Test("Identities come from the configuration and from identity variables, or are missed")
  func identities() throws {
    let repository = try TestRepository()
    let ada = "Ada Lovelace <ada@example.com>"
    #expect(try repository.discover().identities() == Identities(author: ada, committer: ada))
    let environment = repository.environment.merging(["GIT_AUTHOR_NAME": "Grace Ünal"]) { $1 }
    let git = try GitRepository.discover(from: repository.directory, environment: environment)
    #expect(try git.identities() == Identities(author: "Grace Ünal <ada@example.com>", committer: ada))
    try repository.git(["config", "committer.name", "Build"])
    #expect(
      try repository.discover().identities()
        == Identities(author: ada, committer: "Build <ada@example.com>"))
    try repository.git(["config", "--unset", "committer.name"])
    try repository.git(["config", "user.name", ""])
    let fault = #expect(throws: Fault.self) { try repository.discover().identities() }
    #expect(fault?.code == "no_identity" && fault?.exit == .configuration)
    try repository.shell("git config user.name \"$(printf 'A\\377a')\"")
    #expect(throws: Fault.self) { try repository.discover().identities() }
  }

  @Test("HEAD is told apart: before the first commit, on a branch, detached")
  func head() throws {
    let repository = try TestRepository()
    let git = try repository.discover()
    #expect(try git.head() == .branch(ref: "refs/heads/main", tip: nil))
    let tip = try repository.commit("README", "hello\n")
    #expect(try git.head() == .branch(ref: "refs/heads/main", tip: tip))
    try repository.shell(
      "git symbolic-ref refs/heads/other refs/heads/main; git symbolic-ref HEAD refs/heads/other")
    #expect(try git.head() == .branch(ref: "refs/heads/main", tip: tip))
    try repository.git(["update-ref", "refs/heads/HEAD", tip.text])
    #expect(try git.head() == .branch(ref: "refs/heads/main", tip: tip))
    try repository.git(["checkout", "-q", "--detach"])
    #expect(try git.head() == .detached(tip))
    let standing = git.standing()
    #expect(try standing.head.get() == .detached(tip) && standing.identities.get() == git.identities())
  }

  @Test("What is read ahead of a commit is what git says when it is asked for each path")
  func looksAhead() throws {
    let repository = try TestRepository()
    try repository.commit("a/one/x", "1\n")
    try repository.commit("a/two/y", "2\n")
    try repository.shell("ln -s one a/link; git add a; git commit -q -m link")
    let tip = try repository.tip()
    let paths = ["a/one/x", "a/one/new", "a/link/z", "b/new", "a/two"]
    let (fresh, ahead) = (try repository.discover(), try repository.discover())
    try ahead.lookAhead(at: tip, paths: paths, folders: ["a", "a/two", "none"])
    #expect(ahead.trees.entries(at: tip, paths).unknown.isEmpty)
    for path in paths {
      #expect(try ahead.entries(at: tip, [path]) == fresh.entries(at: tip, [path]), "\(path)")
    }
    for folder in ["a", "a/two", "none", "", "a/one"] {
      #expect(try ahead.children(of: folder, at: tip) == fresh.children(of: folder, at: tip).sorted())
    }
    #expect(
      try ahead.obstacles(to: paths, at: tip, inWorkingTree: true)
        == fresh.obstacles(to: paths, at: tip, inWorkingTree: true))
    #expect(
      try ahead.targetFacts(of: paths, at: tip, inWorkingTree: true)
        == TargetFacts(
          ignored: [], attributes: [:],
          obstacles: [
            "a/link/z": Obstacle(path: "a/link", kind: .link),
            "a/two": Obstacle(path: "a/two", kind: .folder),
          ],
          status: fresh.status(of: paths, at: tip)))
    // Another commit's tree is not taken for this one's.
    let next = try repository.commit("a/one/new", "3\n")
    #expect(try ahead.entries(at: next, ["a/one/new"]) == fresh.entries(at: next, ["a/one/new"]))
  }

  @Test("What is asked ahead of targets is what git says when it is asked")
  func asksAhead() throws {
    let repository = try TestRepository()
    try repository.write("*.tmp\n", to: ".gitignore")
    try repository.write("*.md filter=spy\n", to: ".gitattributes")
    try repository.shell("mkdir a; ln -s a link; git add .")
    let tip = try repository.commit("a/one/x.md", "1\n")
    try repository.shell("echo 2 >a/one/x.md; git add a; echo 3 >a/one/x.md; echo 4 >a/new.tmp")
    let paths = ["a/one/x.md", "a/new.tmp", "a/new.md", "b/new"]
    // git refuses to say what is ignored beyond a link.
    for asked in [paths, paths + ["link/y", "link/y.md"]] {
      for commit in [tip, nil] {
        for inWorkingTree in [true, false] {
          let (fresh, ahead) = (try repository.discover(), try repository.discover())
          let expected = try fresh.targetFacts(of: asked, at: commit, inWorkingTree: inWorkingTree)
          ahead.askAhead(of: asked, folders: ["a", "none"], at: commit, inWorkingTree: inWorkingTree)
          #expect(try ahead.targetFacts(of: asked, at: commit, inWorkingTree: inWorkingTree) == expected)
          if let commit {
            try ahead.lookAhead(at: commit, paths: asked, folders: ["a", "none"])
            #expect(try ahead.children(of: "a", at: commit) == fresh.children(of: "a", at: commit))
          }
          // Of fewer paths it is known too, of others it is asked.
          for others in [Array(paths.prefix(2)), paths + ["c/z.tmp"]] {
            #expect(
              try ahead.targetFacts(of: others, at: commit, inWorkingTree: inWorkingTree)
                == fresh.targetFacts(of: others, at: commit, inWorkingTree: inWorkingTree))
          }
        }
      }
    }
  }

  @Test("Whoever looks once sees what is checked out as it was then")
  func glance() throws {
    let repository = try TestRepository()
    func once() throws -> GitRepository {
      let git = try repository.discover(once: true)
      let fresh = try repository.discover()
      #expect(git.layout == fresh.layout)
      #expect(try git.standing().head.get() == fresh.head())
      #expect(try git.standing().identities.get() == fresh.identities())
      return git
    }
    // Before the first commit there is nothing to see in passing.
    #expect(try once().glance == nil)
    let tip = try repository.commit("README", "hello\n")
    let git = try once()
    #expect(git.glance == .branch(ref: "refs/heads/main", tip: tip))
    try repository.commit("README", "again\n")
    #expect(try git.head() == .branch(ref: "refs/heads/main", tip: tip))
    try repository.git(["checkout", "-q", "--detach"])
    #expect(try once().glance == nil)
    for folder in [repository.root, "\(repository.directory)/.git"] {
      let fault = #expect(throws: Fault.self) { try repository.discover(from: folder) }
      let same = #expect(throws: Fault.self) { try repository.discover(from: folder, once: true) }
      #expect(same == fault)
    }
  }

  @Test("The identity is what git makes of the configuration, whoever tells it")
  func identityIsGits() throws {
    let repository = try TestRepository()
    for name in [
      "Ada", "Ada L.", ". Ada", "Ada <x> Lovelace", "\"Ada\"", "Ada\\", "é\u{301}", "Ada\tL", " Ada ",
      "A\u{FFFD}",
      "O'Neil, A.: \"B\"; C", "😀", "'", "true", "A\u{7F}B",
    ] {
      try repository.git(["config", "user.name", name])
      let told = try? repository.git(["var", "GIT_AUTHOR_IDENT"])
      let identity = try? repository.discover().identities()
      #expect(
        identity?.author == told.map { String($0[...($0.lastIndex(of: ">") ?? $0.startIndex)]) }, "\(name)")
      #expect(identity?.author == identity?.committer)
    }
    try repository.git(["config", "user.name", "Ada"])
    try repository.git(["config", "user.email", "<ada@example.org>"])
    #expect(try repository.discover().identities().author == "Ada <ada@example.org>")
    try repository.git(["config", "committer.name", "Third"])
    #expect(try repository.discover().identities().committer == "Third <ada@example.org>")
  }

  @Test(
    "An operation under way is named",
    arguments: [
      ("git merge -q side", "merge"), ("git rebase -q side", "rebase"),
      ("git cherry-pick side", "cherry-pick"),
      ("git revert --no-edit HEAD~1", "revert"), ("git bisect start", "bisect"),
      ("git format-patch -q -1 --stdout side | git am -q", "am"),
    ])
  func operations(script: String, name: String) throws {
    let repository = try TestRepository()
    for text in ["1\n", "2\n"] { try repository.commit("README", text) }
    try repository.git(["branch", "side"])
    try repository.commit("README", "3\n")
    try repository.git(["checkout", "-q", "side"])
    try repository.commit("README", "4\n")
    try repository.git(["checkout", "-q", "main"])
    let git = try repository.discover()
    #expect(git.operationUnderWay() == nil)
    try repository.shell("(\(script)) >/dev/null 2>&1 || true")
    #expect(git.operationUnderWay() == name)
  }

  @Test("Attributes that would change a target's bytes are named, harmless ones are not")
  func attributes() throws {
    let repository = try TestRepository()
    try repository.write(
      """
      *.png filter=lfs diff=lfs merge=lfs -text
      *.psd filter=spy
      *.id ident
      *.utf working-tree-encoding=UTF-16
      *.md text eol=lf
      *.auto text=auto eol=crlf
      *.bin -text eol=crlf
      *.tif filter=lfs text ident
      *.txt filter=lfs working-tree-encoding=UTF-16
      *.eol eol=crlf
      *.old crlf

      """, to: ".gitattributes")
    let paths = ["png", "psd", "id", "utf", "md", "auto", "bin", "eol", "old", "json", "tif", "txt"].map {
      "a/x.\($0)"
    }
    let found = try repository.discover().attributes(of: paths, at: nil)
    #expect(
      found == [
        "a/x.png": [.lfs], "a/x.psd": [.filter("spy")], "a/x.id": [.ident], "a/x.utf": [.encoding("UTF-16")],
        "a/x.md": [.text], "a/x.eol": [.text], "a/x.old": [.text],
        "a/x.tif": [.lfs], "a/x.txt": [.lfs, .encoding("UTF-16")],
      ])
    try repository.git(["config", "lfs.extension.lock.clean", "lock %f"])
    #expect(
      try repository.discover().attributes(of: ["a/x.png"], at: nil) == ["a/x.png": [.lfsExtension("lock")]])
    #expect(TargetAttribute.text.changes(Array("a\r\nb".utf8)))
    #expect(!TargetAttribute.text.changes(Array("a\nb\r".utf8)))
    #expect(!TargetAttribute.lfs.changes([]))
    #expect(TargetAttribute.lfsExtension("lock").changes([]))
  }

  @Test("Ignored targets are named, tracked ones never")
  func ignored() throws {
    let repository = try TestRepository()
    try repository.write("*.png\nbuild/\n:odd*\n", to: ".gitignore")
    try repository.write("x", to: "tracked.png")
    try repository.git(["add", "-f", "tracked.png"])
    let paths = ["a/new.png", "tracked.png", "build/context.md", "assets/context.md", ":odd", ":(glob)x"]
    #expect(try repository.discover().ignored(among: paths) == ["a/new.png", "build/context.md", ":odd"])
    #expect(try repository.discover().ignored(among: ["fine"]) == [])
  }

  @Test("Hooks that would not run are named, wherever they are configured to be")
  func hooks() throws {
    let repository = try TestRepository()
    func present() throws -> [PresentHook] { try repository.discover().hooksPresent() }
    #expect(try present() == [])
    try repository.shell(
      "printf '#!/bin/sh\\n' >.git/hooks/commit-msg; cp .git/hooks/commit-msg .git/hooks/pre-push")
    #expect(try present() == [PresentHook(name: "commit-msg", isExecutable: false)])
    try repository.shell("chmod +x .git/hooks/*")
    #expect(try present() == [PresentHook(name: "commit-msg")])
    try repository.shell(
      "mkdir husky; cp .git/hooks/commit-msg husky/pre-commit; git config core.hooksPath husky")
    #expect(try present() == [PresentHook(name: "pre-commit")])
    try repository.shell("git config hook.my.lint.event pre-commit; git config hook.my.lint.command false")
    #expect(try present() == [PresentHook(name: "pre-commit"), PresentHook(name: "hook.my.lint")])
  }

  @Test("The line on hooks names those that do not run, whether or not hooks are asked for")
  func hookNotes() {
    let hooks = [
      PresentHook(name: "post-commit"), PresentHook(name: "pre-commit"),
      PresentHook(name: "commit-msg", isExecutable: false), PresentHook(name: "post-index-change"),
      PresentHook(name: "reference-transaction", isExecutable: false),
    ]
    #expect(
      Preflight.note(on: hooks, run: false)
        == "Hooks that are there and not run: post-commit, post-index-change, pre-commit.")
    #expect(
      Preflight.note(on: hooks, run: true)
        == "Hooks that are there and not run: post-commit, post-index-change. "
        + "Hooks that are not executable and not run: commit-msg.")
    #expect(Preflight.note(on: [PresentHook(name: "pre-commit")], run: true) == nil)
    #expect(Preflight.note(on: [PresentHook(name: "pre-commit", isExecutable: false)], run: false) == nil)
  }

  @Test("Links, files, submodules and nested repositories on the way to a target are named")
  func obstacles() throws {
    let repository = try TestRepository()
    try repository.commit("plain", "x\n")
    try repository.git(["init", "-q", "nested/deep"])
    let sub = try repository.tip()
    try repository.shell(
      """
      mkdir -p real; ln -s real link; git add link; git update-index --add --cacheinfo 160000,\(sub),module
      git commit -q -m more; rm link plain
      """)
    let tip = try repository.tip()
    let paths = ["real/a", "link/a", "plain/a", "module/x/a", "nested/deep/in/a", "nested/a", "new/a", "a"]
    let found = try repository.discover().obstacles(to: paths, at: tip, inWorkingTree: true)
    #expect(
      found == [
        "link/a": Obstacle(path: "link", kind: .link), "plain/a": Obstacle(path: "plain", kind: .file),
        "module/x/a": Obstacle(path: "module", kind: .repository),
        "nested/deep/in/a": Obstacle(path: "nested/deep", kind: .repository),
      ])
    try repository.shell("ln -s real link")
    let git = try repository.discover()
    #expect(try git.obstacles(to: ["link/a"], at: nil, inWorkingTree: true).keys.sorted() == ["link/a"])
    #expect(try git.obstacles(to: ["nested/deep/a", "a"], at: tip, inWorkingTree: false) == [:])
  }

  @Test(
    "What is staged where a folder or file must be, and what differs only by case, is named",
    arguments: ["true", "git update-index --split-index", "git update-index --index-version 4"])
  func obstaclesInGit(_ setUp: String) throws {
    let repository = try TestRepository()
    for path in ["Tip/x", "folder/a.png/x", "keep/x"] { try repository.commit(path, "x\n") }
    let tip = try repository.tip()
    try repository.shell(
      """
      \(setUp); echo x >staged; mkdir -p Index below/a; echo x >Index/y; echo x >below/a/y
      git add staged Index below; rm -r staged Index below Tip folder
      git update-index --add --cacheinfo 160000,\(tip),module
      """)
    let paths = ["tip/a", "folder/a.png", "keep/a", "staged/a", "index/z", "below/a", "module/a", "new/a"]
    let expected = [
      "tip/a": Obstacle(path: "Tip", kind: .otherCase),
      "folder/a.png": Obstacle(path: "folder/a.png", kind: .folder),
      "staged/a": Obstacle(path: "staged", kind: .file), "index/z": Obstacle(path: "Index", kind: .otherCase),
      "below/a": Obstacle(path: "below/a", kind: .folder),
      "module/a": Obstacle(path: "module", kind: .repository),
    ]
    let git = try repository.discover()
    #expect(try git.obstacles(to: paths, at: tip, inWorkingTree: true) == expected)
    // Where nothing goes to the working tree, only the commit counts.
    #expect(
      try git.obstacles(to: paths, at: tip, inWorkingTree: false)
        == expected.filter { ["tip/a", "folder/a.png"].contains($0.key) })
  }

  @Test("A branch whose commit is damaged is not taken for one without commits")
  func damagedTip() throws {
    let repository = try TestRepository()
    let tip = try repository.commit("a", "x\n").text
    let git = try repository.discover()
    #expect(try git.tip(of: "refs/heads/none") == nil)
    try repository.shell("rm -f .git/objects/\(tip.prefix(2))/\(tip.dropFirst(2))")
    let fault = #expect(throws: Fault.self) { try git.tip(of: "refs/heads/main") }
    #expect(fault?.code == "branch_unreadable")
    // As a power cut may leave it.
    try repository.write("", to: ".git/refs/heads/main")
    let emptied = #expect(throws: Fault.self) { try git.tip(of: "refs/heads/main") }
    #expect(emptied?.code == "branch_unreadable")
  }

  @Test("Branch names are git's to judge")
  func branchNames() throws {
    let git = try TestRepository()
    let repository = try git.discover()
    for name in ["main", "feature/assets-3", "ä"] { #expect(try repository.isBranchName(name), "\(name)") }
    for name in ["", "a..b", "-x", "a b", "HEAD", "x.lock", "a/", "@{-1}", "~"] {
      #expect(try !repository.isBranchName(name), "\(name)")
    }
  }

  @Test("A path is unmodified only if tip, index and working file agree")
  func statusOfPaths() throws {
    let repository = try TestRepository()
    for path in ["same", "staged", "changed", "deleted", "untracked-now"] {
      try repository.commit(path, "x\n")
    }
    let tip = try repository.tip()
    try repository.shell(
      """
      echo y >staged; git add staged; echo x >staged; echo y >changed; rm deleted
      git rm -q --cached untracked-now; echo z >new; mkdir folder; ln -s same link
      """)
    let paths = ["same", "staged", "changed", "deleted", "untracked-now", "new", "folder", "link", "nothing"]
    let found = try repository.discover().status(of: paths, at: tip)
    #expect(found.filter(\.value.isUnmodified).keys.sorted() == ["same"])
    #expect(found.filter(\.value.isAbsent).keys.sorted() == ["nothing"])
    #expect(found["deleted"]?.working == .absent && found["folder"]?.working == .folder)
    #expect(found["link"]?.working == .special && found["staged"]?.workingMatchesTip == true)
    #expect(found["new"]?.staged == .absent && found["new"]?.tip == nil)
    #expect(found["untracked-now"]?.staged == .absent)
  }

  @Test("A file that git itself checked out with CR LF is unmodified")
  func convertedLineEnds() throws {
    let repository = try TestRepository()
    let tip = try repository.commit("a.md", "1\n2\n")
    try repository.shell(
      "git config core.autocrlf true; rm a.md; git checkout -q a.md; grep -q \"$(printf '\\r')\" a.md")
    let status = try repository.discover().status(of: ["a.md"], at: tip)["a.md"]
    #expect(status?.isUnmodified == true && status?.workingMatchesIndex == true)
    try repository.shell("printf '3\\r\\n' >a.md; git add a.md 2>&1")
    let staged = try repository.discover().status(of: ["a.md"], at: tip)["a.md"]
    #expect(staged?.workingMatchesTip == false && staged?.workingMatchesIndex == true)
  }

  @Test("Blobs are read by the batch, large and missing ones are left out")
  func blobs() throws {
    let repository = try TestRepository()
    let tip = try repository.commit("a", "small\n")
    let large = try repository.commit("b", String(repeating: "x", count: 5000))
    let git = try repository.discover()
    let entries = try git.entries(at: large, ["a", "b", "c"])
    let (a, b) = (try #require(entries["a"]?.id), try #require(entries["b"]?.id))
    let missing = try #require(GitID(String(repeating: "1", count: 40)))
    #expect(entries.count == 2 && entries["a"]?.mode == "100644")
    #expect(try git.blobs([b, missing, a, tip], limitBytes: 4999) == [a: Array("small\n".utf8)])
    #expect(try git.commitBytes(missing) == nil)
  }
}
