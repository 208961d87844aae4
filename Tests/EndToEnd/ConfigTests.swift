import Files
import Foundation
import GitRepository
import StrictJSON
import Subprocesses
import Testing

@testable import Runner

@Suite("config and init")
struct ConfigTests {
  @Test("Every setting is shown with its value, and with the flag, variable or line that set it")
  func origins() async throws {
    let folder = try SampleFolder()
    #expect(try await folder.ledgerctl("init", "--no-config").exit == 0)
    #expect(!folder.exists("ledger.yaml"))
    try folder.write(
      "# mine\nlimits:\n  max_attempts: 9\n  in_flight: 3\nextractor: { kind: local }\n", to: "ledger.yaml")
    folder.environment["LEDGERCTL_LIMITS_IN_FLIGHT"] = "2"
    let document = try await folder.valid("settings", "config", "--branch", "side")
    let settings = try #require(document["settings"]?.array)
    func setting(_ name: String) -> [JSONValue?] {
      let found = settings.first { $0["name"]?.string == name }
      return [found?["value"], found?["origin"]]
    }
    #expect(setting("limits.max_attempts") == [9, .string(folder.root + "/ledger.yaml:3")])
    #expect(setting("limits.in_flight") == [2, "LEDGERCTL_LIMITS_IN_FLIGHT"])
    #expect(setting("extractor.kind") == ["local", .string(folder.root + "/ledger.yaml:5")])
    #expect(setting("commit.branch") == ["side", "flag"])
    #expect(setting("policy.min_score") == [90, "default"])
    #expect(setting("drafts.prefix") == ["ASSET", "default"])
    #expect(settings.count == SettingsGuide.all.count)
    let text = try await folder.ledgerctl("config")
    #expect(text.lines.count == settings.count)
    let line = try #require(text.lines.first { $0.hasPrefix("limits.max_attempts") })
    #expect(line.contains(" 9 ") && line.hasSuffix("ledger.yaml:3"))
    try folder.write("limits: { max_attempts: many }\n", to: "ledger.yaml")
    #expect(try await folder.ledgerctl("config").exit == 78)
  }

  @Test("Of a batch, the registered settings are shown beside the present ones")
  func batch() async throws {
    let folder = try SampleFolder()
    try folder.write("/ledger.yaml\n", to: ".git/info/exclude")
    #expect(try await folder.ledgerctl("run", "batch.json").exit == 0)
    try folder.write("policy: { min_score: 50 }\n", to: "ledger.yaml")
    let document = try await folder.valid("settings", "config", "--batch", "@last")
    let differing = (document["settings"]?.array ?? []).filter { $0["differs"] == true }
    #expect(differing.compactMap { $0["name"]?.string } == ["policy.min_score"])
    #expect(differing.first?["registered"] == 90)
    let text = try await folder.ledgerctl("config", "--batch", "@last")
    let line = try #require(text.lines.first { $0.hasPrefix("policy.min_score") })
    #expect(line.contains("90  now 50"))
    #expect(try await folder.ledgerctl("config", "--batch", "nope").exit == 64)
  }

  @Test("init writes a commented ledger.yaml once, and the templates where asked; again it changes nothing")
  func initialise() async throws {
    let folder = try SampleFolder()
    let made = try await folder.valid("init", "init", "--templates")
    #expect(made["new"] == true)
    let names = (made["written"]?.array ?? []).compactMap {
      $0.string?.split(separator: "/").last.map(String.init)
    }
    #expect(names == ["ledger.yaml", "context.md", "usage.md"])
    let written = String(decoding: try folder.read("ledger.yaml"), as: UTF8.self)
    #expect(written == SettingsGuide.file)
    #expect(try await folder.ledgerctl("plan", "batch.json").exit == 0)
    try folder.write("templates: templates\n", to: "ledger.yaml")
    #expect(try await folder.ledgerctl("plan", "batch.json").exit == 0)
    let again = try await folder.valid("init", "init", "--templates")
    #expect(again["new"] == false && again["written"] == [])
    #expect(try folder.read("ledger.yaml") == Array("templates: templates\n".utf8))
  }

  @Test("Every verb that prints a document wraps it with --format json")
  func wrapped() async throws {
    let folder = try SampleFolder()
    for (words, start) in [(["schema", "idf"], "{"), (["skill"], "---"), (["schema"], "manifest\n")] {
      let plain = try await BuiltCommand.run(words, in: folder.root, environment: folder.environment)
      let json = try await BuiltCommand.run(
        words + ["--format", "json"], in: folder.root, environment: folder.environment)
      let document = try json.json()
      #expect(document["schema"] == "ledgerctl/document/v1")
      #expect(document["content"]?.string == plain.text && plain.text.hasPrefix(start), "\(words)")
    }
  }

  @Test(
    "The example programs of docs/idf.md are extractors that land a batch",
    arguments: [("extract.py", "python3"), ("extract.js", "node"), ("extract.sh", "sh")])
  func examples(_ name: String, _ interpreter: String) async throws {
    let folder = try SampleFolder()
    let search = Command(
      ["/bin/sh", "-c", "command -v \(interpreter)"], environment: folder.environment, directory: "/")
    guard try await ChildProcess.run(search).succeeded else { return }
    let root = "/" + "\(#filePath)".split(separator: "/").dropLast(3).joined(separator: "/")
    try folder.shell("cp \(root)/examples/extractors/\(name) .")
    try folder.write("/ledger.yaml\n/extract.*\n", to: ".git/info/exclude")
    try folder.write("extractor: { kind: exec, command: [\(interpreter), \(name)] }\n", to: "ledger.yaml")
    let doctor = try await folder.ledgerctl("doctor", "--contact")
    #expect(doctor.exit == 0 && doctor.text.contains("described an image of 1 × 1"), "\(doctor.text)")
    let run = try await folder.ledgerctl("run", "batch.json")
    #expect(run.exit == 0, "\(run.errors)")
    #expect(
      try folder.git("show", "HEAD:assets/ASSET-3-nocturnal-canopy/tokens.json").contains("Why it is there."))
  }
}
