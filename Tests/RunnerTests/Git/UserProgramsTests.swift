import Core
import Files
import Testing

@testable import Runner

@Suite("Programs of the user's", .timeLimit(.minutes(2)))
struct UserProgramsTests {
  private let batch = TestBatch()

  @Test("No hook, filter, fsmonitor, signing program, editor or pager of the user's runs")
  func nothingOfTheUsersRuns() throws {
    let repository = try TestRepository()
    try repository.commit("README", "hello\n")
    try repository.commit(".gitattributes", "")
    try repository.shell(
      """
      for hook in pre-commit prepare-commit-msg commit-msg post-commit reference-transaction \\
        post-index-change; do
        printf '#!/bin/sh\\necho %s >>%s/marker\\n' $hook "$PWD/.." >.git/hooks/$hook
        chmod +x .git/hooks/$hook
      done
      printf '#!/bin/sh\\necho program >>%s/marker; exec cat\\n' "$PWD/.." >../program; chmod +x ../program
      for key in filter.spy.clean filter.spy.smudge filter.spy.process gpg.program core.fsmonitor \\
        core.pager core.editor core.sshCommand credential.helper diff.external; do
        git config $key "$PWD/../program"
      done
      git config filter.spy.required true; git config commit.gpgSign true; git config log.showSignature true
      """)
    let git = try repository.discover()
    try repository.shell("echo '* filter=spy diff=spy' >.gitattributes; rm -f ../marker")
    let commit = try batch.land(in: repository, with: git)
    _ = try git.status(of: ["README"] + batch.files.keys, at: commit.id)
    _ = try git.attributes(of: batch.files.keys.sorted(), at: nil)
    _ = try git.ignored(among: ["README", "x"])
    _ = try git.commits(withLines: TestBatch.trailers, from: "refs/heads/main")
    _ = try git.identities()
    _ = try git.obstacles(to: ["a/b"], at: commit.id, inWorkingTree: true)
    _ = try git.writeCommit(commit.bytes)
    #expect(FileFacts(at: "\(repository.root)/marker").kind == .absent)
    #expect(try repository.tip("main") == commit.id)
    #expect(git.hooksPresent().count == 6)
    // The marker does work: the user's own commit makes it.
    try repository.shell(
      "git -c commit.gpgSign=false -c core.fsmonitor=false commit -q --allow-empty -m x || true")
    #expect(FileFacts(at: "\(repository.root)/marker").kind == .file)
  }

  @Test("The user's hooks run on the batch's index where asked, change the message, and may refuse")
  func hooksWhereAsked() throws {
    let repository = try TestRepository()
    let parent = try repository.commit("README", "hello\n")
    try repository.shell(
      """
      printf '#!/bin/sh\\ngit diff --cached --name-only "*.md" >%s/seen\\n' "$PWD/.." >.git/hooks/pre-commit
      printf '#!/bin/sh\\necho Reviewed-by: hook >>"$1"\\n' >.git/hooks/commit-msg
      chmod +x .git/hooks/*
      """)
    let git = try repository.discover()
    var draft = try batch.draft(in: repository, parent: parent)
    draft.runsHooks = true
    guard case .built(let commit) = try git.build(draft, scratch: repository.scratch, token: "demo") else {
      Issue.record("not built")
      return
    }
    #expect(
      String(decoding: commit.bytes, as: UTF8.self).hasSuffix("Ledger-Head: 7:abc\nReviewed-by: hook\n"))
    let seen = String(decoding: WholeFile.read("\(repository.root)/seen") ?? [], as: UTF8.self)
    #expect(seen == "assets/ASSET-3-canopy/context.md\n")
    let refusing = [
      ("pre-commit", "echo no, not so >&2; exit 1", "hook_refused"),
      ("pre-commit", "echo x >extra; git add extra", "foreign_path_in_commit"),
      ("commit-msg", "echo only this >\"$1\"", "bad_commit_message"),
    ]
    for (hook, script, code) in refusing {
      try repository.shell(
        "printf '#!/bin/sh\\n%s\\n' '\(script)' >.git/hooks/\(hook); chmod +x .git/hooks/\(hook)")
      let refused = draft
      let fault = #expect(throws: Fault.self) {
        try git.build(refused, scratch: repository.scratch, token: "demo")
      }
      #expect(fault?.code == code && fault?.exit == .inTheWay, "\(fault?.message ?? "")")
      try repository.shell("rm .git/hooks/\(hook)")
    }
  }
}
