import Foundation
import GitRepository
import Testing

@testable import Runner

/// A repository of some kind: the script that makes it so, in its top folder.
struct RepositoryShape: Sendable, CustomTestStringConvertible {
  var name: String
  var setUp: String
  /// Where the command runs.
  var directory = "."
  var words: [String] = []
  /// What the commit must be on.
  var ref = "HEAD"
  var testDescription: String { name }

  init(
    _ name: String, _ setUp: String, in directory: String = ".", _ words: [String] = [],
    on ref: String = "HEAD"
  ) {
    (self.name, self.setUp, self.directory, self.words, self.ref) = (name, setUp, directory, words, ref)
  }

  /// Clones and worktrees have neither the pictures nor an identity.
  static let moveTo = """
    moveTo() { cp -r downloads batch.json "$1"; git -C "$1" config user.name T; git -C "$1" config user.email t@e; }

    """

  /// A repository below `.home` that can be made a submodule.
  static let submodule = """
    git init -q -b main .home/sub
    git -C .home/sub -c user.name=T -c user.email=t@e commit -q --allow-empty -m s
    add() { git -c protocol.file.allow=always submodule --quiet add "$HOME/sub" "$1"; git commit -qm sub; }

    """
}

@Suite("Every shape of repository", .timeLimit(.minutes(10)))
struct RepositoryShapeTests {
  /// Plants a program that leaves a mark wherever git would run one.
  private static let planting = """
    printf '#!/bin/sh\\necho "$0 $*" >>%s/mark\\n' "$HOME" >"$HOME/program"; chmod +x "$HOME/program"
    P="$HOME/program"; mkdir "$HOME/hooks"
    for hook in pre-commit prepare-commit-msg commit-msg post-commit post-index-change reference-transaction \\
      pre-auto-gc post-checkout post-rewrite post-merge pre-push; do cp "$P" "$HOME/hooks/$hook"; done
    git config --global core.hooksPath "$HOME/hooks"
    for key in core.fsmonitor core.pager core.editor core.askPass core.sshCommand core.gitProxy \\
      core.alternateRefsCommand sequence.editor credential.helper diff.external diff.spy.command \\
      diff.spy.textconv merge.spy.driver filter.spy.clean filter.spy.smudge filter.spy.process gpg.program \\
      gpg.ssh.program gpg.x509.program gpg.ssh.defaultKeyCommand interactive.diffFilter \\
      uploadpack.packObjectsHook; do git config --file "$HOME/included" "$key" "$P"; done
    git config --file "$HOME/included" alias.update-ref "!$P"
    git config --file "$HOME/included" commit.gpgSign true
    git config --file "$HOME/included" log.showSignature true
    git config --file "$HOME/included" gc.auto 1
    echo '* diff=spy merge=spy' >"$HOME/attributes"
    git config --file "$HOME/included" core.attributesFile "$HOME/attributes"
    git config --global include.path "$HOME/included"

    """

  /// Variables that would lead git elsewhere, or to a program.
  private static func inherited(_ home: String) -> [String: String] {
    var variables = [
      "GIT_DIR": "\(home)/other/.git", "GIT_WORK_TREE": "\(home)/other",
      "GIT_INDEX_FILE": "\(home)/other/index",
      "GIT_COMMON_DIR": "\(home)/other/.git", "GIT_OBJECT_DIRECTORY": "\(home)/other/.git/objects",
      "GIT_NAMESPACE": "other", "GIT_DEFAULT_HASH": "sha256", "GIT_CONFIG": "\(home)/nothing",
      "GIT_EXEC_PATH": "/nonexistent", "GIT_CEILING_DIRECTORIES": "/", "GIT_ICASE_PATHSPECS": "1",
      "GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "core.fsmonitor", "GIT_CONFIG_VALUE_0": "\(home)/program",
      "GIT_TRACE": "\(home)/mark", "GIT_QUARANTINE_PATH": "\(home)/other",
    ]
    for name in [
      "GIT_EXTERNAL_DIFF", "GIT_PAGER", "GIT_EDITOR", "GIT_SEQUENCE_EDITOR", "EDITOR", "VISUAL", "PAGER",
      "GIT_ASKPASS", "SSH_ASKPASS", "GIT_SSH_COMMAND", "GIT_SSH", "GIT_PROXY_COMMAND",
    ] { variables[name] = "\(home)/program" }
    return variables
  }

