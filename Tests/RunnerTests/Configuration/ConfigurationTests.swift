import Core
import Files
import Testing

@testable import Runner

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

@Suite("Configuration")
struct ConfigurationTests {
  /// A file of `Tests/Fixtures/configurations`; `Tests/Schemas/check.py` reads the same.
  struct Fixture: Decodable, Sendable, CustomTestStringConvertible {
    var name: String
    /// Every fault as `line:column code`.
    var faults: [String]
    var testDescription: String { name }

    static let folder =
      "/" + "\(#filePath)".split(separator: "/").dropLast(3).joined(separator: "/")
      + "/Fixtures/configurations"

    static let all: [Fixture] = {
      guard let bytes = try? InputFile.beginning(of: "\(folder)/cases.json", limitBytes: 1 << 20),
        let fixtures = try? JSONDecoder().decode([Fixture].self, from: Data(bytes))
      else { preconditionFailure("There are no fixtures in \(folder).") }
      return fixtures
    }()

    var bytes: [UInt8] {
      get throws { try InputFile.beginning(of: "\(Self.folder)/\(name).yaml", limitBytes: 1 << 20) }
    }
  }

  static func faults(_ read: () throws(Faults) -> Configuration) -> [Fault] {
    do throws(Faults) {
      _ = try read()
      return []
    } catch {
      return error.all
    }
  }

  static func read(_ text: String, _ environment: [String: String] = [:]) throws(Faults) -> Configuration {
    try Configuration.read(Array(text.utf8), path: "ledger.yaml", environment: environment)
  }

  @Test("Every fixture is taken, or refused with all its faults and their places", arguments: Fixture.all)
  func fixtures(_ fixture: Fixture) throws {
    let bytes = try fixture.bytes
    let faults = Self.faults { () throws(Faults) in try Configuration.read(bytes, path: "ledger.yaml") }
    let told = faults.map { "\($0.line ?? 0):\($0.column ?? 0) \($0.code)" }
    #expect(told == fixture.faults)
    #expect(faults.allSatisfy { $0.exit == .configuration && $0.path == "ledger.yaml" })
    #expect(fixture.faults.isEmpty == fixture.name.hasPrefix("good-"))
  }

  @Test("The cases and the files of the fixtures' folder are the same")
  func fixturesAreListed() throws {
    let files = try FileManager.default.contentsOfDirectory(atPath: Fixture.folder)
    #expect(Set(files) == Set(Fixture.all.map { "\($0.name).yaml" } + ["cases.json"]))
  }

  @Test("The contract's example, written out, says what the defaults say but for its extractor")
  func readsWhole() throws {
    let fixture = try #require(Fixture.all.first { $0.name == "good-whole" })
    var expected = Configuration()
    expected.extractor.kind = .mcp
    expected.extractor.command = ["python3", "servers/flash_sidekick.py"]
    expected.extractor.env = ["GEMINI_API_KEY"]
    expected.extractor.protocolVersion = .handshake
    expected.extractor.model = "gemini-2.5-flash"
    expected.templates = "templates"
    expected.commit.sign = true
    #expect(try Configuration.read(fixture.bytes, path: "ledger.yaml") == expected)
  }

  @Test("With batch: true the tool and its arguments are the aggregated call's, unless they are given")
  func batchDefaults() throws {
    let batch = try Self.read("extractor: { kind: mcp, command: [x], batch: true }").extractor
    #expect(batch.tool == "batch_file_analysis")
    #expect(batch.arguments == ["analysis_type": "quality", "file_paths": "@briefs"])
    let given = try Self.read(
      "extractor: { kind: mcp, command: [x], batch: true, tool: t, arguments: { b: 010, a: '1', c: [1.50, ~] } }"
    ).extractor
    #expect(given.tool == "t")
    #expect(given.arguments == ["a": "1", "b": "010", "c": [1.5, nil]])
  }

