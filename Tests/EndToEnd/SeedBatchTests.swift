import GitRepository
import StrictJSON
import Testing

@testable import Runner

@Suite("The reference batch, through the built command")
struct SeedBatchEndToEndTests {
  @Test("Three assets become one commit with the original request's subject, and its three lines come last")
  func threeLines() async throws {
    let folder = try SampleFolder()
    let run = try await folder.ledgerctl("run", "batch.json")
    #expect(run.exit == 0, "\(run.errors)")
    #expect(run.lines.count == 3)
    let processed =
      /Processed: 3 assets in (0|1)\.[0-9]+s|Processed: 3 assets in [0-9.]+s \([0-9.]+s one after another, [0-9]+% saved\)/
    #expect(run.lines[0].wholeMatch(of: processed) != nil, "\(run.lines[0])")
    #expect(run.lines[1] == "Created: 9 files across 3 directories, 3 images copied")
    let sha = try folder.git("rev-parse", "HEAD").prefix(7)
    #expect(run.lines[2] == "Committed: 1 consolidated commit \(sha) on main")
    let message = try folder.git("log", "-1", "--format=%B")
    #expect(message.hasPrefix("feat(assets): Add batch theatrical specimens - Assets 3,4,6\n"))
    let trailers = try folder.git("log", "-1", "--format=%(trailers:only,unfold)")
    #expect(trailers.contains("Ledger-Batch: batch-theatrical-specimens\n"))
    #expect(trailers.firstMatch(of: /Ledger-Head: [0-9]+:[0-9a-f]{40}\n/) != nil)
    #expect(try folder.git("status", "--porcelain") == "")
    #expect(
      try folder.git("show", "--name-status", "--format=", "HEAD") == """
        A\tassets/ASSET-3-nocturnal-canopy/context.md
        A\tassets/ASSET-3-nocturnal-canopy/tokens.json
        A\tassets/ASSET-3-nocturnal-canopy/usage.md
        A\tassets/ASSET-4-footlight-banksia/context.md
        A\tassets/ASSET-4-footlight-banksia/tokens.json
        A\tassets/ASSET-4-footlight-banksia/usage.md
        A\tassets/ASSET-6-curtain-call-gum/context.md
        A\tassets/ASSET-6-curtain-call-gum/tokens.json
        A\tassets/ASSET-6-curtain-call-gum/usage.md
        A\tfrontend/public/assets/patterns/asset-3.png
        A\tfrontend/public/assets/specimens/asset-4.png
        A\tfrontend/public/assets/specimens/asset-6.png

        """)
  }

  @Test("Again, nothing is done; under another id, nothing is extracted and nothing is committed")
  func again() async throws {
    let folder = try SampleFolder()
    #expect(try await folder.ledgerctl("run", "batch.json").exit == 0)
    let events = try await folder.events().count
    let again = try await folder.ledgerctl("run", "batch.json")
    #expect(again.exit == 0)
    #expect(again.text.hasPrefix("Nothing to do: batch batch-theatrical-specimens landed as commit "))
    #expect(try await folder.events().count == events)

    try folder.writeManifest("other.json", batch: "the-same-again")
    let other = try await folder.ledgerctl("run", "other.json")
    #expect(other.exit == 0)
    #expect(other.lines.last == "Committed: nothing to commit: the branch holds these bundles already")
    let completed = try await folder.events(
      "the-same-again", "--stage", "extract", "--type", "stage.completed")
    #expect(completed.map { $0["data"]?["how"]?.string } == ["reused", "reused", "reused"])
    #expect(try folder.commits() == 2)
  }

  @Test("--format json prints the result on one line, and jsonl the events before it")
  func formats() async throws {
    let folder = try SampleFolder()
    let run = try await folder.ledgerctl("run", "batch.json", "--format", "jsonl")
    #expect(run.exit == 0)
    #expect(run.errors == "")
    let documents = try run.lines.map { try JSONReader.value(of: Array($0.utf8)) }
    #expect(documents.dropLast().allSatisfy { $0["schema"]?.string == "ledgerctl/event/v1" })
    let result = documents.last
    #expect(result?["schema"]?.string == "ledgerctl/result/v1")
    let again = try await folder.ledgerctl("run", "batch.json", "--format", "json").json()
    let batch = try #require(again["batches"]?.array?.first)
    func said(_ batches: JSONValue?) -> [JSONValue.Member] {
      (batches?.array?.first?.members ?? []).filter { $0.name != "already_landed" }
    }
    #expect(said(again["batches"]) == said(result?["batches"]))
    #expect(batch["already_landed"] == true)
    #expect(batch["state"]?.string == "committed")
    #expect(batch["commit"]?.string == (try folder.git("rev-parse", "HEAD").dropLast()).description)
    #expect(batch["created"] == 9)
    #expect(batch["directories"] == 3)
    #expect(batch["assets"]?.array?.map { $0["state"]?.string } == ["packaged", "packaged", "packaged"])
    #expect(batch["extractor"]?["calls"] == 3)
    #expect(again["next"]?.array == [])
    // The stream holds what the ledger holds, byte for byte.
    let stored = try await folder.ledgerctl("events", "--format", "jsonl")
    #expect(stored.lines == run.lines.dropLast())
  }

  @Test(
    "A manifest from standard input is relative to the working directory; --repo and --ledger lead elsewhere")
  func elsewhere() async throws {
    let folder = try SampleFolder()
    let text = String(decoding: try folder.read("batch.json"), as: UTF8.self)
    let piped = try await folder.ledgerctl("run", "-", "--until", "packaged", input: text)
    #expect(piped.exit == 0, "\(piped.errors)")
    for words in [["--repo", folder.root, "status"], ["status", "--ledger", folder.root]] {
      let status = try await BuiltCommand.run(words, in: "/", environment: folder.environment)
      #expect(status.text.contains("held"), "\(status.errors)")
    }
    var environment = folder.environment
    environment["LEDGERCTL_LEDGER"] = folder.root + "/.ledger"
    let status = try await BuiltCommand.run(
      ["resume", "@last", "--format", "json"], in: "/", environment: environment)
    #expect(status.exit == 0)
    #expect(try folder.commits() == 2)
  }

  @Test("The demonstration makes a repository and runs it, and refuses a folder that holds something")
  func demo() async throws {
    let folder = try SampleFolder()
    let demo = try await folder.ledgerctl("demo", "shown")
    #expect(demo.exit == 0, "\(demo.errors)")
    #expect(demo.lines[1] == "Created: 9 files across 3 directories, 3 images copied")
    let again = try await folder.ledgerctl("--repo", "shown", "run", "shown/batch.json")
    #expect(again.text.hasPrefix("Nothing to do"))
    let taken = try await folder.ledgerctl("demo", "shown", "--format", "json")
    #expect(taken.exit == 73)
    #expect(try taken.json()["errors"]?.array?.first?["code"]?.string == "folder_not_empty")
  }
}