  static let landing: [RepositoryShape] = [
    .init("plain", "git init -q -b x .home/other"),
    .init(
      "hooks in the repository",
      """
      for hook in pre-commit commit-msg post-commit post-index-change reference-transaction; do
        printf '#!/bin/sh\\necho hook >>%s/mark\\n' "$HOME" >.git/hooks/$hook; chmod +x .git/hooks/$hook
      done; git config core.hooksPath .git/hooks
      """),
    .init(
      "core.fsmonitor and an untracked cache", "git config core.untrackedCache true; git status >/dev/null"),
    .init("core.autocrlf true", "git config core.autocrlf true; git config core.safecrlf true"),
    .init("core.autocrlf input", "git config core.autocrlf input"),
    .init(
      "text attributes",
      "printf '* text=auto\\n*.md text eol=crlf\\n' >.gitattributes; git config core.eol crlf"),
    .init("every kind of staged change", Self.staging),
    .init("a conflict without a merge", Self.conflict),
    .init("sparse, by folders", Self.sparse("--cone in")),
    .init("sparse, by folders, in the index too", Self.sparse("--cone --sparse-index in")),
    .init("sparse, by patterns", Self.sparse("--no-cone /in/")),
    .init(
      "a linked worktree", "git worktree add -q -b side .home/side; moveTo .home/side", in: ".home/side",
      on: "side"),
    .init("within a submodule", RepositoryShape.submodule + "add mod; moveTo mod", in: "mod"),
    .init("SHA-256", "rm -rf .git; git init -q -b main --object-format=sha256; \(Self.first)"),
    .init(
      "no commit yet", "rm -rf .git; git init -q -b trunk; git config user.name T; git config user.email t@e"),
    .init(
      "a shallow clone",
      "git \(Self.plain) commit -q --allow-empty -m 2; git clone -q --depth 1 \"file://$PWD\" .home/c; moveTo .home/c",
      in: ".home/c"),
    .init("a partial clone whose remote is a program", Self.partial, in: ".home/c"),
    .init("borrowed objects", "git clone -q --shared . .home/c; moveTo .home/c", in: ".home/c"),
    .init("packed refs and objects", "git branch other; git \(Self.plain) gc -q; git pack-refs --all"),
    .init("slashes in the branch's name", "git switch -q -c feature/a/b"),
    .init(
      "a tag and a branch with confusing names",
      "git tag main; git tag heads/main; git branch refs/heads/main HEAD"),
    .init(
      "a branch that is another's name", "git branch trunk; git symbolic-ref refs/heads/main refs/heads/trunk"
    ),
    .init("HEAD as a link", "git config core.preferSymlinkRefs true; git switch -q -c other"),
    .init(
      "a detached head, and a branch named", "git switch -q --detach", ["--branch", "new/one"], on: "new/one"),
    .init("a sub-folder", Self.subfolder, in: "pkg"),
    .init(
      "a split index", "git update-index --split-index; echo s >s; git add s; git config core.splitIndex true"
    ),
    .init(
      "settings for many files",
      "git config feature.manyFiles true; git config index.skipHash true; git update-index --index-version 4"),
    .init(
      "settings of other systems",
      """
      git config core.ignoreCase true; git config core.precomposeUnicode true; git config core.fileMode false
      git config core.symlinks false; git config core.checkStat minimal; git config core.trustctime false
      """),
    .init("replaced commits", "git \(Self.plain) commit -q --allow-empty -m 2; git replace HEAD HEAD~1"),
    .init("no reflogs", "git config core.logAllRefUpdates false; rm -rf .git/logs"),
    .init("the git folder elsewhere", "mv .git .home/git; echo \"gitdir: $HOME/git\" >.git"),
    .init(
      "core.worktree",
      "mv .git .home/git; echo \"gitdir: $HOME/git\" >.git; git config core.worktree \"$PWD\""),
    .init("reached through a link", "ln -s .. .home/link", in: ".home/link"),
    .init(
      "odd but harmless settings",
      """
      git config core.abbrev 4; git config i18n.commitEncoding latin1; git config i18n.logOutputEncoding latin1
      git config status.showUntrackedFiles no; git config color.ui always; git config core.bigFileThreshold 10
      git config column.ui always; git config log.decorate full; git config transfer.fsckObjects true
      """),
  ]

