import Foundation
import GitRepository
import Testing

@testable import Runner

@Suite("Where the command works", .timeLimit(.minutes(5)))
struct WhereItWorksTests {
  /// A sample repository, and beside it what a shell script makes; `$L` is the command, `$ROOT` the repository.
  private func folder(_ script: String) throws -> SampleFolder {
    let folder = try SampleFolder()
    folder.environment["GIT_CONFIG_NOSYSTEM"] = "1"
    try folder.git("config", "--global", "user.name", "Test")
    try folder.git("config", "--global", "user.email", "test@example.org")
    try folder.git("config", "--global", "protocol.file.allow", "always")
    folder.environment["L"] = BuiltCommand.path
    folder.environment["ROOT"] = folder.root
    try folder.shell(script)
    return folder
  }

  /// Copies what a run needs into a folder of the sample's own.
  private static let stock = "stock() { cp -r \"$ROOT/downloads\" \"$ROOT/batch.json\" \"$1/\"; }\n"

  private func run(
    _ words: [String], in place: String, of folder: SampleFolder
  ) async throws -> BuiltCommand.Outcome {
    let directory = place.hasPrefix("/") ? place : folder.root + "/" + place
    return try await BuiltCommand.run(words, in: directory, environment: folder.environment)
  }

  /// How the inner repository is made within the outer one's `.home`, and where it is.
  static let nested = [
    "git init -q -b main .home/in", "git clone -q . .home/in",
    "git submodule --quiet add -f ./ .home/in && git commit -q -m sub",
    "git init -q -b main --separate-git-dir .home/elsewhere .home/in",
    "git init -q .home/other && git -C .home/other commit -q --allow-empty -m x"
      + " && git -C .home/other worktree add -q ../in && : > .home/linked",
  ]

  @Test("A repository within another one is worked in, and the outer one left alone", arguments: nested)
  func nestedRepositories(_ make: String) async throws {
    let folder = try folder(
      """
      \(Self.stock)git config --global init.defaultBranch main
      "$L" run batch.json --until packaged 2>/dev/null
      printf '/.home/\\n' >>.git/info/exclude; sed -i '/home/d' .gitignore; git add -A; git commit -q -m own
      \(make)
      stock .home/in; mkdir .home/in/sub
      """)
    let before = try folder.git("rev-parse", "HEAD")
    for (words, place) in [
      (["run", "../batch.json"], ".home/in/sub"),
      (["run", "--repo", folder.root + "/.home/in", folder.root + "/.home/in/batch.json"], "/"),
    ] {
      let run = try await run(words, in: place, of: folder)
      #expect(run.exit == 0, "\(run.errors)")
    }
    #expect(try folder.git("rev-parse", "HEAD") == before)
    #expect(try folder.shell("git -C .home/in log -1 --format=%s").hasPrefix("feat(assets): Add batch"))
    let status = try await run(["status", "--format", "json"], in: ".home/in", of: folder)
    #expect(try status.json()["batches"]?.array?.first?["state"] == "committed")
    #expect(try await folder.ledgerctl("status").text.contains("held"))
  }

  @Test("A `.git` that is not a repository is passed by, as git does")
  func emptyGitFolder() async throws {
    let folder = try folder("\"$L\" init; mkdir -p .home/in/.git")
    let status = try await run(["status"], in: ".home/in", of: folder)
    #expect(status.exit == 0, "\(status.errors)")
  }

  @Test("A ledger outside of the working tree works in the repository around the directory, or --repo's")
  func outside() async throws {
    let folder = try folder("mkdir .home/srv; \"$L\" init .home/srv; mkdir sub")
    try folder.write("layout: { bundle: \"here/{{asset_id}}\" }\n", to: "ledger.yaml")
    try folder.shell("echo /ledger.yaml >>.git/info/exclude; git init -q .home/none; rm -rf .home/none/.git")
    // The sample's `.home` lies within the repository: a ledger outside lies elsewhere.
    let srv = folder.root + "-srv"
    defer { try? FileManager.default.removeItem(atPath: srv) }
    try folder.shell("mv .home/srv '\(srv)'")
    folder.environment["LEDGERCTL_LEDGER"] = srv
    let run = try await run(["run", "../batch.json"], in: "sub", of: folder)
    #expect(run.exit == 0, "\(run.errors)")
    #expect(folder.exists("here/ASSET-3") && !folder.exists(".ledger") && !folder.exists("sub/here"))
    #expect(try folder.commits() == 2)
    folder.environment["LEDGERCTL_LEDGER"] = ""
    for words in [["status"], ["doctor"], ["verify"], ["plan", folder.root + "/batch.json"]] {
      let words = words + ["--repo", folder.root, "--ledger", srv + "/.ledger"]
      let look = try await self.run(words, in: "/", of: folder)
      #expect(look.exit == 0, "\(words): \(look.text) \(look.errors)")
    }
    let read = try await self.run(["status", "--ledger", srv], in: "/", of: folder)
    #expect(read.text.contains("landed"), "\(read.text) \(read.errors)")
  }

