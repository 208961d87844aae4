import Foundation
import GitRepository
import StrictJSON
import Subprocesses
import Testing

@testable import Runner

@Suite("Looking at batches")
struct LookingTests {
  @Test(
    "Batches are named by id, by a beginning that fits one, or as @last; an ambiguous one lists what fits")
  func names() async throws {
    let folder = try SampleFolder()
    for batch in ["spring-one", "spring-two", "autumn"] {
      try folder.writeManifest("\(batch).json", batch: batch) { $0.assets.removeLast(2) }
      #expect(try await folder.ledgerctl("run", "\(batch).json").exit == 0)
    }
    func shown(_ word: String) async throws -> String? {
      try await folder.ledgerctl("status", word, "--format", "json").json()["batches"]?.array?.first?[
        "batch"]?.string
    }
    #expect(try await shown("@last") == "autumn")
    #expect(try await shown("spring-o") == "spring-one")
    #expect(try await shown("spring-two") == "spring-two")
    let ambiguous = try await folder.ledgerctl("status", "spring")
    #expect(ambiguous.exit == 64)
    #expect(ambiguous.errors.contains("\"spring-one\", \"spring-two\""))
    let unknown = try await folder.ledgerctl("status", "autmun")
    #expect(unknown.errors.contains("Did you mean \"autumn\"?"))
    let touched = try await folder.ledgerctl("status", "--asset", "ASSET-3", "--format", "json").json()
    #expect(touched["batches"]?.array?.count == 3)
    #expect(
      try await folder.ledgerctl("status").lines.map { $0.prefix(6) } == ["autumn", "spring", "spring"])
  }

  @Test("Every filter of events takes what it says, forwards and backwards")
  func filters() async throws {
    let folder = try SampleFolder()
    #expect(try await folder.ledgerctl("run", "batch.json").exit == 0)
    let all = try await folder.events()
    func positions(_ events: [JSONValue]) -> [JSONValue?] { events.map { $0["position"] } }
    #expect(positions(all) == (1...all.count).map { JSONValue($0) })
    #expect(positions(try await folder.events("--reverse")) == positions(all).reversed())
    #expect(positions(try await folder.events("--after", "5", "--limit", "3")) == [6, 7, 8])
    #expect(positions(try await folder.events("--reverse", "--after", "5", "--limit", "2")) == [4, 3])
    #expect(
      try await folder.events("--asset", "ASSET-4") == all.filter { $0["asset"]?.string == "ASSET-4" })
    #expect(
      try await folder.events("--stage", "render", "--type", "stage.completed", "--type", "stage.started")
        == all.filter { $0["stage"]?.string == "render" })
    let run = try #require(all[0]["run"]?.string)
    #expect(try await folder.events("--run", run) == all)
    #expect(try await folder.events("--since", "-1h") == all)
    #expect(try await folder.events("--since", "2999-01-01T00:00:00Z").isEmpty)
    let middle = try #require(all[10]["time"]?.string)
    #expect(
      try await folder.events("--since", middle) == all.filter { ($0["time"]?.string ?? "") >= middle })
    let document = try await folder.ledgerctl("events", "@last", "--format", "json").json()
    #expect(document["events"]?.array == all)
    #expect(try await folder.ledgerctl("events").lines.count == all.count)
  }

  @Test("Following a batch that has ended prints it and ends; following a running one ends with it")
  func follow() async throws {
    let folder = try SampleFolder()
    let calls = try Gate.inExtractor(of: folder)
    let run = try folder.start("run", "batch.json", "--format", "jsonl")
    _ = try await calls.waitForOne(of: run)
    let follower = try folder.start("events", "@last", "--follow", "--format", "jsonl")
    var reader = LineReader(follower)
    var lines = [try #require(try await reader.next())]
    calls.letAllGo()
    while let line = try await reader.next() { lines.append(line) }
    #expect(await follower.waitForExit() == .code(0))
    while try await run.readChunk() != nil {}
    #expect(await run.waitForExit() == .code(0))
    let all = try await folder.ledgerctl("events", "@last", "--format", "jsonl")
    #expect(lines == all.lines)
    let after = try await folder.ledgerctl("events", "@last", "--follow", "--format", "jsonl")
    #expect(after.text == all.text)
  }

  @Test("A follower that is interrupted exits with 130")
  func followInterrupted() async throws {
    let folder = try SampleFolder()
    #expect(try await folder.ledgerctl("run", "batch.json").exit == 0)
    // Through a shell that tells its process id, which then becomes the command's.
    var command = Command(
      ["/bin/sh", "-c", "echo $$; exec \"$0\" events --follow --format jsonl", BuiltCommand.path],
      environment: folder.environment, directory: folder.root)
    command.timeout = .seconds(60)
    let child = try ChildProcess.start(command)
    var reader = LineReader(child)
    let told = try #require(try await reader.next())
    let process = try #require(Int32(told))
    _ = try await reader.next()
    kill(process, SIGINT)
    while try await reader.next() != nil {}
    #expect(await child.waitForExit() == .code(130))
  }

  @Test("status shows how things were at a position or a time")
  func asOf() async throws {
    let folder = try SampleFolder()
    #expect(try await folder.ledgerctl("run", "batch.json").exit == 0)
    let all = try await folder.events()
    let packaged = try #require(all.first { $0["type"]?.string == "asset.packaged" })
    for point in [
      JSONWriter.compact(try #require(packaged["position"])), try #require(packaged["time"]?.string),
    ] {
      let then = try await folder.ledgerctl("status", "@last", "--as-of", point, "--format", "json").json()
      let batch = try #require(then["batches"]?.array?.first)
      #expect(batch["state"]?.string == "open")
      // Nobody can continue from the past.
      #expect(batch["next"]?.array == [])
      #expect(batch["assets"]?.array?.contains { $0["state"]?.string == "packaged" } == true)
    }
    let past = try await folder.ledgerctl("status", "@last", "--as-of", "1")
    #expect(!past.lines.isEmpty && !past.lines.contains { $0.hasPrefix("Next:") })
    #expect(try await folder.ledgerctl("status", "--as-of", "0").lines.isEmpty)
    let refused = try await folder.ledgerctl("cancel", "@last")
    #expect(refused.exit == 64 && refused.errors.contains("`ledgerctl revert "), "\(refused.errors)")
  }

  @Test("show lists, prints and writes what is packaged, and never overwrites what differs")
  func show() async throws {
    let folder = try SampleFolder()
    #expect(try await folder.ledgerctl("run", "batch.json", "--until", "packaged").exit == 0)
    let listed = try await folder.ledgerctl("show", "@last", "ASSET-3")
    #expect(listed.lines.count == 4)
    let picture = try await folder.ledgerctl("show", "@last", "ASSET-3", "asset-3.png")
    #expect(picture.output == SampleFolder.pictures[0].bytes)
    let written = try await folder.ledgerctl("show", "@last", "--to", "out")
    #expect(written.exit == 0, "\(written.errors)")
    #expect(
      try folder.read("out/frontend/public/assets/specimens/asset-6.png") == SampleFolder.pictures[2].bytes)
    try folder.write("mine", to: "out/assets/ASSET-3-nocturnal-canopy/usage.md")
    try FileManager.default.removeItem(
      atPath: folder.root + "/out/assets/ASSET-3-nocturnal-canopy/context.md")
    let refused = try await folder.ledgerctl("show", "@last", "--to", "out")
    #expect(refused.exit == 73)
    #expect(!folder.exists("out/assets/ASSET-3-nocturnal-canopy/context.md"))
    #expect(try await folder.ledgerctl("show", "@last", "ASSET-9").exit == 64)
    #expect(try await folder.ledgerctl("show", "@last", "ASSET-3", "nothing.md").exit == 64)
  }

  @Test("report tells the same metrics to people and to scripts")
  func report() async throws {
    let folder = try SampleFolder()
    let run = try await folder.ledgerctl("run", "batch.json")
    let report = try await folder.ledgerctl("report", "@last")
    #expect(run.lines.allSatisfy(report.lines.contains))
    let result = try await folder.ledgerctl("report", "@last", "--format", "json").json()
    #expect(result["batches"]?.array?.first?["extractor"]?["calls"] == 3)
  }

  @Test("A reader that goes away ends the command quietly")
  func closedPipe() async throws {
    let folder = try SampleFolder()
    #expect(try await folder.ledgerctl("run", "batch.json").exit == 0)
    let script = "{ \"$0\" events --format jsonl; echo \"exit $?\" >&2; } | true"
    let result = try await ChildProcess.run(
      Command(
        ["/bin/sh", "-c", script, BuiltCommand.path], environment: folder.environment, directory: folder.root)
    )
    #expect(String(decoding: result.errorTail, as: UTF8.self) == "exit 0\n")
  }

  @Test("An output that can't be written is told, with 74")
  func fullOutput() async throws {
    let folder = try SampleFolder()
    let result = try await ChildProcess.run(
      Command(
        ["/bin/sh", "-c", "\"$0\" --version > /dev/full", BuiltCommand.path], environment: folder.environment,
        directory: folder.root))
    #expect(result.exit == .code(74))
    #expect(String(decoding: result.errorTail, as: UTF8.self).contains("standard output"))
  }

  @Test("Colour comes with --color always and stays away from pipes")
  func colour() async throws {
    let folder = try SampleFolder()
    #expect(try await folder.ledgerctl("status", "x").errors.hasPrefix("error: "))
    #expect(
      try await folder.ledgerctl("status", "x", "--color", "always").errors.hasPrefix(
        "\u{1B}[31merror:\u{1B}[0m"))
    #expect(try await folder.ledgerctl("--color", "never", "status", "x").errors.hasPrefix("error: "))
  }

  @Test("Every verb has a help text with an example")
  func help() async throws {
    let folder = try SampleFolder()
    let root = try await folder.ledgerctl("--help")
    #expect(root.exit == 0)
    let verbs = root.lines.drop { !$0.hasSuffix("SUBCOMMANDS:") }.dropFirst().compactMap { line in
      line.hasPrefix("  ") && !line.hasPrefix("   ") ? line.split(separator: " ").first.map(String.init) : nil
    }
    #expect(
      Set(verbs).isSuperset(of: ["init", "run", "resume", "retry", "events", "status", "show", "report"]))
    for verb in verbs where verb != "See" {
      let help = try await folder.ledgerctl(verb, "--help")
      #expect(help.exit == 0)
      #expect(help.text.contains("Example:\n  ledgerctl \(verb)"), "\(verb)")
      #expect(help.text.contains("--repo"), "\(verb)")
    }
  }
}