  @Test("Flags win over the environment, the environment over the file, the file over defaults")
  func precedence() throws {
    let file = "limits: { in_flight: 2, max_attempts: 3, max_wait: 1m }\ncommit: { branch: from-file }"
    let environment = [
      "LEDGERCTL_LIMITS_IN_FLIGHT": "4", "LEDGERCTL_LIMITS_MAX_WAIT": "2h",
      "LEDGERCTL_COMMIT_BRANCH": "from-env",
      "LEDGERCTL_POLICY_MIN_SCORE": "80.5", "LEDGERCTL_POLICY_MAX_ASSETS": "", "LEDGERCTL_LEDGER": "/x",
      "HOME": "/",
    ]
    let overrides = Configuration.Overrides(branch: "from-flag", maxWait: .seconds(5), inFlight: 7)
    let configuration = try Configuration.read(
      Array(file.utf8), path: "ledger.yaml", environment: environment, overrides: overrides)
    #expect(configuration.limits.inFlight == 7)
    #expect(configuration.limits.maxWait == .seconds(5))
    #expect(configuration.limits.maxAttempts == 3)
    #expect(configuration.limits.requestsPerMinute == 55)
    #expect(configuration.commit.branch == "from-flag")
    #expect(configuration.policy.minScore == 80.5)
    #expect(configuration.policy.maxAssets == 5)
    let withoutFlags = try Self.read(file, environment)
    #expect(withoutFlags.limits.inFlight == 4)
    #expect(withoutFlags.limits.maxWait == .seconds(7200))
    #expect(withoutFlags.commit.branch == "from-env")
  }