  @Test("A ledger outside keeps to the project that first used it; another one is refused with both names")
  func outsideOfAnother() async throws {
    let folder = try folder(
      """
      \(Self.stock)S="$ROOT-srv"; mkdir "$S" "$S/clone"; "$L" init "$S"
      LEDGERCTL_LEDGER="$S" "$L" run batch.json 2>/dev/null
      git init -q -b main "$S/other"; git -C "$S/other" commit -q --allow-empty -m other; stock "$S/other"
      git clone -q . "$S/clone"; stock "$S/clone"
      """)
    let srv = folder.root + "-srv"
    defer { try? FileManager.default.removeItem(atPath: srv) }
    folder.environment["LEDGERCTL_LEDGER"] = srv
    for words in [["run", "batch.json"], ["plan", "batch.json"], ["resume"], ["cancel", "@last"]] {
      let refused = try await run(words, in: srv + "/other", of: folder)
      #expect(refused.exit == 78, "\(words): \(refused.errors)")
      #expect(refused.errors.contains("\"\(folder.root)\"") && refused.errors.contains("\"\(srv)/other\""))
    }
    #expect(try await run(["doctor"], in: srv + "/other", of: folder).text.contains("bad  project"))
    #expect(try folder.shell("git -C '\(srv)/other' rev-list --count HEAD") == "1\n")
    // A clone is of the same project, and one that was moved is still itself.
    #expect(try await run(["run", "batch.json"], in: srv + "/clone", of: folder).exit == 0)
    try folder.shell("mv .git .home/git; git clone -q --bare .home/git '\(srv)/b.git'; mv .home/git .git")
    #expect(try await run(["status"], in: folder.root, of: folder).exit == 0)
  }

  @Test("A --repo and a --ledger of different projects are refused with 78, and both are named")
  func mixed() async throws {
    let folder = try folder(
      """
      \(Self.stock)S="$ROOT-srv"; git init -q -b main "$S"; git -C "$S" commit -q --allow-empty -m other
      "$L" init "$S"; stock "$S"
      """)
    let other = folder.root + "-srv"
    defer { try? FileManager.default.removeItem(atPath: other) }
    let manifest = folder.root + "/batch.json"
    for words in [
      ["run", manifest, "--repo", folder.root, "--ledger", other], ["run", manifest, "--ledger", other],
      ["plan", manifest, "--ledger", other + "/.ledger"], ["resume", "--ledger", other],
      ["status", "--repo", folder.root, "--ledger", other],
    ] {
      let refused = try await run(words, in: folder.root, of: folder)
      #expect(refused.exit == 78, "\(words): \(refused.errors)")
      #expect(refused.errors.contains("\"\(other)\"") && refused.errors.contains("\"\(folder.root)\""))
    }
    let doctor = try await run(["doctor", "--ledger", other], in: folder.root, of: folder)
    #expect(doctor.exit == 1 && doctor.text.contains("bad  project"), "\(doctor.text)")
    #expect(try folder.commits() == 1)
    #expect(try folder.shell("git -C '\(other)' rev-list --count HEAD") == "1\n")
    // Looked at from elsewhere, and worked on from outside of every repository, it is its own project's.
    #expect(try await run(["status", "--ledger", other], in: folder.root, of: folder).exit == 0)
    let landed = try await run(["run", other + "/batch.json", "--ledger", other], in: "/", of: folder)
    #expect(landed.exit == 0, "\(landed.errors)")
    #expect(try folder.shell("git -C '\(other)' rev-list --count HEAD") == "2\n")
  }

  @Test("A linked worktree without a ledger gets one in the main worktree, which outlives it")
  func linkedWorktree() async throws {
    let folder = try folder(
      """
      \(Self.stock)git worktree add -q -b side "$ROOT-wt/side"; stock "$ROOT-wt/side"; mkdir "$ROOT-wt/side/shop"
      """)
    let side = folder.root + "-wt/side"
    defer { try? FileManager.default.removeItem(atPath: folder.root + "-wt") }
    let planned = try await run(["doctor"], in: side, of: folder)
    #expect(planned.text.contains("would make one in \(folder.root)."), "\(planned.text)")
    #expect(try await run(["run", "batch.json", "--until", "packaged"], in: side, of: folder).exit == 0)
    #expect(folder.exists(".ledger") && !FileManager.default.fileExists(atPath: side + "/.ledger"))
    let shop = try await run(["init"], in: side + "/shop", of: folder)
    #expect(shop.text.contains("\(folder.root)/shop/.ledger"), "\(shop.text)")
    try folder.shell("git worktree remove --force '\(side)'")
    #expect(try await folder.ledgerctl("status").text.contains("held"))
  }

