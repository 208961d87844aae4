import Foundation
import GitRepository
import Testing

@testable import Runner

@Suite("Holds hold", .timeLimit(.minutes(3)))
struct HoldTests {
  @Test("A retry keeps a hold and says so, and a resume without a name passes the batch by")
  func retryKeeps() async throws {
    let folder = try SampleFolder()
    #expect(try await folder.ledgerctl("run", "batch.json", "--until", "packaged").exit == 0)
    let retry = try await folder.ledgerctl("retry", "@last", "ASSET-4", "--from", "render")
    #expect(retry.exit == 0, "\(retry.errors)")
    #expect(retry.errors.contains("stays held"))
    #expect(retry.lines.last?.hasPrefix("Held: ") == true)
    #expect(try await folder.ledgerctl("resume").text == "Nothing to do: no batch is unfinished\n")
    #expect(try folder.commits() == 1)
    #expect(try await folder.ledgerctl("resume", "@last").exit == 0)
    #expect(try folder.commits() == 2)
  }

  @Test("A resume that is refused keeps the hold; a run without --until lifts it")
  func refusedKeeps() async throws {
    let folder = try SampleFolder()
    #expect(try await folder.ledgerctl("run", "batch.json", "--until", "packaged").exit == 0)
    try folder.makeFolder("assets/ASSET-3-nocturnal-canopy")
    try folder.write("mine", to: "assets/ASSET-3-nocturnal-canopy/usage.md")
    let refused = try await folder.ledgerctl("resume", "@last")
    #expect(refused.exit == 73)
    #expect(refused.errors.contains("stays held"))
    let status = try await folder.valid("status", "status", "@last").self
    #expect(status["batches"]?.array?.first?["status"] == "held")
    #expect(status["batches"]?.array?.first?["held"] == true)
    try FileManager.default.removeItem(atPath: folder.root + "/assets")
    #expect(try await folder.ledgerctl("resume").text == "Nothing to do: no batch is unfinished\n")
    #expect(try folder.commits() == 1)
    #expect(try await folder.ledgerctl("run", "batch.json").exit == 0)
    #expect(try folder.commits() == 2)
  }

  @Test("A run to be held in which an asset fails is held once that is retried, whoever resumes meanwhile")
  func failedIsHeldOnceRetried() async throws {
    let folder = try SampleFolder()
    let whole = try folder.read("downloads/asset-4-validated.png")
    try folder.write(Array(whole.prefix(whole.count / 2)), to: "downloads/asset-4-validated.png")
    #expect(try await folder.ledgerctl("run", "batch.json", "--until", "packaged").exit == 1)
    #expect(try await folder.ledgerctl("status").text.contains("failed"))
    #expect(try await folder.ledgerctl("resume").exit == 1)
    try folder.write(whole, to: "downloads/asset-4-validated.png")
    let retry = try await folder.ledgerctl("retry", "@last", "--refresh", "--format", "json")
    #expect(retry.exit == 0)
    let result = try retry.json()
    #expect(result["batches"]?.array?.first?["status"] == "held")
    #expect(
      result["notes"]?.array?.contains { $0["message"]?.string?.contains("stays held") == true } == true)
    #expect(try await folder.ledgerctl("resume").text == "Nothing to do: no batch is unfinished\n")
    #expect(try folder.commits() == 1)
  }
}
