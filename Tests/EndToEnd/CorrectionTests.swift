import Foundation
import GitRepository
import SampleBatch
import StrictJSON
import Testing

@testable import Runner

@Suite("A correction counts")
struct CorrectionTests {
  /// An exec extractor in `tools/NAME`, configured; the script's first lines decide whether it answers.
  private func extractor(
    _ folder: SampleFolder, _ script: String, name: String = "ext.sh", more: String = ""
  ) throws {
    let idf = """
      {"schema":"idf/v1","background":"#102030","palette":{"primary":["#405060"],"accents":[]},\
      "density_zones":{"upper_left":{"coverage":0.1},"central":{"coverage":0.2},"lower_right":{"coverage":0.3}},\
      "specimens":["Wattle"]}
      """
    try folder.hook(name, "cat >/dev/null\n\(script)\necho '\(idf)'", in: "tools")
    try folder.write("extractor: {kind: exec, command: [./tools/\(name)]}\n\(more)", to: "ledger.yaml")
    try folder.write(
      "/.home/\n/downloads/\n/*.json\n/tools/\n/ledger.yaml\n/calls\n/paid\n", to: ".git/info/exclude")
  }

  private static let limited =
    "echo x >>calls; [ -f paid ] || { echo 'retry after 3600 seconds' >&2; exit 75; }"

  private func calls(_ folder: SampleFolder) throws -> Int {
    folder.exists("calls") ? try folder.read("calls").count / 2 : 0
  }

  @Test("A remembered quota wait ends with --now: one call goes first, the rest follow its success")
  func now() async throws {
    let folder = try SampleFolder()
    try extractor(folder, Self.limited, more: "limits: {in_flight: 1}\n")
    let first = try await folder.ledgerctl("run", "batch.json")
    #expect(first.exit == 75 && first.errors.contains("resume \(SampleArt.batchID) --now"), "\(first.errors)")
    #expect(try calls(folder) == 1)
    #expect(try await folder.ledgerctl("resume").exit == 75)
    #expect(try calls(folder) == 1)
    // Still used up: one call finds out, and no other is made.
    #expect(try await folder.ledgerctl("resume", "--now").exit == 75)
    #expect(try calls(folder) == 2)
    try folder.write("", to: "paid")
    #expect(try await folder.ledgerctl("resume").exit == 75)
    let now = try await folder.ledgerctl("resume", "--now")
    #expect(now.exit == 0, "\(now.errors)")
    #expect(try calls(folder) == 5)
    // The limiter's own memory is cleared, too.
    try folder.writeManifest("other.json", batch: "other") { draft in
      draft.assets.removeLast(2)
      draft.assets[0].id = "ASSET-9"
      draft.assets[0].specs = ["name": "Other", "category": "patterns"]
    }
    #expect(try await folder.ledgerctl("run", "other.json").exit == 0)
  }

  @Test(
    "A wait stored by a clock that is years ahead ends with the boot; one stored hours ahead is a day at most",
    .enabled(
      if: getuid() == 0 && FileManager.default.fileExists(atPath: "/usr/bin/faketime"),
      "needs root for another boot's name, and faketime"),
    arguments: [("+1460d", true), ("+24h", false)])
  func waitOfAWrongClock(_ ahead: String, isOver: Bool) async throws {
    let folder = try SampleFolder()
    try extractor(
      folder, "echo x >>calls; [ -f paid ] || { echo 'retry after 1800 seconds' >&2; exit 75; }",
      more: "limits: {in_flight: 1}\n")
    // Another name of this boot, as after a restart.
    try folder.shell(
      """
      echo 5b1c0e6c-0000-4000-8000-000000000001 >.home/boot
      unshare -m sh -c 'mount --bind .home/boot /proc/sys/kernel/random/boot_id
        exec env FAKETIME_DONT_FAKE_MONOTONIC=1 faketime -f "\(ahead)" "\(BuiltCommand.path)" run batch.json' \
        || test $? = 75
      : >paid
      """)
    #expect(try calls(folder) == 1)
    let resumed = try await folder.ledgerctl("resume", "--format", "json")
    let result = try resumed.json()
    if isOver {
      #expect(resumed.exit == 0, "\(resumed.text)")
      return
    }
    #expect(resumed.exit == 75)
    #expect(try calls(folder) == 1)
    let message = result["errors"]?.array?.compactMap { $0["message"]?.string }.joined(separator: " ") ?? ""
    #expect(message.contains("must wait 86400 s") || message.contains("must wait 86399 s"), "\(message)")
    let now = try await folder.ledgerctl("resume", "--now")
    #expect(now.exit == 0, "\(now.errors)")
  }