  @Test("Worktrees of a bare repository share a ledger beside it, and a batch lands once")
  func bareRepository() async throws {
    let folder = try folder(
      """
      \(Self.stock)P="$ROOT-bare"; mkdir "$P"; git clone -q --bare . "$P/one.git"
      git -C "$P/one.git" worktree add -q ../one-a -b a; git -C "$P/one.git" worktree add -q ../one-b -b b
      stock "$P/one-a"; stock "$P/one-b"
      """)
    let place = folder.root + "-bare"
    defer { try? FileManager.default.removeItem(atPath: place) }
    #expect(try await run(["run", "batch.json"], in: place + "/one-a", of: folder).exit == 0)
    #expect(FileManager.default.fileExists(atPath: place + "/.ledger"))
    let again = try await run(["run", "batch.json"], in: place + "/one-b", of: folder)
    #expect(again.exit == 0 && again.text.contains("Nothing to do"), "\(again.text) \(again.errors)")
    // A second repository beside the first is another project.
    try folder.shell(
      """
      \(Self.stock)P="$ROOT-bare"; git init -q --bare "$P/two.git"
      git -C "$P/two.git" worktree add -q ../two-a --orphan 2>/dev/null || {
        git -C "$P/two.git" commit-tree -m x $(git -C "$P/two.git" hash-object -w -t tree /dev/null) >"$P/id"
        git -C "$P/two.git" worktree add -q ../two-a -b a $(cat "$P/id"); }
      stock "$P/two-a"
      """)
    let other = try await run(["run", "batch.json"], in: place + "/two-a", of: folder)
    #expect(other.exit == 0 && other.text.contains("Committed"), "\(other.text) \(other.errors)")
    #expect(FileManager.default.fileExists(atPath: place + "/two.git/.ledger"))
    #expect(try await run(["status"], in: place + "/one-b", of: folder).lines.count == 1)
  }

  @Test("A bare resume and @last keep to this worktree, and name the others in one line")
  func worktreesApart() async throws {
    let folder = try folder(
      """
      \(Self.stock)git worktree add -q -b side "$ROOT-wt"; stock "$ROOT-wt"
      sed -i 's/"batch_id": *"[^"]*"/"batch_id": "mine"/' "$ROOT-wt/batch.json"
      """)
    let side = folder.root + "-wt"
    defer { try? FileManager.default.removeItem(atPath: side) }
    folder.environment["LEDGERCTL_EXTRACTOR_KIND"] = "exec"
    try folder.write(
      "extractor: { kind: exec, command: [/bin/sh, -c, \"exit 75\"] }\nlimits: { max_wait: 0s }\n",
      to: "ledger.yaml")
    #expect(try await run(["run", "batch.json"], in: side, of: folder).exit == 75)
    #expect(try await folder.ledgerctl("run", "batch.json").exit == 75)
    let before = try await folder.events().count
    let resumed = try await run(["resume"], in: side, of: folder)
    #expect(resumed.exit == 75, "\(resumed.errors)")
    let notes = resumed.errors.split(separator: "\n").filter { $0.contains("other worktrees") }
    #expect(notes.count == 1 && notes[0].contains("theatrical-specimens\" (main"), "\(resumed.errors)")
    let after = try await folder.events()
    #expect(after.dropFirst(before).allSatisfy { $0["batch"] == "mine" })
    // What happened last happened in the other worktree.
    #expect(try await folder.ledgerctl("resume").exit == 75)
    let last = try await run(["status", "@last", "--format", "json"], in: side, of: folder)
    #expect(try last.json()["batches"]?.array?.first?["batch"] == "mine", "\(last.text)")
    #expect(last.errors.contains("other worktrees"))
  }

  @Test("A worktree's own ledger.yaml counts there; without one, the one beside the shared ledger")
  func worktreesConfiguration() async throws {
    let folder = try folder(
      """
      \(Self.stock)git worktree add -q -b side "$ROOT-wt"; stock "$ROOT-wt"; "$L" init
      echo 'policy: { max_assets: 1 }' >ledger.yaml
      """)
    let side = folder.root + "-wt"
    defer { try? FileManager.default.removeItem(atPath: side) }
    #expect(try await run(["plan", "batch.json"], in: side, of: folder).exit == 65)
    try folder.shell("echo 'policy: { max_assets: 3 }' >'\(side)/ledger.yaml'")
    #expect(try await run(["plan", "batch.json"], in: side, of: folder).exit == 0)
  }

  @Test("Where GIT_DIR names a repository elsewhere, the hint is not to make one there")
  func gitVariables() async throws {
    let folder = try SampleFolder()
    let place = folder.root + "-none"
    try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: place) }
    folder.environment["GIT_DIR"] = folder.root + "/.git"
    folder.environment["GIT_WORK_TREE"] = place
    for words in [["run", folder.root + "/batch.json"], ["plan", folder.root + "/batch.json"]] {
      let refused = try await BuiltCommand.run(words, in: place, environment: folder.environment)
      #expect(refused.exit == 78)
      #expect(refused.errors.contains("GIT_DIR and GIT_WORK_TREE are set"), "\(refused.errors)")
      #expect(!refused.errors.contains("git init"), "\(refused.errors)")
    }
    let doctor = try await BuiltCommand.run(["doctor"], in: place, environment: folder.environment)
    #expect(doctor.exit == 1 && !doctor.text.contains("git init"), "\(doctor.text)")
  }
}
