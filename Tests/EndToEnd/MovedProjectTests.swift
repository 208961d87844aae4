import Foundation
import GitRepository
import Testing

@testable import Runner

/// A project that is moved after a kill: what the killed run left is known as ours wherever the project lies now.
@Suite(
  "A project that was moved after a kill",
  .enabled(if: FileManager.default.fileExists(atPath: "/usr/bin/strace"), "needs strace"))
struct MovedProjectTests {
  /// Kills a run at a system call in a copy of the project, and moves the copy.
  private func movedAfterKill(_ call: String, when count: Int, _ more: String = "") throws -> SampleFolder {
    let folder = try SampleFolder()
    try folder.shell(
      """
      mkdir .home/before
      cp -a .git .gitignore downloads batch.json .home/before/
      cd .home/before
      strace -f -b execve -qq -o ../trace \(more) -e trace=\(call) -e inject=\(call):signal=KILL:when=\(count) \
        '\(BuiltCommand.path)' run batch.json --progress none || test $? = 137
      cd ..
      mv before after
      """)
    return folder
  }

  private func expectLanded(_ folder: SampleFolder) throws {
    let said = try folder.shell(
      """
      cd .home/after
      '\(BuiltCommand.path)' run batch.json
      '\(BuiltCommand.path)' verify
      git status --porcelain --untracked-files=all
      find . -name '*.lock' -path './.git/*'
      find . -name '*ledgerctl-*' -not -path './.ledger/*'
      git rev-list --count HEAD
      """)
    #expect(said.hasSuffix("\n2\n"), "\(said)")
    #expect(!said.contains("ledgerctl-") && !said.contains(".lock\n") && !said.contains("?? "), "\(said)")
  }

  @Test("Half a target goes with the next run")
  func halfATarget() async throws {
    let folder = try movedAfterKill("renameat2", when: 9)
    let left = try folder.shell("find .home/after -name '.ledgerctl-*-w*'")
    #expect(left.contains(".ledgerctl-"), "The kill came at another moment.")
    try expectLanded(folder)
  }

  @Test("Half a target goes with the cancel, and the folder that was made for it")
  func cancelled() async throws {
    let folder = try movedAfterKill("renameat2", when: 9)
    let left = try folder.shell(
      "cd .home/after; '\(BuiltCommand.path)' cancel @last >&2; ls -A; find . -name '.ledgerctl-*'")
    #expect(left == ".git\n.gitignore\n.ledger\nbatch.json\ndownloads\n")
  }

  @Test("A locked index is freed, and the commit finished")
  func lockedIndex() async throws {
    let folder = try movedAfterKill(
      "rename", when: 1, "-P \"$PWD/.git/index.lock\"")
    #expect(folder.exists(".home/after/.git/index.lock"), "The kill came at another moment.")
    try expectLanded(folder)
  }

  @Test("A locked index is freed, and the commit found, where the ledger is lost besides")
  func lockedIndexWithoutLedger() async throws {
    let folder = try movedAfterKill("rename", when: 1, "-P \"$PWD/.git/index.lock\"")
    #expect(folder.exists(".home/after/.git/index.lock"), "The kill came at another moment.")
    // As `git clean -fdx` does.
    try folder.shell("rm -r .home/after/.ledger")
    let said = try folder.shell(
      """
      cd .home/after
      '\(BuiltCommand.path)' run batch.json
      git status --porcelain --untracked-files=all
      find .git -name '*.lock' -o -name 'ledgerctl-*'
      git rev-list --count HEAD
      """)
    #expect(said.contains("found in the history") && said.hasSuffix(")\n2\n"), "\(said)")
  }

  @Test("A run that has nothing to do frees an index that a killed run of ours left locked")
  func lockedIndexAndNothingToDo() async throws {
    let folder = try SampleFolder()
    #expect(try await folder.ledgerctl("run", "batch.json").exit == 0)
    let token = LedgerMark(".ledger", folder: folder.root + "/.ledger").tokenOfCommits.text
    try folder.shell("cp .git/index .git/index.lock; ln .git/index.lock .git/ledgerctl-\(token).index")
    #expect(try await folder.ledgerctl("run", "batch.json").text.contains("Nothing to do"))
    #expect(!folder.exists(".git/index.lock") && !folder.exists(".git/ledgerctl-\(token).index"))
  }

  @Test("Images are looked for where the manifest of the call has them now")
  func movedImages() async throws {
    let folder = try SampleFolder()
    let image = "downloads/asset-4-validated.png"
    let whole = try folder.read(image)
    try folder.write(Array(whole.prefix(whole.count / 2)), to: image)
    try folder.shell(
      """
      mkdir .home/before
      cp -a .git .gitignore downloads batch.json .home/before/
      cd .home/before
      '\(BuiltCommand.path)' run batch.json && exit 9 || test $? = 1
      cd ..
      mv before after
      """)
    try folder.write(whole, to: ".home/after/" + image)
    try expectLanded(folder)
  }
}