  @Test("Who names an asset that waits wants it tried now; a cancelled batch is registered again with --now")
  func retryNamed() async throws {
    let folder = try SampleFolder()
    try extractor(folder, Self.limited)
    #expect(try await folder.ledgerctl("run", "batch.json").exit == 75)
    #expect(try await folder.ledgerctl("cancel", "@last").exit == 0)
    #expect(try await folder.ledgerctl("run", "batch.json").exit == 75)
    try folder.write("", to: "paid")
    let asset = try #require(
      try await folder.ledgerctl("status", "@last", "--format", "json").json()["batches"]?.array?.first?[
        "assets"]?
        .array?.first { $0["state"] == "deferred" }?["asset"]?.string)
    let retry = try await folder.ledgerctl("retry", "@last", asset)
    #expect(retry.exit == 0, "\(retry.errors)")
  }

  @Test("A quota wait belongs to its extractor: not to another one, but to the same in another dress")
  func quotaOfItsOwn() async throws {
    let folder = try SampleFolder()
    try extractor(folder, Self.limited)
    #expect(try await folder.ledgerctl("run", "batch.json").exit == 75)
    // Another time-out, a path and an interpreter in front are the same program.
    for settings in [
      "command: [./tools/ext.sh], timeout: 90s", "command: [\(folder.root)/tools/ext.sh]",
      "command: [sh, tools/ext.sh]",
    ] {
      try folder.write("extractor: {kind: exec, \(settings)}\n", to: "ledger.yaml")
      let same = try await folder.ledgerctl("resume", "--max-wait", "0s")
      #expect(same.exit == 75, "\(settings)")
    }
    #expect(try calls(folder) <= 3)
    let before = try calls(folder)
    try extractor(folder, "echo x >>calls", name: "another.sh")
    let other = try await folder.ledgerctl("resume", "--format", "json")
    #expect(other.exit == 0, "\(other.text)")
    #expect(try calls(folder) == before + 3)
    let note = try #require(try other.json()["notes"]?.array?.first { $0["code"] == "settings_changed" })
    #expect(note["message"]?.string?.contains(#"extractor.command is "./tools/another.sh""#) == true)
    #expect(note["batch"]?.string == SampleArt.batchID)
  }

  @Test("An extractor's name for its quota keeps two programs to one limit")
  func namedQuota() async throws {
    let folder = try SampleFolder()
    try extractor(folder, Self.limited)
    try folder.write("extractor: {kind: exec, command: [./tools/ext.sh], quota: gemini}\n", to: "ledger.yaml")
    #expect(try await folder.ledgerctl("run", "batch.json").exit == 75)
    try extractor(folder, ":", name: "another.sh")
    try folder.write(
      "extractor: {kind: exec, command: [./tools/another.sh], quota: gemini}\n", to: "ledger.yaml")
    #expect(try await folder.ledgerctl("resume").exit == 75)
    try folder.write(
      "extractor: {kind: exec, command: [./tools/another.sh], quota: other}\n", to: "ledger.yaml")
    #expect(try await folder.ledgerctl("resume").exit == 0)
  }

  @Test(
    "A corrected extractor is taken by run, resume and retry; nothing completed runs again",
    arguments: ["run", "resume", "retry"])
  func correctedExtractor(verb: String) async throws {
    let folder = try SampleFolder()
    try extractor(folder, "exit 3", name: "broken.sh", more: "limits: {max_attempts: 1}\n")
    #expect(try await folder.ledgerctl("run", "batch.json").exit == 1)
    try extractor(folder, "echo x >>calls", more: "layout: {bundle: 'art/{{asset_id}}'}\n")
    let plan = try await folder.ledgerctl("plan", "batch.json")
    #expect(plan.text.contains(#"extractor.command is "./tools/ext.sh""#), "\(plan.text)")
    let words: [String] =
      switch verb {
      case "run": ["run", "batch.json", "--format", "json"]
      default: [verb, SampleArt.batchID, "--format", "json"]
      }
    var outcome = try await BuiltCommand.run(
      words, in: folder.root, environment: folder.environment, input: [])
    // What has failed for good waits for `retry`, by whatever it is asked then.
    if verb != "retry" {
      #expect(outcome.exit == 1)
      outcome = try await folder.ledgerctl("retry", "@last", "--format", "json")
    }
    #expect(outcome.exit == 0, "\(outcome.text)")
    #expect(try calls(folder) == 3)
    #expect(try await folder.events("--type", "batch.revised").isEmpty)
    let validated = try await folder.events("--type", "stage.completed", "--stage", "validate")
    #expect(validated.count == 3)
    let runs = try await folder.events("--type", "run.started")
    #expect(
      runs.map { $0["data"]?["execution"]?["extractor"]?["command"]?.array?.first?.string }.last
        == "./tools/ext.sh")
    // The layout decides the result: it stays, and that is said.
    #expect(folder.exists("assets") && !folder.exists("art"))
  }

  @Test("What is kept is said, and a wait that was given binds its own run only")
  func keptAndWaits() async throws {
    let folder = try SampleFolder()
    try extractor(folder, "[ -f paid ] || { echo 'retry after 3 seconds' >&2; exit 75; }")
    let first = try await folder.ledgerctl("run", "batch.json", "--max-wait", "0s", "--until", "packaged")
    #expect(first.exit == 75, "\(first.errors)")
    try folder.write("", to: "paid")
    try folder.write(
      "extractor: {kind: exec, command: [./tools/ext.sh]}\nlayout: {bundle: 'art/{{asset_id}}'}\n",
      to: "ledger.yaml")
    let resumed = try await folder.ledgerctl("resume", SampleArt.batchID)
    #expect(resumed.exit == 0, "\(resumed.errors)")
    #expect(resumed.errors.contains("layout.bundle stays"), "\(resumed.errors)")
    #expect(folder.exists("assets") && !folder.exists("art"))
  }

  @Test("Secrets are in no word that is stored of a run")
  func secrets() async throws {
    let folder = try SampleFolder()
    folder.environment["APIKEY"] = "very-secret-value"
    try extractor(folder, ":")
    try folder.write(
      "extractor: {kind: exec, command: [./tools/ext.sh, very-secret-value], env: [APIKEY]}\n",
      to: "ledger.yaml")
    let refused = try await folder.ledgerctl("run", "batch.json", "--until", "packaged")
    #expect(refused.exit == 78 && !refused.errors.contains("very-secret-value"), "\(refused.errors)")
    #expect(!folder.exists(".ledger"))
    try folder.write(
      "extractor: {kind: exec, command: [./tools/ext.sh], env: [APIKEY]}\n", to: "ledger.yaml")
    _ = try await folder.ledgerctl("run", "batch.json", "--until", "packaged")
    _ = try await folder.ledgerctl("retry", "@last", "very-secret-value", "--repo", folder.root)
    let events = try await folder.events("--type", "run.started")
    let text = events.map(JSONWriter.compact).joined()
    #expect(!events.isEmpty && !text.contains("very-secret-value"))
    let actor = try #require(events.first?["data"]?["actor"])
    #expect(actor["user"] == "tester" && actor["via"] == "cli" && actor["uid"] != nil)
    #expect(
      events.first?["data"]?["argv"]?.array?.compactMap(\.string)
        == ["ledgerctl", "run", "batch.json", "--until", "packaged"])
    let why = "no reason but very-secret-value"
    let asset = SampleArt.all[0].assetID
    #expect(try await folder.ledgerctl("cancel", "@last", asset, "--why", why).exit != 64)
    // A configuration that can't be read keeps nobody from cancelling, and the registration's names still count.
    try folder.write("extractor: [", to: "ledger.yaml")
    #expect(try await folder.ledgerctl("cancel", "@last", "--why", why).exit == 0)
    let all = try await folder.events().map(JSONWriter.compact).joined()
    #expect(!all.contains("very-secret-value") && all.contains("no reason but [redacted]"))
    let cancelled = try #require(try await folder.events("--type", "batch.cancelled").first)
    #expect(cancelled["data"]?["actor"]?["user"] == "tester")
    #expect(cancelled["data"]?["argv"]?.array?.first == "ledgerctl")
  }
}
