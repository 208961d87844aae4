import Foundation
import GitRepository
import SampleBatch
import Testing

@testable import Runner

@Suite("Reports, and what is at the tip")
struct ReportTests {
  @Test("A report tells when, how long, what was asked, what it cost, and which files came of it")
  func report() async throws {
    let folder = try SampleFolder()
    let idf =
      ##"{"schema":"idf/v1","background":"#102030","palette":{"primary":["#405060"],"accents":[]},"##
      + ##""density_zones":{"upper_left":{"coverage":0.1},"central":{"coverage":0.2},"##
      + ##""lower_right":{"coverage":0.3}},"specimens":["Wattle"]}"##
    try folder.hook("ext.sh", "cat >/dev/null\necho '\(idf)'", in: ".git/tools")
    try folder.write("/.home/\n/downloads/\n/*.json\n/ledger.yaml\n", to: ".git/info/exclude")
    try folder.write(
      "extractor: {kind: exec, command: [./.git/tools/ext.sh], price_per_call: 0.002 USD}\n",
      to: "ledger.yaml")
    #expect(try await folder.ledgerctl("plan", "batch.json").text.contains("Calls: 3 of exec, 0.006 USD"))
    let run = try await folder.ledgerctl("run", "batch.json")
    #expect(run.exit == 0, "\(run.errors)")

    let text = try await folder.ledgerctl("report", "@last")
    #expect(run.lines.allSatisfy(text.lines.contains))
    #expect(text.text.contains("Cost: 0.006 USD"), "\(text.text)")
    #expect(text.text.contains("by tester (cli): ledgerctl run batch.json"))
    let document = try await folder.valid("report", "report")
    let batch = try #require(document["batches"]?.array?.first)
    #expect(document["schema"] == "ledgerctl/report/v1")
    #expect(batch["calls"] == 3 && batch["cost"]?.array == ["0.006 USD"])
    #expect(batch["started_at"]?.string?.hasSuffix("Z") == true)
    let asset = try #require(batch["assets"]?.array?.first)
    #expect(asset["name"] == "Nocturnal Canopy" && asset["score_from"] == "manifest" && asset["score"] == 92)
    #expect(asset["stages"]?["extract"]?["how"] == "executed" && asset["calls"] == 1)
    #expect(asset["files"]?.array?.count == 4)
    #expect(batch["runs"]?.array?.first?["actor"]?["user"] == "tester")

    let csv = try await folder.ledgerctl("report", "@last", "--format", "csv")
    #expect(csv.text.hasPrefix("batch,asset,name,"))
    #expect(csv.text.components(separatedBy: "\r\n").count == 5)
    let file = try await folder.ledgerctl("report", "--format", "markdown", "-o", "downloads/report.md")
    #expect(file.exit == 0 && file.text.isEmpty)
    #expect(String(decoding: try folder.read("downloads/report.md"), as: UTF8.self).contains("| ASSET-3 |"))
    #expect(try await folder.ledgerctl("report", "--since", "yesterday").text.contains("ASSET-3"))
  }

  @Test("show lists the assets at the tip with what landed them, in a fresh clone too")
  func tip() async throws {
    let folder = try SampleFolder()
    #expect(try await folder.ledgerctl("show").errors.contains("No asset is at the tip"))
    #expect(try await folder.ledgerctl("run", "batch.json").exit == 0)
    let sha = try folder.git("rev-parse", "HEAD").trimmingCharacters(in: .newlines)
    #expect(try await folder.valid("files", "show", "@last")["files"]?.array?.count == 12)
    let file = try await folder.valid("document", "show", "@last", "ASSET-3", "tokens.json")
    #expect(file["name"]?.string?.hasSuffix("/tokens.json") == true)
    #expect(file["content"]?.string?.contains(#""asset_id": "ASSET-3""#) == true)
    try folder.git("commit", "-q", "--allow-empty", "-m", "Later")
    try FileManager.default.removeItem(atPath: folder.root + "/.ledger")
    let document = try await folder.valid("assets", "show")
    let assets = try #require(document["assets"]?.array)
    #expect(assets.map { $0["id"] } == ["ASSET-3", "ASSET-4", "ASSET-6"])
    let first = try #require(assets.first)
    #expect(first["name"] == "Nocturnal Canopy" && first["category"] == "patterns" && first["score"] == 92)
    #expect(first["url"] == "/assets/patterns/asset-3.png" && first["files"]?.array?.count == 4)
    #expect(first["batch"] == .string(SampleArt.batchID) && first["commit"] == .string(sha))
    #expect(first["size"]?["width"] != nil && first["sha256"]?.string?.count == 64)
    let csv = try await folder.ledgerctl("show", "--format", "csv")
    #expect(
      csv.text.hasPrefix("id,name,category,width,height,url,files,sha256,score,batch,commit\r\nASSET-3,"))
    #expect(try await folder.ledgerctl("show").lines.count == 3)
  }
}
