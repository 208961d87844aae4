import Foundation
import GitRepository
import SampleBatch
import Testing

@testable import Runner

@Suite("revert", .timeLimit(.minutes(5)))
struct RevertTests {
  @Test("It takes a batch's files out by one commit, says so ever after, and the batch can land again")
  func once() async throws {
    let folder = try SampleFolder()
    #expect(try await folder.ledgerctl("run", "batch.json").exit == 0)
    let landed = try folder.git("rev-parse", "HEAD").dropLast()
    let reverted = try await folder.ledgerctl("revert", "@last")
    #expect(reverted.exit == 0, "\(reverted.errors)")
    #expect(reverted.text.hasPrefix("Reverted: batch \(SampleArt.batchID) (commit \(landed.prefix(7)))"))
    #expect(try folder.git("diff", "--stat", "HEAD", "HEAD~2") == "")
    #expect(
      try folder.git("log", "-1", "--format=%(trailers:key=Ledger-Revert,valueonly)") == "\(landed)\n\n")
    // Nothing is left, not even empty folders.
    #expect(!folder.exists("assets") && !folder.exists("frontend"))
    #expect(try folder.git("status", "--porcelain") == "")
    let events = try await folder.events("--type", "batch.reverted")
    #expect(events.count == 1 && events.first?["data"]?["reverts"]?.string == String(landed))
    #expect(try await folder.ledgerctl("revert", "@last").exit == 0)
    #expect(try folder.commits() == 3)
    let status = try await folder.ledgerctl("status", "@last", "--format", "json").json()
    #expect(status["batches"]?.array?.first?["landing"] == "reverted")
    #expect(try await folder.ledgerctl("report", "@last").lines[0].contains(", reverted by "))
    #expect(try await folder.ledgerctl("run", "batch.json").errors.contains("--again"))
    let verify = try await folder.ledgerctl("verify")
    #expect(verify.exit == 0, "\(verify.errors)")
    #expect(try await folder.ledgerctl("run", "batch.json", "--again").exit == 0)
    #expect(try folder.commits() == 4)
    #expect(try await folder.ledgerctl("revert", "@last").exit == 0)
    #expect(try folder.commits() == 5)
    #expect(try await folder.ledgerctl("verify").exit == 0)
  }

  @Test(
    "What an update replaced comes back, and what somebody changed since stops it", arguments: [false, true])
  func updated(isStaged: Bool) async throws {
    let folder = try SampleFolder()
    #expect(try await folder.ledgerctl("run", "batch.json").exit == 0)
    let tree = try folder.git("rev-parse", "HEAD^{tree}")
    try folder.writeManifest("two.json", batch: "two") { draft in
      draft.assets[0].specs = ["name": "Other Canopy", "category": "patterns"]
    }
    #expect(try await folder.ledgerctl("run", "two.json").exit == 0)
    #expect(!folder.exists("assets/ASSET-3-nocturnal-canopy"))
    let path = "assets/ASSET-3-other-canopy/usage.md"
    try folder.shell("echo mine >>\(path)" + (isStaged ? "; git add \(path)" : ""))
    let refused = try await folder.ledgerctl("revert", "two", "--format", "json")
    #expect(refused.exit == 73)
    #expect(try refused.json()["errors"]?.array?.first?["path"]?.string == path)
    #expect(try folder.commits() == 3)
    try folder.git("restore", "--staged", "--worktree", path)
    let reverted = try await folder.ledgerctl("revert", "two")
    #expect(reverted.exit == 0, "\(reverted.errors)")
    #expect(try folder.git("rev-parse", "HEAD^{tree}") == tree)
    #expect(try folder.git("status", "--porcelain") == "")
    // Of the first batch, something is as it was again, and it can be reverted too.
    #expect(try await folder.ledgerctl("revert", SampleArt.batchID).exit == 0)
    #expect(try folder.git("ls-files", "assets") == "")
    #expect(try await folder.ledgerctl("verify").exit == 0)
  }

  @Test("What a later commit changed stops it with 73; what has not landed or is unknown, with 64")
  func refused() async throws {
    let folder = try SampleFolder()
    #expect(try await folder.ledgerctl("run", "batch.json", "--until", "packaged").exit == 0)
    #expect(try await folder.ledgerctl("revert", "@last").exit == 64)
    #expect(try await folder.ledgerctl("revert", "nothing").exit == 64)
    #expect(try await folder.ledgerctl("resume", "@last").exit == 0)
    try folder.shell("echo more >>assets/ASSET-3-nocturnal-canopy/usage.md; git commit -qam user")
    let refused = try await folder.ledgerctl("revert", "@last")
    #expect(refused.exit == 73 && refused.errors.contains("was changed since"), "\(refused.errors)")
    #expect(try folder.git("log", "-1", "--format=%s") == "user\n")
    #expect(try folder.git("status", "--porcelain") == "")
  }

  @Test("On a branch that is not checked out, the commit alone is made")
  func elsewhere() async throws {
    let folder = try SampleFolder()
    #expect(try await folder.ledgerctl("run", "batch.json", "--branch", "side").exit == 0)
    #expect(try await folder.ledgerctl("revert", "@last").exit == 0)
    #expect(try folder.git("diff", "--stat", "main", "side") == "")
    #expect(try folder.git("rev-list", "--count", "side") == "3\n")
    #expect(try folder.git("status", "--porcelain") == "")
  }

  @Test(
    "Killed right before or after any call of git, the same command ends with one commit and a clear tree",
    arguments: ["hash-object -t commit", "update-ref", "update-ref after", "ls-tree after", "cat-file after"])
  func killed(at call: String) async throws {
    let folder = try SampleFolder()
    #expect(try await folder.ledgerctl("run", "batch.json").exit == 0)
    let isAfter = call.hasSuffix(" after")
    let words = isAfter ? String(call.dropLast(" after".count)) : call
    try folder.hook(
      "git",
      """
      real=$(command -v -p git); [ ! -e "$HOME/swapped" ] || late=1
      case "$*" in
      "update-ref"*) touch "$HOME/swapped" ;;
      esac
      case "$*" in
      "\(words)"*)
        if [ \(isAfter ? "1" : "0") = 1 ] && { [ "$1" = update-ref ] || [ -n "$late" ]; }; then
          "$real" "$@" >"$HOME/out"; kill -9 $PPID; exit
        fi
        [ \(isAfter ? "1" : "0") = 1 ] || { kill -9 $PPID; exit; } ;;
      esac
      exec "$real" "$@"
      """, in: ".git/wrapped")
    try folder.shell(
      "PATH=$PWD/.git/wrapped:$PATH '\(BuiltCommand.path)' revert @last >/dev/null 2>&1 || true")
    let again = try await folder.ledgerctl("revert", "@last")
    #expect(again.exit == 0, "\(again.errors)")
    #expect(try folder.commits() == 3)
    #expect(try folder.git("status", "--porcelain") == "")
    #expect(!folder.exists("assets"))
    #expect(try folder.shell("find .git -name '*.lock' -o -name 'ledgerctl-*'") == "")
    #expect(try await folder.events("--type", "batch.reverted").count == 1)
    let verify = try await folder.ledgerctl("verify")
    #expect(verify.exit == 0, "\(verify.errors)")
  }
}
