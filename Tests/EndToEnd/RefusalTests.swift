import Foundation
import GitRepository
import StrictJSON
import Testing

@testable import Runner

@Suite("What is refused, with which exit status, and that nothing is written")
struct RefusalTests {
  /// A manifest that breaks a rule, and what is said about it.
  struct Breach: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var culprits: [String]
    var change: @Sendable (inout ManifestDraft) -> Void
  }

  static let breaches = [
    Breach(testDescription: "six assets", culprits: ["ASSET-13"]) { draft in
      for number in 11...13 {
        var asset = draft.assets[0]
        asset.id = "ASSET-\(number)"
        draft.assets.append(asset)
      }
    },
    Breach(testDescription: "scores of 89.9 and 12", culprits: ["ASSET-3", "ASSET-6"]) { draft in
      draft.assets[0].score = 89.9
      draft.assets[2].score = 12
    },
    Breach(testDescription: "an id that is there twice but for case", culprits: ["asset-3"]) { draft in
      draft.assets[1].id = "asset-3"
    },
    Breach(testDescription: "paths that lead elsewhere as ids", culprits: ["../x", "--output=x"]) { draft in
      draft.assets[0].id = "../x"
      draft.assets[1].id = "--output=x"
    },
  ]

  @Test(
    "A manifest that breaks a rule is refused with 65, every culprit named, nothing registered",
    arguments: breaches)
  func manifest(_ breach: Breach) async throws {
    let folder = try SampleFolder()
    try folder.writeManifest { breach.change(&$0) }
    let refused = try await folder.ledgerctl("run", "batch.json", "--format", "json")
    #expect(refused.exit == 65)
    let errors = try #require(try refused.json()["errors"]?.array)
    for culprit in breach.culprits {
      #expect(errors.contains { $0["message"]?.string?.contains(culprit) == true }, "\(culprit)")
    }
    #expect(errors.allSatisfy { $0["line"] != nil && $0["exit"] == 65 })
    #expect(!folder.exists(".ledger"))
    #expect(try folder.git("status", "--porcelain") == "")
    let told = try await folder.ledgerctl("run", "batch.json")
    #expect(told.exit == 65)
    #expect(told.text == "")
    #expect(told.errors.split(separator: "\n").count { $0.hasPrefix("error: batch.json:") } == errors.count)
  }

  @Test("Pictures that are missing or no files are refused with 66, all of them at once")
  func missingPictures() async throws {
    let folder = try SampleFolder()
    try folder.writeManifest { draft in
      draft.assets[0].path = "downloads/gone.png"
      draft.assets[2].path = "downloads"
    }
    let refused = try await folder.ledgerctl("run", "batch.json", "--format", "json")
    #expect(refused.exit == 66)
    let errors = try #require(try refused.json()["errors"]?.array)
    #expect(errors.map { $0["asset"]?.string } == ["ASSET-3", "ASSET-6"])
    #expect(try await folder.events().isEmpty)
  }

  /// Words, and what they end with.
  static let usages: [(words: [String], exit: Int32, says: String)] = [
    (["rnu"], 64, "Did you mean `ledgerctl run`?"),
    (["--repo", ".", "stats"], 64, "Did you mean `ledgerctl status`?"),
    (["run"], 64, "ledgerctl run --help"),
    (["run", "batch.json", "--untill", "packaged"], 64, "--until"),
    (["run", "batch.json", "--max-wait", "soon"], 64, "soon"),
    (["run", "batch.json", "--jobs", "0"], 64, "--jobs"),
    (["run", "gone.json"], 66, "gone.json"),
    (["run", "downloads"], 66, "a folder"),
    (["status", "nobody"], 64, "nobody"),
    (["retry", "@last"], 64, "@last"),
    (["events", "--type", "stage.fialed"], 64, "Did you mean 'stage.failed'?"),
    (["events", "--follow", "--reverse"], 64, "--reverse"),
    (["events", "--since", "some day"], 64, "some day"),
    (["--ledger", "downloads", "status"], 78, "downloads"),
    (["--repo", "/", "run", "batch.json"], 78, "git repository"),
  ]

  @Test("Words that can't be understood end with their status and say what was meant", arguments: usages)
  func usage(_ usage: (words: [String], exit: Int32, says: String)) async throws {
    let folder = try SampleFolder()
    #expect(try await folder.ledgerctl("init").exit == 0)
    let told = try await BuiltCommand.run(usage.words, in: folder.root, environment: folder.environment)
    #expect(told.exit == usage.exit)
    #expect(told.text == "")
    #expect(told.errors.hasPrefix("error: "))
    #expect(told.errors.contains(usage.says), "\(told.errors)")
  }

  @Test("With --format json, faults are one line of JSON on stdout, those of the arguments too")
  func faultsAsJSON() async throws {
    let folder = try SampleFolder()
    for (words, exit) in [
      (["run", "gone.json"], 66), (["run"], 64), (["status", "x"], 64),
      (["run", "batch.json", "--jobs", "0"], 64),
      (["show", "x"], 64), (["rnu"], 64), (["cancel", "x"], 64), (["report", "x"], 64),
    ] {
      let told = try await BuiltCommand.run(
        words + ["--format", "json"], in: folder.root, environment: folder.environment)
      #expect(told.exit == exit, "\(words)")
      #expect(told.errors == "", "\(words)")
      let result = try told.json()
      #expect(result["schema"]?.string == "ledgerctl/result/v1")
      #expect(result["errors"]?.array?.first?["exit"] == JSONValue(exit))
    }
  }

  @Test("A ledger.yaml with faults stops with 78, all of them told at once")
  func configuration() async throws {
    let folder = try SampleFolder()
    try folder.write("limits: { in_flihgt: 2 }\npolicy: { max_assets: many }\n", to: "ledger.yaml")
    let refused = try await folder.ledgerctl("run", "batch.json")
    #expect(refused.exit == 78)
    #expect(refused.errors.split(separator: "\n").count { $0.hasPrefix("error: ") } == 2)
    #expect(refused.errors.contains("Did you mean \"in_flight\"?"))
  }

  @Test("Text from a manifest is shown with its escapes visible")
  func hostileText() async throws {
    let folder = try SampleFolder()
    try folder.writeManifest {
      $0.assets[0].specs = ["name": "A", "category": "\u{1B}]0;owned\u{7}\u{202E}"]
    }
    let told = try await folder.ledgerctl("run", "batch.json")
    #expect(told.exit == 65)
    #expect(!told.errors.unicodeScalars.contains { $0.value == 0x1B || $0.value == 0x202E || $0.value == 7 })
    #expect(told.errors.contains("\\u{1b}") || told.errors.contains("\\u001b"), "\(told.errors)")
  }
}