  @Test("A wrong variable of the environment is named, with the nearest that there is")
  func refusesEnvironment() {
    let environment = ["LEDGERCTL_LIMITS_INFLIGHT": "2", "LEDGERCTL_EXTRACTOR_KIND": "remote"]
    let faults = Self.faults { () throws(Faults) in try Self.read("", environment) }
    #expect(
      faults.map(\.message) == [
        "The environment variable \"LEDGERCTL_EXTRACTOR_KIND\": expected one of local, mcp, exec, found remote.",
        "The environment variable \"LEDGERCTL_LIMITS_INFLIGHT\" is not a setting: expected one of "
          + "\"LEDGERCTL_COMMIT_BRANCH\", \"LEDGERCTL_EXTRACTOR_KIND\", \"LEDGERCTL_LIMITS_IN_FLIGHT\", "
          + "\"LEDGERCTL_LIMITS_MAX_ATTEMPTS\", \"LEDGERCTL_LIMITS_MAX_WAIT\", "
          + "\"LEDGERCTL_LIMITS_REQUESTS_PER_MINUTE\", \"LEDGERCTL_POLICY_MAX_ASSETS\", "
          + "\"LEDGERCTL_POLICY_MAX_BYTES\", \"LEDGERCTL_POLICY_MIN_SCORE\", "
          + "\"LEDGERCTL_POLICY_STRIP_METADATA\".",
      ])
    #expect(faults.map(\.hint) == [nil, "Did you mean \"LEDGERCTL_LIMITS_IN_FLIGHT\"?"])
  }

  @Test("A wrong flag is a fault of usage")
  func refusesFlags() {
    let overrides = Configuration.Overrides(branch: "a b", inFlight: 0)
    let faults = Self.faults { () throws(Faults) in
      try Configuration.read(nil, path: "ledger.yaml", overrides: overrides)
    }
    #expect(faults.map(\.exit) == [.usage, .usage])
    #expect(
      faults.map(\.message) == [
        "\"--branch\": expected a branch's name, found a b.",
        "\"--jobs\": expected a whole number from 1 to 1000, found 0.",
      ])
  }

  @Test("A mistaken key is told with what is known and what was probably meant")
  func didYouMean() {
    let faults = Self.faults { () throws(Faults) in try Self.read("limits: { inflight: 2 }\ncomit: {}") }
    #expect(
      faults.map(\.message) == [
        "\"limits.inflight\" in \"ledger.yaml\" is not a setting: expected one of \"requests_per_minute\", "
          + "\"in_flight\", \"max_attempts\", \"max_wait\".",
        "\"comit\" in \"ledger.yaml\" is not a setting: expected one of \"extractor\", \"limits\", \"policy\", "
          + "\"layout\", \"templates\", \"commit\", \"drafts\".",
      ])
    #expect(faults.map(\.hint) == ["Did you mean \"in_flight\"?", "Did you mean \"commit\"?"])
  }

  @Test("A value below env that may be a secret is not repeated")
  func keepsSecrets() {
    let faults = Self.faults { () throws(Faults) in try Self.read("extractor: { env: [\"KEY=s3cret\"] }") }
    #expect(faults.count == 1)
    #expect(!"\(faults)".contains("s3cret"))
  }

  @Test("A configuration that was stored is read back equal, durations as text")
  func survivesCoding() throws {
    for fixture in Fixture.all where fixture.faults.isEmpty {
      let configuration = try Configuration.read(fixture.bytes, path: "ledger.yaml")
      let coded = try JSONEncoder().encode(configuration)
      #expect(try JSONDecoder().decode(Configuration.self, from: coded) == configuration)
      #expect(String(decoding: coded, as: UTF8.self).contains("\"timeout\":\"1m\""))
    }
  }

  @Test("A file that is not there is no fault; a folder, a FIFO or one of 65 KiB in its place is")
  func loadsFiles() throws {
    let folder = FileManager.default.temporaryDirectory.appending(
      path: "ledgerctl-\(UInt64.random(in: 0 ... .max))")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = folder.path + "/ledger.yaml"
    #expect(try Configuration.load(file: path) == Configuration())
    #expect(try Configuration.load(file: nil) == Configuration())
    try Data("policy: { max_assets: 2 }".utf8).write(to: URL(filePath: path))
    #expect(try Configuration.load(file: path).policy.maxAssets == 2)
    try Data([UInt8](repeating: 0x23, count: 65 << 10)).write(to: URL(filePath: path))
    #expect(
      Self.faults { () throws(Faults) in try Configuration.load(file: path) }.map(\.code) == [
        "configuration_syntax"
      ])
    let inTheWay = [folder.path, "/dev/null"]
    for path in inTheWay {
      let faults = Self.faults { () throws(Faults) in try Configuration.load(file: path) }
      #expect(faults.map(\.code) == ["configuration_unreadable"])
      #expect(faults.map(\.exit) == [.configuration])
    }
  }

  @Test("Deeply nested or enormous YAML is refused without overflowing the stack")
  func isBounded() {
    for text in ["[", "{a: ", "- ", "? ", "[{a: "] {
      let nested = String(repeating: text, count: (64 << 10) / text.utf8.count)
      #expect(!Self.faults { () throws(Faults) in try Self.read(nested) }.isEmpty, "\(text)")
    }
    var indented = ""
    for depth in 0..<300 { indented += String(repeating: " ", count: depth) + "a:\n" }
    #expect(!Self.faults { () throws(Faults) in try Self.read(indented) }.isEmpty)
  }

  @Test("Damaged configurations are read or refused, and never crash the reader")
  func survivesDamage() throws {
    let seed = UInt64.random(in: 0 ... .max)
    var random = SeededGenerator(seed: seed)
    let originals = try Fixture.all.map { try $0.bytes }.filter { !$0.isEmpty }
    var refused = 0
    for _ in 0..<1_500 {
      guard var bytes = originals.randomElement(using: &random),
        let other = originals.randomElement(using: &random)
      else { continue }
      let start = Int.random(in: 0..<bytes.count, using: &random)
      let end = min(bytes.count, start + Int.random(in: 0..<12, using: &random))
      let from = Int.random(in: 0..<other.count, using: &random)
      bytes.replaceSubrange(start..<end, with: other[from..<min(other.count, from + 8)])
      let faults = Self.faults { () throws(Faults) in try Configuration.read(bytes, path: "ledger.yaml") }
      if !faults.isEmpty { refused += 1 }
      #expect(faults.allSatisfy { $0.exit == .configuration }, "seed \(seed)")
    }
    #expect(refused > 100, "seed \(seed)")
  }
}
