import GitRepository
import StrictJSON
import Testing

@testable import Runner

@Suite("doctor")
struct DoctorTests {
  @Test("Where all is well it says so of everything, with and without a ledger")
  func fine() async throws {
    let folder = try SampleFolder()
    let bare = try await folder.valid("doctor", "doctor")
    #expect(bare["fine"] == true)
    #expect(!folder.exists(".ledger"))
    #expect(try await folder.ledgerctl("run", "batch.json").exit == 0)
    let diagnosis = try await folder.valid("doctor", "doctor")
    let names = (diagnosis["checks"]?.array ?? []).compactMap { $0["name"]?.string }
    #expect(
      names == [
        "sqlite", "git", "identity", "branch", "project", "file_system", "space", "locks", "memory",
        "configuration", "extractor",
      ])
    let text = try await folder.ledgerctl("doctor")
    #expect(text.exit == 0)
    #expect(text.lines.allSatisfy { $0.hasPrefix("ok   ") })
  }

  @Test("It shows every setting's value and where it came from")
  func settings() async throws {
    let folder = try SampleFolder()
    #expect(try await folder.ledgerctl("init").exit == 0)
    try folder.write("limits: { max_attempts: 9 }\n", to: "ledger.yaml")
    folder.environment["LEDGERCTL_LIMITS_IN_FLIGHT"] = "2"
    let diagnosis = try await folder.valid("doctor", "doctor")
    let check = diagnosis["checks"]?.array?.first { $0["name"] == "configuration" }
    let settings = try #require(check?["facts"]?["settings"]?.array)
    func setting(_ name: String) -> JSONValue? { settings.first { $0["name"]?.string == name } }
    #expect(setting("limits.max_attempts")?["value"] == 9)
    #expect(setting("limits.max_attempts")?["origin"]?.string == folder.root + "/ledger.yaml:1")
    #expect(setting("limits.in_flight")?["value"] == 2)
    #expect(setting("limits.in_flight")?["origin"] == "LEDGERCTL_LIMITS_IN_FLIGHT")
    #expect(setting("policy.min_score")?["origin"] == "default")
  }

  @Test("What is wrong is named with a hint, and the exit status is 1")
  func findings() async throws {
    let folder = try SampleFolder()
    #expect(try await folder.ledgerctl("init").exit == 0)
    try folder.write("extractor: { kind: mcp, command: [no-such-program] }\n", to: "ledger.yaml")
    try folder.git("checkout", "-q", "--detach")
    let diagnosis = try await folder.valid("doctor", "doctor", exit: 1)
    let bad = (diagnosis["checks"]?.array ?? []).filter { $0["fine"] == false }.compactMap {
      $0["name"]?.string
    }
    #expect(bad == ["branch", "extractor"])
    let text = try await folder.ledgerctl("doctor")
    #expect(text.exit == 1)
    #expect(text.text.contains("bad  extractor"))
    #expect(text.text.contains("no-such-program"))
    try folder.write("limits: { max_attempts: many }\n", to: "ledger.yaml")
    #expect(try await folder.ledgerctl("doctor").text.contains("bad  configuration"))
  }

  @Test(
    "A program that is missing, can't be run or only says no is found, and what was not tried is said")
  func programs() async throws {
    let folder = try SampleFolder()
    try folder.write("/ledger.yaml\n/*.sh\n", to: ".git/info/exclude")
    func configure(_ command: String, kind: String = "exec") throws {
      try folder.write("extractor: { kind: \(kind), command: [\(command)] }\n", to: "ledger.yaml")
    }
    func extractor(_ words: String..., exit: Int32) async throws -> JSONValue? {
      let outcome = try await BuiltCommand.run(
        ["doctor"] + words + ["--format", "json"], in: folder.root, environment: folder.environment)
      #expect(outcome.exit == exit, "\(words) \(outcome.text)")
      return try outcome.json()["checks"]?.array?.first { $0["name"] == "extractor" }
    }
    try folder.write("#!/bin/sh\n", to: "plain.sh")
    for command in ["./typo.sh", "./plain.sh", "no-such-program", "./downloads"] {
      for kind in ["exec", "mcp"] {
        try configure(command, kind: kind)
        #expect(try await extractor(exit: 1)?["fine"] == false)
        #expect(try await extractor("--contact", exit: 1)?["fine"] == false)
        let plan = try await folder.ledgerctl("plan", "batch.json")
        #expect(plan.exit != 0 && plan.errors.contains("The program \""), "\(command) \(plan.errors)")
      }
    }
    try folder.write("#!/bin/sh\necho limited >&2; exit 75\n", to: "limited.sh")
    try folder.write("#!/bin/sh\necho prose about code\n", to: "prose.sh")
    try folder.shell("chmod +x limited.sh prose.sh")
    for command in ["./limited.sh", "./prose.sh"] {
      try configure(command)
      let unasked = try await extractor(exit: 0)
      #expect(unasked?["skipped"] == true && unasked?["found"]?.string?.contains("--contact") == true)
      #expect(try await extractor("--contact", exit: 1)?["fine"] == false)
    }
    let text = try await folder.ledgerctl("doctor")
    #expect(text.lines.contains { $0.hasPrefix("skip extractor") })
    #expect(text.lines.contains { $0.hasPrefix("skip locks") })
  }

  @Test("Outside of any repository it says so")
  func noRepository() async throws {
    let folder = try SampleFolder()
    folder.environment["GIT_CEILING_DIRECTORIES"] = "/"
    let outcome = try await BuiltCommand.run(["doctor"], in: "/", environment: folder.environment)
    #expect(outcome.exit == 1)
    #expect(outcome.text.contains("bad  git"))
  }
}
