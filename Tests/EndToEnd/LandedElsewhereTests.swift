import Foundation
import GitRepository
import Testing

@testable import Runner

/// A repository has more ledgers than one: of clones, of CI, of colleagues. A batch lands once in it all the same.
@Suite("Once in a repository", .timeLimit(.minutes(5)))
struct LandedElsewhereTests {

  /// Runs the command in a clone below the home folder.
  private func run(_ folder: SampleFolder, in clone: String, _ words: String...) async throws
    -> BuiltCommand.Outcome
  {
    try await BuiltCommand.run(words, in: folder.root + "/" + clone, environment: folder.environment)
  }

  private static let clone = """
    git clone -q . .home/c; cp -r downloads batch.json .home/c/
    git -C .home/c config user.name T; git -C .home/c config user.email t@e
    """

  @Test("A fresh clone finds the batch in the history: no call, no commit, whatever is in its ledger")
  func freshClone() async throws {
    let folder = try SampleFolder()
    #expect(try await folder.ledgerctl("run", "batch.json").exit == 0)
    let sha = try folder.git("rev-parse", "HEAD").dropLast()
    try folder.shell(Self.clone)
    let run = try await self.run(folder, in: ".home/c", "run", "batch.json")
    #expect(run.exit == 0, "\(run.errors)")
    #expect(
      run.text.contains("landed as \(sha.prefix(7))") && run.text.contains("found in the history"),
      "\(run.text)")
    let json = try await self.run(folder, in: ".home/c", "run", "batch.json", "--format", "json").json()
    let batch = json["batches"]?.array?.first
    #expect(batch?["already_landed"] == true && batch?["state"] == "committed")
    #expect(batch?["commit"]?.string == String(sha))
    let plan = try await self.run(folder, in: ".home/c", "plan", "batch.json")
    #expect(
      plan.exit == 0 && plan.text.contains("found in the history")
        || plan.errors.contains("found in the history"))
    #expect(try folder.shell("git -C .home/c rev-parse HEAD").dropLast() == sha)
    // The same id with other content is not the same batch.
    try folder.shell("sed -i 's/Nocturnal Canopy/Nocturnal Crown/' .home/c/batch.json")
    let other = try await self.run(folder, in: ".home/c", "run", "batch.json")
    #expect(other.exit == 0 && other.text.contains("1 consolidated commit"), "\(other.text)\(other.errors)")
    #expect(try await self.run(folder, in: ".home/c", "verify").exit == 0)
  }

  @Test("A fresh clone pays for no answer that a bundle at the tip still has, as our commit made it")
  func answersAtTip() async throws {
    let folder = try SampleFolder()
    try folder.hook(
      "ext.sh", "cat >/dev/null\necho x >>calls\necho '{\"narrative\": \"Leaves.\", \"mode\": \"Salon\"}'",
      in: "tools")
    try folder.write("extractor: {kind: exec, command: [./tools/ext.sh]}\n", to: "ledger.yaml")
    #expect(try await folder.ledgerctl("run", "batch.json").exit == 0)
    let sha = try folder.git("rev-parse", "HEAD").dropLast()
    try folder.writeManifest("other.json", batch: "other") { draft in
      for index in draft.assets.indices { draft.assets[index].score = 99 }
    }
    try folder.shell(Self.clone + "\ncp -r tools ledger.yaml other.json .home/c/")
    let plan = try await run(folder, in: ".home/c", "plan", "other.json")
    #expect(plan.text.contains("reuse commit \(sha.prefix(12))"), "\(plan.text)")
    #expect(plan.text.contains("Calls: 0"), "\(plan.text)")
    let other = try await run(folder, in: ".home/c", "run", "other.json")
    #expect(other.exit == 0, "\(other.errors)")
    #expect(!folder.exists(".home/c/calls"))
    let events = try await run(folder, in: ".home/c", "events", "other", "--format", "jsonl")
    #expect(events.lines.count { $0.contains(#""from":"\#(sha)""#) && $0.contains(#""how":"reused""#) } == 3)
    let explained = try await run(folder, in: ".home/c", "explain", "other", "ASSET-3")
    #expect(
      explained.text.contains("same key as the bundle of commit \(sha.prefix(12))"), "\(explained.text)")
    let context = try folder.shell("cat .home/c/assets/ASSET-3-*/context.md")
    #expect(context.contains("Leaves.") && context.contains("99"))

    // What a person has changed since is not an extractor's answer any more, nor is the answer to another question.
    try folder.shell(
      """
      cd .home/c; sed -i 's/Leaves\\./Trees./' assets/ASSET-3-*/tokens.json; git commit -qam edited
      sed 's/"other"/"third"/' other.json >third.json; rm -r .ledger
      """)
    #expect(try await run(folder, in: ".home/c", "run", "third.json", "--until", "packaged").exit == 0)
    #expect(try folder.shell("cat .home/c/calls") == "x\n")
    #expect(try await run(folder, in: ".home/c", "retry", "third", "ASSET-4", "--from", "extract").exit == 0)
    let calls = try folder.shell("cat .home/c/calls")
    let told = try await run(folder, in: ".home/c", "events", "third")
    #expect(calls == "x\nx\n", "\(told.text)")
  }

  @Test("What was reverted is said to be so, here and in a clone, and lands again with --again")
  func reverted() async throws {
    let folder = try SampleFolder()
    #expect(try await folder.ledgerctl("run", "batch.json").exit == 0)
    try folder.git("revert", "--no-edit", "HEAD")
    try folder.shell(Self.clone)
    for clone in [".", ".home/c"] {
      let plain = try await run(folder, in: clone, "run", "batch.json")
      #expect(plain.exit == 0 && plain.errors.contains("reverted"), "\(plain.errors)")
      #expect(plain.errors.contains("--again"))
      #expect(try folder.shell("git -C \(clone) rev-list --count HEAD") == "3\n")
      let again = try await run(folder, in: clone, "run", "batch.json", "--again")
      #expect(again.exit == 0 && again.text.contains("1 consolidated commit"), "\(again.errors)")
      #expect(
        try folder.shell("git -C \(clone) rev-list --count HEAD; git -C \(clone) status --porcelain") == "4\n"
      )
      let once = try await run(folder, in: clone, "run", "batch.json")
      #expect(once.exit == 0 && once.text.contains("Nothing to do"))
      let verify = try await run(folder, in: clone, "verify")
      #expect(verify.exit == 0, "\(verify.text)\(verify.errors)")
    }
    try folder.git("revert", "--no-edit", "HEAD")
    let status = try await folder.ledgerctl("status", "@last", "--format", "json").json()
    #expect(status["batches"]?.array?.first?["landing"] == "reverted")
  }

  @Test("What a squash has brought to the branch is there, and what a later batch took away is not reverted")
  func squashed() async throws {
    let folder = try SampleFolder()
    try folder.git("switch", "-q", "-c", "feature")
    #expect(try await folder.ledgerctl("run", "batch.json").exit == 0)
    try folder.shell(
      "git switch -q main; git merge -q --squash feature >/dev/null; git commit -qm squashed; git branch -qD feature"
    )
    let squashed = try await folder.ledgerctl("run", "batch.json")
    #expect(squashed.exit == 0 && !squashed.errors.contains("--again"), "\(squashed.errors)")
    let again = try await folder.ledgerctl("run", "batch.json", "--again")
    #expect(again.exit == 0 && again.text.contains("Nothing to do"))
    #expect(try folder.commits() == 2)
    try folder.writeManifest("two.json", batch: "two") { draft in
      for index in draft.assets.indices {
        draft.assets[index].specs = ["name": .string("Other \(index)"), "category": "icons"]
      }
    }
    #expect(try await folder.ledgerctl("run", "two.json").exit == 0)
    try folder.writeManifest("three.json", batch: "three") { draft in
      for index in draft.assets.indices {
        draft.assets[index].specs = ["name": .string("Third \(index)"), "category": "patterns"]
      }
    }
    #expect(try await folder.ledgerctl("run", "three.json").exit == 0)
    let status = try await folder.ledgerctl("status", "two", "--format", "json").json()
    #expect(status["batches"]?.array?.first?["landing"] == "landed")
  }

  @Test("A batch that another clone lands while it is held here is done here, too, and nobody is asked twice")
  func landedMeanwhile() async throws {
    let folder = try SampleFolder()
    #expect(try await folder.ledgerctl("run", "batch.json", "--until", "packaged").exit == 0)
    try folder.shell(Self.clone)
    #expect(try await run(folder, in: ".home/c", "run", "batch.json").exit == 0)
    try folder.git("pull", "-q", ".home/c", "main")
    let sha = try folder.git("rev-parse", "HEAD").dropLast()
    let resumed = try await folder.ledgerctl("resume", "@last")
    #expect(
      resumed.exit == 0 && resumed.text.contains("landed as \(sha.prefix(7))"),
      "\(resumed.text)\(resumed.errors)")
    #expect(try folder.git("rev-parse", "HEAD").dropLast() == sha)
    #expect(try folder.git("status", "--porcelain") == "")
    let again = try await folder.ledgerctl("run", "batch.json")
    #expect(again.exit == 0 && again.text.contains("Nothing to do"))
    let verify = try await folder.ledgerctl("verify")
    #expect(verify.exit == 0, "\(verify.errors)")
  }
}
