import Foundation
import GitRepository
import SampleBatch
import StrictJSON
import Testing

@testable import Runner

@Suite("Continuing after failures, kills and interruptions")
struct GoingOnTests {
  @Test("One truncated picture fails its asset and lands nothing; fixed and refreshed, only its stages run")
  func truncatedPicture() async throws {
    let folder = try SampleFolder()
    let whole = try folder.read("downloads/asset-4-validated.png")
    try folder.write(Array(whole.prefix(whole.count / 2)), to: "downloads/asset-4-validated.png")
    let failed = try await folder.ledgerctl("run", "batch.json", "--format", "json")
    #expect(failed.exit == 1)
    let result = try failed.json()
    let batch = try #require(result["batches"]?.array?.first)
    #expect(batch["assets"]?.array?.map { $0["state"]?.string } == ["packaged", "failed", "packaged"])
    #expect(result["errors"]?.array?.map { $0["code"]?.string } == ["image_truncated"])
    let retry = ["ledgerctl", "retry", SampleArt.batchID, "ASSET-4"]
    #expect(result["next"]?.array == [.array(retry.map(JSONValue.string))])
    #expect(try folder.commits() == 1)
    #expect(try folder.git("status", "--porcelain") == "")
    #expect(!folder.exists("assets"))

    try folder.write(whole, to: "downloads/asset-4-validated.png")
    let position = try #require(try await folder.events().last?["position"])
    let mended = try await folder.ledgerctl("retry", "@last", "asset-4", "--refresh")
    #expect(mended.exit == 0, "\(mended.errors)")
    let started = try await folder.events("--type", "stage.started", "--after", JSONWriter.compact(position))
    #expect(
      started.map { ($0["asset"]?.string ?? "batch") + " " + ($0["stage"]?.string ?? "") } == [
        "ASSET-4 validate", "ASSET-4 extract", "ASSET-4 render", "ASSET-4 package", "batch place",
        "batch commit",
      ])
    #expect(try folder.commits() == 2)
  }

  @Test(
    "Killed after any event, a run continues where it was and makes one commit",
    arguments: [3, 9, 15, 24, 30, 34, 36])
  func killed(after count: Int) async throws {
    let folder = try SampleFolder()
    let events = try NarrowPipe(in: folder)
    let child = try folder.start(writingTo: events, "run", "batch.json", "--format", "jsonl")
    let process = try await events.read(lines: count).compactMap { line in
      guard case .number(let id)? = try JSONReader.value(of: Array(line.utf8))["data"]?["process"] else {
        return nil as Int32?
      }
      return Int32(id)
    }.first
    kill(try #require(process), SIGKILL)
    let exit = await child.waitForExit()
    // A run that had all but the last events written down may have come to its end.
    #expect(exit == .signal(SIGKILL) || (count > 28 && exit == .code(0)))
    let before = try await folder.events()
    let resumed = try await folder.ledgerctl("resume")
    #expect(resumed.exit == 0, "\(resumed.errors)")
    #expect(try folder.commits() == 2)
    #expect(try folder.git("status", "--porcelain") == "")
    // What was complete before the kill was not started again.
    func stages(_ events: some Sequence<JSONValue>, _ type: String) -> Set<String> {
      Set(
        events.filter { $0["type"]?.string == type }.map {
          ($0["asset"]?.string ?? "") + " " + ($0["stage"]?.string ?? "")
        })
    }
    let after = try await folder.events().dropFirst(before.count)
    #expect(stages(before, "stage.completed").isDisjoint(with: stages(after, "stage.started")))
  }

  @Test("Ctrl-C lets the running stages end, says how to continue and exits 130; a second one leaves at once")
  func interrupted() async throws {
    for signals in [1, 2] {
      let folder = try SampleFolder()
      let calls = try Gate.inExtractor(of: folder)
      let child = try folder.start("run", "batch.json", "--format", "jsonl")
      let process = try await calls.waitForOne(of: child)
      kill(process, SIGINT)
      // The first has been heard once stderr says so; only then is the second a second.
      while !String(decoding: child.errorTail, as: UTF8.self).contains("resume") { await Task.yield() }
      if signals == 2 {
        kill(process, SIGINT)
        #expect(await child.waitForExit() == .code(130))
        continue
      }
      calls.letAllGo()
      var lines: [String] = []
      var reader = LineReader(child)
      while let line = try await reader.next() { lines.append(line) }
      #expect(await child.waitForExit() == .code(130))
      #expect(
        String(decoding: child.errorTail, as: UTF8.self).contains("ledgerctl resume \(SampleArt.batchID)"))
      let result = try JSONReader.value(of: Array(try #require(lines.last).utf8))
      #expect(result["errors"]?.array?.first?["exit"] == 130)
      #expect(result["next"]?.array == [["ledgerctl", "resume", .string(SampleArt.batchID)]])
      #expect(try await folder.events("--type", "run.finished").count == 1)
      #expect(try await folder.ledgerctl("resume", "@last").exit == 0)
      #expect(try folder.commits() == 2)
    }
  }

  @Test("A running batch is left alone: 75, and who holds it")
  func held() async throws {
    let folder = try SampleFolder()
    let calls = try Gate.inExtractor(of: folder)
    let child = try folder.start("run", "batch.json", "--format", "jsonl")
    let process = try await calls.waitForOne(of: child)
    let second = try await folder.ledgerctl("run", "batch.json", "--format", "json")
    #expect(second.exit == 75)
    let error = try #require(try second.json()["errors"]?.array?.first)
    #expect(error["code"]?.string == "batch_held")
    #expect(error["message"]?.string?.contains("process \(process)") == true)
    calls.letAllGo()
    while try await child.readChunk() != nil {}
    #expect(await child.waitForExit() == .code(0))
  }

  @Test("--until packaged stops before placing and holds the batch: a resume without a name passes it by")
  func untilPackaged() async throws {
    let folder = try SampleFolder()
    let run = try await folder.ledgerctl("run", "batch.json", "--until", "packaged")
    #expect(run.exit == 0, "\(run.errors)")
    #expect(
      run.lines.last == "Held: nothing is placed or committed before `ledgerctl resume \(SampleArt.batchID)`")
    #expect(!folder.exists("assets"))
    #expect(try await folder.ledgerctl("status").text.contains("held"))
    let unnamed = try await folder.ledgerctl("resume")
    #expect(unnamed.text == "Nothing to do: no batch is unfinished\n")
    #expect(try await folder.ledgerctl("resume", "batch-the").exit == 0)
    #expect(try folder.commits() == 2)
  }

  @Test("Several batches continue one after another, and the gravest of their ends is the command's")
  func several() async throws {
    let folder = try SampleFolder()
    for batch in ["one", "two", "three"] {
      try folder.writeManifest("\(batch).json", batch: batch) { draft in
        draft.assets.removeLast(2)
        draft.assets[0].id = "ASSET-\(batch)"
      }
      #expect(try await folder.ledgerctl("run", "\(batch).json", "--until", "packaged").exit == 0)
    }
    try folder.makeFolder("assets/ASSET-two-nocturnal-canopy")
    try folder.write("mine", to: "assets/ASSET-two-nocturnal-canopy/usage.md")
    let resumed = try await folder.ledgerctl("resume", "one", "two", "three", "--format", "json")
    #expect(resumed.exit == 73)
    let result = try resumed.json()
    #expect(result["batches"]?.array?.map { $0["state"]?.string } == ["committed", "packaged", "committed"])
    #expect(result["next"]?.array == [["ledgerctl", "resume", "two"]])
    #expect(try folder.commits() == 3)
  }

  @Test("A cancelled batch undoes what it placed, and its id can be used again")
  func cancelled() async throws {
    let folder = try SampleFolder()
    _ = try await folder.ledgerctl("run", "batch.json", "--until", "packaged")
    let cancelled = try await folder.ledgerctl("cancel", "@last", "--why", "Not\u{1B}[31m yet")
    #expect(cancelled.exit == 0, "\(cancelled.errors)")
    #expect(cancelled.text == "Cancelled: batch \(SampleArt.batchID)\n")
    let status = try await folder.ledgerctl("status", "@last")
    #expect(status.text.contains("cancelled  Not\\u{1b}[31m yet"))
    #expect(try await folder.ledgerctl("run", "batch.json").exit == 0)
    #expect(try folder.commits() == 2)
    #expect(try await folder.ledgerctl("cancel", "@last").exit != 0)
  }

  @Test("A cancelled batch leaves what another one has placed since, which lands as usual")
  func cancelledBesideAnother() async throws {
    let folder = try SampleFolder()
    try folder.writeManifest("other.json", batch: "other")
    try folder.write("", to: ".git/index.lock")
    #expect(try await folder.ledgerctl("run", "batch.json").exit == 75)
    let images = try folder.git("ls-files", "-o", "frontend").split(separator: "\n").map(String.init)
    try FileManager.default.removeItem(atPath: folder.root + "/" + images[0])
    #expect(try await folder.ledgerctl("run", "other.json").exit == 75)
    let cancelled = try await folder.ledgerctl("cancel", SampleArt.batchID)
    #expect(cancelled.exit == 0 && cancelled.errors.contains("\"\(images[0])\" is left"))
    #expect(try folder.git("ls-files", "-o", "assets", "frontend") == images[0] + "\n")
    try FileManager.default.removeItem(atPath: folder.root + "/.git/index.lock")
    // What the first one had placed is gone again, which is seen before anything is committed.
    #expect(try await folder.ledgerctl("resume", "other").exit == 73)
    #expect(try await folder.ledgerctl("resume", "other").exit == 0)
    #expect(try folder.commits() == 2)
    #expect(try folder.git("status", "--porcelain") == "")
  }

  @Test(
    "What was replaced is put back though its copy is lost: from the branch, or not before the user knows")
  func cancelledWithoutCopies() async throws {
    let folder = try SampleFolder()
    #expect(try await folder.ledgerctl("run", "batch.json").exit == 0)
    let committed = try folder.git("ls-files", "assets").split(separator: "\n").map(String.init)
    try folder.writeManifest("renamed.json", batch: "renamed") { draft in
      draft.assets[0].specs = ["name": "Another Name", "category": "patterns"]
    }
    let own = "assets/ASSET-3-another-name/usage.md"
    try folder.makeFolder("assets/ASSET-3-another-name")
    try folder.write("mine", to: own)
    try folder.write("", to: ".git/index.lock")
    #expect(try await folder.ledgerctl("run", "renamed.json", "--force", own).exit == 75)
    #expect(!committed.allSatisfy(folder.exists))
    #expect(try folder.read(own) != Array("mine".utf8))
    // Every copy that the objects hold is spoilt.
    try folder.shell("find .ledger/objects -type f | while read -r f; do chmod u+w $f; echo spoilt >$f; done")
    let refused = try await folder.ledgerctl("cancel", "renamed", "--format", "json")
    #expect(refused.exit == 74)
    #expect(try refused.json()["errors"]?.array?.map { $0["code"]?.string } == ["old_bytes_lost"])
    try folder.write("mine again", to: own)
    let cancelled = try await folder.ledgerctl("cancel", "renamed")
    #expect(cancelled.exit == 0 && cancelled.errors.contains("\"\(own)\" is left"))
    try FileManager.default.removeItem(atPath: folder.root + "/.git/index.lock")
    #expect(try folder.git("status", "--porcelain", "--untracked-files=all") == "?? \(own)\n")
  }

  @Test(
    "Where the user has committed the same meanwhile, the index that a killed run left locked is freed",
    arguments: [false, true])
  func committedByTheUser(leftBy010: Bool) async throws {
    let folder = try SampleFolder()
    try folder.write("", to: ".git/index.lock")
    #expect(try await folder.ledgerctl("run", "batch.json").exit == 75)
    // As if it had been killed with the index in its hands: the lock is ours by the file that shares its inode.
    let tokens = LedgerMark(".ledger", folder: folder.root + "/.ledger").tokenOfCommits
    let token = leftBy010 ? try #require(tokens.older) : tokens.text
    try folder.shell(
      """
      ln .git/index.lock .git/ledgerctl-\(token).index
      export GIT_INDEX_FILE=.git/another
      git read-tree HEAD && git add assets frontend && git commit -q -m "By hand"
      rm .git/another
      """)
    let resumed = try await folder.ledgerctl("resume", SampleArt.batchID)
    #expect(resumed.exit == 0, "\(resumed.errors)")
    #expect(try folder.commits() == 2)
    #expect(!folder.exists(".git/index.lock") && !folder.exists(".git/ledgerctl-\(token).index"))
  }

  @Test("Another batch finishes the index of a commit that was killed right after the branch was swapped")
  func indexOfAnother() async throws {
    let folder = try SampleFolder()
    try folder.hook(
      "git",
      """
      real=$(command -v -p git)
      case " $* " in
      *" update-ref "*) "$real" "$@"; status=$?; kill -9 $PPID; exit $status ;;
      *) exec "$real" "$@" ;;
      esac
      """, in: ".git/wrapped")
    try folder.shell(
      "PATH=$PWD/.git/wrapped:$PATH '\(BuiltCommand.path)' run batch.json >/dev/null 2>&1 || test $? = 137")
    #expect(try folder.commits() == 2 && folder.exists(".git/index.lock"))
    try folder.writeManifest("other.json", batch: "other")
    let other = try await folder.ledgerctl("run", "other.json")
    #expect(other.exit == 0 && other.text.contains("nothing to commit"), "\(other.text)\(other.errors)")
    #expect(!folder.exists(".git/index.lock"))
    #expect(try folder.git("status", "--porcelain") == "")
    #expect(try await folder.ledgerctl("resume", SampleArt.batchID).exit == 0)
    #expect(try folder.commits() == 2)
    #expect(try await folder.ledgerctl("verify").exit == 0)
  }

  @Test(
    "What the user's git collects during the commit is seen before the branch moves",
    arguments: ["diff-tree", "hash-object -t commit", "update-ref"])
  func collected(before call: String) async throws {
    let folder = try SampleFolder()
    try folder.hook(
      "git",
      """
      real=$(command -v -p git)
      case "$*" in
      "\(call)"*) (unset GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE; "$real" gc -q --prune=now) ;;
      esac
      exec "$real" "$@"
      """, in: ".git/wrapped")
    try folder.shell(
      "PATH=$PWD/.git/wrapped:$PATH '\(BuiltCommand.path)' run batch.json >/dev/null 2>&1 || test $? = 75")
    #expect(try folder.commits() == 1)
    #expect(try await folder.ledgerctl("resume").exit == 0)
    #expect(try folder.commits() == 2)
    try folder.git("fsck", "--no-dangling")
  }

  @Test("A commit that was reset away is said to be so, and lands again with --again")
  func resetAway() async throws {
    let folder = try SampleFolder()
    #expect(try await folder.ledgerctl("run", "batch.json").exit == 0)
    try folder.git("reset", "-q", "--hard", "HEAD~1")
    #expect(try await folder.ledgerctl("status", "@last").text.contains("no longer on main"))
    let status = try await folder.ledgerctl("status", "@last", "--format", "json").json()
    #expect(status["batches"]?.array?.first?["commit_left_branch"] == true)
    let plain = try await folder.ledgerctl("run", "batch.json")
    #expect(plain.exit == 0)
    #expect(plain.errors.contains("--again"))
    let again = try await folder.ledgerctl("run", "batch.json", "--again")
    #expect(again.exit == 0, "\(again.errors)")
    #expect(try folder.commits() == 2)
    #expect(try await folder.events("--type", "stage.completed", "--stage", "extract").count == 6)
  }
}

extension GoingOnTests {
  @Test("A ledger's folder that a kill left half made is completed, and git passes it by")
  func halfMadeFolder() async throws {
    let folder = try SampleFolder()
    try FileManager.default.createDirectory(
      atPath: folder.root + "/.ledger", withIntermediateDirectories: true)
    #expect(try await folder.ledgerctl("run", "batch.json").exit == 0)
    #expect(try folder.git("status", "--porcelain") == "")
  }
}
