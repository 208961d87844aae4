import Foundation
import GitRepository
import SampleBatch
import StrictJSON
import Testing

@testable import Runner

@Suite("A corrected image is taken, and an asset can be left out")
struct CorrectedImageTests {
  private let image = "downloads/asset-4-validated.png"

  /// A batch whose second asset has failed for its image.
  private func failed() async throws -> (SampleFolder, whole: [UInt8]) {
    let folder = try SampleFolder()
    let whole = try folder.read(image)
    try folder.write(Array(whole.prefix(whole.count / 2)), to: image)
    let run = try await folder.ledgerctl("run", "batch.json")
    #expect(run.exit == 1)
    #expect(run.errors.contains("`ledgerctl retry \(SampleArt.batchID) ASSET-4`"))
    #expect(run.errors.contains("`ledgerctl cancel \(SampleArt.batchID) ASSET-4 --why TEXT`"))
    #expect(run.text.contains("2 of 3 assets packaged, 1 failed"), "\(run.text)")
    return (folder, whole)
  }

  @Test(
    "run, resume and retry take the present bytes of what has failed, and say so",
    arguments: ["run", "resume", "retry"])
  func taken(verb: String) async throws {
    let (folder, whole) = try await failed()
    // Unchanged, nothing is tried again.
    #expect(try await folder.ledgerctl("resume", SampleArt.batchID).exit == 1)
    #expect(try await folder.events("--type", "asset.retried").isEmpty)
    try folder.write(whole, to: image)
    let words = verb == "run" ? ["run", "batch.json"] : [verb, SampleArt.batchID]
    let outcome = try await BuiltCommand.run(
      words + ["--format", "json"], in: folder.root, environment: folder.environment, input: [])
    #expect(outcome.exit == 0, "\(outcome.text)")
    let notes = try #require(try outcome.json()["notes"]?.array)
    #expect(notes.contains { $0["code"] == "image_taken" && $0["asset"] == "ASSET-4" })
    #expect(
      notes.contains { $0["message"] == "Score 95 was given before the image changed." }
        || notes.contains { $0["code"] == "score_older" })
    let retried = try await folder.events("--type", "asset.retried")
    #expect(retried.count == 1 && retried.first?["data"]?["image"] != nil)
    #expect(try folder.commits() == 2)
  }

  @Test("--pinned keeps the registered bytes; a file that is gone leaves them, with a note")
  func pinned() async throws {
    let (folder, whole) = try await failed()
    try folder.write(whole, to: image)
    let pinned = try await folder.ledgerctl("retry", "@last", "--pinned")
    #expect(pinned.exit == 1 && pinned.errors.contains("ends too early"))
    try FileManager.default.removeItem(atPath: folder.root + "/" + image)
    let gone = try await folder.ledgerctl("retry", "@last", "--format", "json")
    #expect(gone.exit == 1)
    #expect(try gone.json()["notes"]?.array?.contains { $0["code"] == "image_gone" } == true)
    try folder.write(whole, to: image)
    #expect(try await folder.ledgerctl("retry", "@last", "--refresh").exit == 0)
    #expect(try await folder.ledgerctl("retry", "@last", "--refresh", "--pinned").exit == 64)
  }

  @Test("A named asset's stages run again though it is packaged")
  func from() async throws {
    let folder = try SampleFolder()
    #expect(try await folder.ledgerctl("run", "batch.json", "--until", "packaged").exit == 0)
    let plain = try await folder.ledgerctl("retry", "@last", "ASSET-3")
    #expect(plain.exit == 64 && plain.errors.contains("--from"))
    let position = try #require(try await folder.events().last?["position"])
    _ = try await folder.ledgerctl("retry", "@last", "ASSET-3", "--from", "render")
    let started = try await folder.events(
      "--type", "stage.started", "--asset", "ASSET-3", "--after", JSONWriter.compact(position))
    #expect(started.map { $0["stage"]?.string } == ["render", "package"])
  }

  @Test("A batch continues without an asset that is left out, and the others keep what they have")
  func leftOut() async throws {
    let (folder, _) = try await failed()
    let all = try await folder.ledgerctl("cancel", "@last", "ASSET-3", "ASSET-4", "asset-6")
    #expect(all.exit == 64 && all.errors.contains("no asset left"), "\(all.errors)")
    let position = try #require(try await folder.events().last?["position"])
    let left = try await folder.ledgerctl(
      "cancel", "@last", "asset-4", "--why", "Comes next week", "--format", "json")
    #expect(left.exit == 0, "\(left.text)")
    #expect(
      try left.json()["batches"]?.array?.first?["assets"]?.array?.map { $0["asset"]?.string } == [
        "ASSET-3", "ASSET-6",
      ])
    let events = try await folder.events("--after", JSONWriter.compact(position))
    let revised = try #require(events.first { $0["type"] == "batch.revised" })
    #expect(revised["data"]?["left_out"]?.array?.first?["why"] == "Comes next week")
    #expect(revised["data"]?["actor"]?["user"] == "tester")
    #expect(events.allSatisfy { $0["type"] != "stage.completed" || $0["asset"] == nil })
    #expect(try folder.commits() == 2)
    #expect(!folder.exists("frontend/public/assets/patterns/asset-4.png"))
    // The same manifest is the same batch, which has landed.
    let again = try await folder.ledgerctl("run", "batch.json")
    #expect(again.exit == 0 && again.text.contains("Nothing to do"), "\(again.text)\(again.errors)")
    #expect(try await folder.ledgerctl("verify").exit == 0)
  }

  @Test("A held batch from which an asset is left out stays held")
  func leftOutOfHeld() async throws {
    let folder = try SampleFolder()
    #expect(try await folder.ledgerctl("run", "batch.json", "--until", "packaged").exit == 0)
    #expect(try await folder.ledgerctl("cancel", "@last", "ASSET-4", "--why", "x").exit == 0)
    #expect(try folder.commits() == 1)
    #expect(try await folder.ledgerctl("status").text.contains("held"))
    #expect(try await folder.ledgerctl("resume", "@last").exit == 0)
    #expect(try folder.commits() == 2)
  }
}