  private static let plain = "-c core.hooksPath=/dev/null -c core.fsmonitor=false -c commit.gpgSign=false"
  private static let first = """
    git config user.name T; git config user.email t@e; git add .gitignore; git \(plain) commit -qm b

    """
  private static let staging = """
    echo a >a; echo b >b; git add a b; git \(plain) commit -qm ab; git mv a moved; git rm -q --cached b
    echo new >new; git add new; echo more >>new; echo later >later; git add -N later
    echo x >exec; git add exec; git update-index --chmod=+x exec
    """
  private static let conflict = """
    echo one >f; git add f; git \(plain) commit -qm f; echo two >f; git \(plain) stash -q; echo three >f
    git \(plain) commit -qam 3; git \(plain) stash pop >/dev/null 2>&1 || true
    """
  private static func sparse(_ words: String) -> String {
    """
    mkdir in out; echo a >in/a; echo b >out/b; git add in out; git \(plain) commit -qm m
    git \(plain) sparse-checkout set \(words)
    """
  }
  private static let partial = """
    echo x >f; git add f; git \(plain) commit -qm f; git config uploadpack.allowFilter true
    git \(plain) -c uploadpack.packObjectsHook= clone -q --filter=blob:none --no-checkout "file://$PWD" .home/c
    moveTo .home/c; cd .home/c; git reset -q --hard
    git config remote.origin.url "ext::$HOME/program"; git config protocol.ext.allow always
    """
  private static let subfolder = """
    mkdir pkg; mv downloads batch.json pkg; printf '/.home/\\ndownloads/\\nbatch.json\\n' >.gitignore
    git \(plain) commit -qam i; mkdir pkg/.ledger; rmdir pkg/.ledger; "$BINARY" init pkg --no-config >/dev/null
    """

