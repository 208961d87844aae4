import Core
import Foundation
import GitRepository
import Testing

@testable import Runner

/// Refs in tables, as `git init --ref-format=reftable` and git 3 have them, with a git that knows them.
@Suite("Refs in tables", .timeLimit(.minutes(10)))
struct ReftableTests {
  private func made() throws -> SampleFolder {
    try SampleFolder(git: SecondGit.folder, options: SecondGit.reftable)
  }

  static let shapes: [RepositoryShape] = [
    .init("plain", ""),
    .init("tables joined", "git commit -q --allow-empty -m 2; git pack-refs"),
    .init("a new branch", "", ["--branch", "assets/new"], on: "assets/new"),
    .init("no commit yet", anew("trunk", "")),
    .init(
      "a linked worktree", "git worktree add -q -b side .home/side; moveTo .home/side", in: ".home/side",
      on: "side"),
    .init("a detached head, and a branch named", "git switch -q --detach", ["--branch", "main"], on: "main"),
    .init("SHA-256", anew("main", "--object-format=sha256") + begin),
    .init(
      "from files",
      anew("main", "--ref-format=files") + begin + "git refs migrate --ref-format=reftable"),
    .init("to files", "git refs migrate --ref-format=files"),
    .init("no reflogs", "git config core.logAllRefUpdates false"),
  ]

  private static func anew(_ branch: String, _ options: String) -> String {
    """
    rm -rf .git; git init -q -b \(branch) --ref-format=reftable \(options); git config user.name T
    git config user.email t@e

    """
  }
  private static let begin = "git add .gitignore; git commit -qm b\n"

  @Test("A batch lands once, and again is nothing to do", arguments: shapes)
  func lands(_ shape: RepositoryShape) async throws {
    let folder = try made()
    try folder.shell(RepositoryShape.moveTo + shape.setUp)
    func there(_ words: String...) async throws -> BuiltCommand.Outcome {
      try await BuiltCommand.run(
        words + (words[0] == "run" ? shape.words : []), in: folder.root + "/" + shape.directory,
        environment: folder.environment)
    }
    let run = try await there("run", "batch.json")
    #expect(run.exit == 0, "\(run.errors)")
    let again = try await there("run", "batch.json")
    #expect(again.exit == 0 && again.text.contains("Nothing to do"), "\(again.errors)")
    let count = try folder.shell(
      "cd \(shape.directory); git log --format=%B \(shape.ref) | grep -c '^Ledger-Batch: '")
    #expect(count == "1\n")
    #expect(try await there("verify").exit == 0)
    try folder.shell("cd \(shape.directory); git fsck --strict --no-dangling >/dev/null")
    #expect(try folder.shell("cd \(shape.directory); git status --porcelain -- assets") == "")
  }

  @Test("A lock of the tables that somebody holds ends with 75 and its name, and nothing is lost")
  func locked() async throws {
    let folder = try made()
    try folder.shell(": >.git/reftable/tables.list.lock")
    let run = try await folder.ledgerctl("run", "batch.json", "--format", "json")
    #expect(run.exit == 75, "\(run.text)")
    let error = try run.json()["errors"]?.array?.first
    #expect(error?["code"] == "git_locked")
    #expect(error?["path"]?.string?.hasSuffix(".git/reftable/tables.list.lock") == true)
    try folder.shell("rm .git/reftable/tables.list.lock")
    let again = try await folder.ledgerctl("run", "batch.json")
    #expect(again.exit == 0, "\(again.errors)")
    #expect(try folder.commits() == 2)
  }

  @Test(
    "A cherry-pick or revert under way, which is a ref in a table, is seen",
    arguments: ["cherry-pick other", "revert HEAD~1"])
  func operations(_ words: String) async throws {
    let folder = try made()
    try folder.shell(
      """
      git switch -q -c other; echo one >f; git add f; git commit -qm 1; git switch -q main; echo two >f; git add f
      git commit -qm 2; echo three >f; git commit -qam 3; git \(words) >/dev/null 2>&1 || true
      """)
    let run = try await folder.ledgerctl("run", "batch.json", "--format", "json")
    #expect(run.exit == 78, "\(run.text)")
    #expect(try run.json()["errors"]?.array?.first?["code"] == "git_operation")
  }

  @Test(
    "A commit that was reset away is found in the reflogs of the tables; the newest line alone proves nothing"
  )
  func resetAway() throws {
    let folder = try made()
    try folder.shell("git commit -q --allow-empty -m two; git reset -q --hard HEAD~1")
    let left = try #require(GitID(try folder.git("rev-parse", "main@{1}").dropLast()))
    let repository = try GitRepository.discover(from: folder.root, environment: folder.environment)
    #expect(try repository.tablesShowItLeft(left))
    try folder.git("commit", "-q", "--allow-empty", "-m", "three")
    let tip = try #require(GitID(try folder.git("rev-parse", "main").dropLast()))
    #expect(try !repository.tablesShowItLeft(tip))
  }
}