  @Test(
    "A batch lands, none of the user's programs run, and what they have staged is as before",
    arguments: landing)
  func lands(_ shape: RepositoryShape) async throws {
    let folder = try SampleFolder()
    folder.environment["GIT_CONFIG_NOSYSTEM"] = "1"
    folder.environment["BINARY"] = BuiltCommand.path
    // Planted at last: some would get in the way of making the repository.
    try folder.shell(RepositoryShape.moveTo + shape.setUp)
    try folder.shell(Self.planting)
    func quiet(_ words: String) throws -> String {
      try folder.shell("cd \(shape.directory); git \(Self.plain) \(words) | grep -v 'assets/' || true")
    }
    func users() throws -> [String] { [try quiet("status --porcelain"), try quiet("ls-files -s -v")] }
    let before = try users()
    let count = try folder.shell(
      "cd \(shape.directory); git rev-list --count \(shape.ref) 2>/dev/null || echo 0")
    try folder.shell("rm -f .home/mark")
    let run = try await BuiltCommand.run(
      ["run", "batch.json"] + shape.words, in: folder.root + "/" + shape.directory,
      environment: folder.environment.merging(Self.inherited(folder.root + "/.home")) { $1 })
    #expect(run.exit == 0, "\(run.errors)")
    #expect(
      !folder.exists(".home/mark"),
      "\(String(decoding: (try? folder.read(".home/mark")) ?? [], as: UTF8.self))")
    #expect(try users() == before)
    // A new branch starts from HEAD, and has one commit more than that.
    let expected =
      (Int(count.dropLast()) ?? 0) == 0 && !shape.words.isEmpty ? 2 : (Int(count.dropLast()) ?? 0) + 1
    #expect(
      try folder.shell("cd \(shape.directory); git rev-list --count \(shape.ref)") == "\(expected)\n")
    try folder.shell("cd \(shape.directory); git \(Self.plain) fsck --strict --no-dangling >/dev/null")
    #expect(
      try folder.shell("cd \(shape.directory); git \(Self.plain) status --porcelain -- assets frontend") == ""
    )
    let verify = try await BuiltCommand.run(
      ["verify"], in: folder.root + "/" + shape.directory, environment: folder.environment)
    #expect(verify.exit == 0, "\(verify.text)")
  }

  /// Where a batch can't land: the kind of repository, exit status and code.
  static let refusing: [(shape: RepositoryShape, exit: Int32, code: String)] = [
    (
      .init(
        "bare", "git clone -q --bare . .home/b.git; cp -r downloads batch.json .home/b.git", in: ".home/b.git"
      ), 78, "bare_repository"
    ),
    (.init("no repository", "rm -rf .git"), 78, "no_repository"),
    (.init("the git folder itself", "cp -r downloads batch.json .git", in: ".git"), 78, "no_working_tree"),
    (.init("a git folder that is gone", "rm -rf .git; echo gitdir: nowhere >.git"), 78, "no_repository"),
    (.init("a format of the future", "git config core.repositoryFormatVersion 99"), 78, "repository_refused"),
    (.init("a broken configuration", "echo '[core' >>.git/config"), 78, "repository_refused"),
    (.init("a damaged index", "echo x >.git/index"), 74, "git_failed"),
    (
      .init(
        "a damaged tip",
        "t=$(git rev-parse HEAD); rm -f .git/objects/$(echo $t | cut -c1-2)/$(echo $t | cut -c3-)"), 74,
      "branch_unreadable"
    ),
    (
      .init("an emptied branch", ": >.git/refs/heads/$(git symbolic-ref --short HEAD)"), 74,
      "git_failed"
    ),
    (
      .init(
        "nobody's",
        "git config --unset user.name; git config --unset user.email; git config user.useConfigOnly true"),
      78, "no_identity"
    ),
    (.init("a merge", both + "git merge other >/dev/null || true"), 78, "git_operation"),
    (.init("a rebase", both + "git rebase other >/dev/null 2>&1 || true"), 78, "git_operation"),
    (.init("a cherry-pick", both + "git cherry-pick other >/dev/null 2>&1 || true"), 78, "git_operation"),
    (.init("a detached head", "git switch -q --detach"), 78, "head_detached"),
    (
      .init(
        "a branch that is out elsewhere", "git worktree add -q -b side .home/side", ["--branch", "side"]), 73,
      "branch_elsewhere"
    ),
    (.init("excluded targets", "echo /assets/ >>.git/info/exclude"), 73, "target_ignored"),
    (
      .init(
        "targets excluded for the user",
        "echo '*.png' >.home/ignore; git config core.excludesFile \"$HOME/ignore\""), 73, "target_ignored"
    ),
    (
      .init("a clean filter", "echo '*.md filter=x' >.git/info/attributes; git config filter.x.clean false"),
      78, "target_attribute"
    ),
    (.init("ident", "echo '*.md ident' >.gitattributes"), 78, "target_attribute"),
    (
      .init("working-tree-encoding", "echo '*.md working-tree-encoding=UTF-16' >.gitattributes"), 78,
      "target_attribute"
    ),
    (.init("pictures as text", "echo '*.png text' >.gitattributes"), 78, "target_attribute"),
    (.init("a target in a submodule", RepositoryShape.submodule + "add assets"), 73, "target_obstacle"),
    (
      .init(
        "in a submodule that isn't there",
        RepositoryShape.submodule + "add assets; git submodule --quiet deinit -f assets; rm -r assets"), 73,
      "target_obstacle"
    ),
    (
      .init(
        "in a submodule that is only staged",
        "git update-index --add --cacheinfo 160000,$(git rev-parse HEAD),assets"), 73, "target_obstacle"
    ),
    (.init("in a repository within", "git init -q frontend"), 73, "target_obstacle"),
    (.init("behind a link", "mkdir .home/out; ln -s .home/out assets"), 73, "target_obstacle"),
    (
      .init(
        "behind a link that git has", "ln -s .home frontend; git add frontend; git commit -qm l; rm frontend"),
      73, "target_obstacle"
    ),
    (.init("a staged file on the way", "echo x >assets; git add assets; rm assets"), 73, "target_obstacle"),
    (
      .init(
        "a staged folder in the place",
        "mkdir -p \(picture); echo x >\(picture)/x; git add frontend; rm -r frontend"), 73, "target_obstacle"
    ),
    (
      .init(
        "a staged file in the place",
        "mkdir -p $(dirname \(picture)); echo x >\(picture); git add frontend; rm -r frontend"), 73,
      "target_staged"
    ),
    (
      .init("a folder of another case, checked out", "mkdir Assets; echo x >Assets/x"), 73,
      "target_in_the_way"
    ),
    (
      .init(
        "a folder of another case, in git alone",
        "mkdir Assets; echo x >Assets/x; git add Assets; git commit -qm c; rm -r Assets"), 73,
      "target_obstacle"
    ),
    (
      .init(
        "a folder of another case, staged", "mkdir Assets; echo x >Assets/x; git add Assets; rm -r Assets"),
      73, "target_obstacle"
    ),
    (
      .init("a link in the place", "mkdir -p $(dirname \(picture)); ln -s ../../../../.gitignore \(picture)"),
      73, "target_in_the_way"
    ),
    (
      .init("a FIFO in the place", "mkdir -p $(dirname \(picture)); mkfifo \(picture)"), 73,
      "target_in_the_way"
    ),
    (
      .init("a user's file in the place", "mkdir -p $(dirname \(picture)); echo x >\(picture)"), 73,
      "target_not_ours"
    ),
  ]

  private static let both = """
    git switch -q -c other; echo one >f; git add f; git commit -qm 1; git switch -q main; echo two >f; git add f
    git commit -qm 2

    """
  private static let picture = "frontend/public/assets/patterns/asset-3.png"

  @Test("What a batch can't land in says why, and nothing is written", arguments: refusing)
  func refuses(_ refusal: (shape: RepositoryShape, exit: Int32, code: String)) async throws {
    let folder = try SampleFolder()
    folder.environment["GIT_CONFIG_NOSYSTEM"] = "1"
    try folder.shell(refusal.shape.setUp)
    let before = try folder.shell(Self.everything)
    let run = try await BuiltCommand.run(
      ["run", "batch.json", "--format", "json"] + refusal.shape.words,
      in: folder.root + "/" + refusal.shape.directory, environment: folder.environment)
    #expect(run.exit == refusal.exit, "\(refusal.shape.name): \(run.text)")
    #expect(
      try run.json()["errors"]?.array?.first?["code"]?.string == refusal.code,
      "\(refusal.shape.name): \(run.text)")
    #expect(try folder.shell(Self.everything) == before, "\(refusal.shape.name)")
  }

  /// Every path outside of the ledger with its kind, and every file's bytes.
  private static let everything = """
    find . -path ./.ledger -prune -o -path ./.git/objects -prune -o -printf '%p %y %s\\n' | sort
    find . -path ./.ledger -prune -o -type f -exec sha256sum {} + | sort
    """
}
