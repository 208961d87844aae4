import Core
import GitRepository
import Ledger
import StrictJSON
import Testing

@testable import Runner

@Suite("Replaying outlines")
struct ReplayFoldTests {
  @Test("At every event of a real batch, the outline's fold has the phase of the full one, and the same keys")
  func agrees() async throws {
    let repository = try SampleRepository()
    defer { repository.remove() }
    let project = try repository.project()
    let request = try repository.request(project)
    _ = try await project.runner().run(request, options: RunOptions(untilPackaged: true))
    _ = try await project.runner().retry(
      request.manifest.batchID, RetryRequest(assets: [#require(AssetID("ASSET-4"))], from: .render))
    let events = try await project.store.events(matching: EventQuery())
    await project.store.close()
    #expect(events.count > 40)
    var full = BatchState()
    var light = BatchState()
    var fold = ReplayFold()
    var keys = 0
    for event in events {
      try full.take(event)
      let fact = try event.withOutline { try BatchEvent(phaseOf: $0, $0.kind) }
      light.apply(StampedEvent(fact, timeMs: event.timeMs, run: ""))
      #expect(light.phase == full.phase, "position \(event.position)")
      let key = try BatchEvent(event).stored(timeMs: event.timeMs, run: event.run).key
      #expect(event.withOutline { fold.take($0) }?.digest == key, "position \(event.position)")
      keys += key == nil ? 0 : 1
      if case .stageCompleted(_, let completion) = try BatchEvent(event) {
        #expect(
          event.payload.withUnsafeBytes { PayloadDigests(completion: $0) }.outputs.map(\.digest)
            == completion.outputs.map(\.digest))
      }
    }
    #expect(full.phase == .committed)
    #expect(fold.names == [request.manifest.batchID.text])
    #expect(fold.phases == [.committed])
    #expect(fold.needs.count > 12)
    #expect(keys > 12)
  }

  @Test(
    "An event of an asset in a batch's stage can't be read, nor one of no asset in an asset's",
    arguments: [("A", "place"), ("A", "commit"), (nil, "render"), (nil, "validate")])
  func stageOfOther(_ asset: String?, _ stage: String) {
    let event = Event(
      position: 3, version: 3, timeMs: 0, batch: "b", run: "r", type: "stage.interrupted", asset: asset,
      stage: stage, attempt: 1, payload: Array(#"{"in_doubt":false,"run":"r"}"#.utf8), previous: .zero,
      hash: .zero)
    #expect(throws: UnreadableEvent.self) { try BatchEvent(event) }
    #expect(throws: UnreadableEvent.self) { try event.withOutline { try BatchEvent(phaseOf: $0, $0.kind) } }
  }

  @Test("A string in a payload that looks like a field is not taken for one")
  func hostileText() throws {
    let digest = Digest.sha256("out".utf8)
    let text = #","key":{"digest":"\#(Digest.zero)"},"digest":"\#(Digest.zero)""#
    let completion = StageCompletion(
      how: .executed, key: StageKey([.init("specs", text)]),
      outputs: [StageOutput(name: text, digest: digest, sizeBytes: 3)], durationMs: 1, reply: text,
      notes: [text])
    let found = CanonicalJSON.encode(completion).withUnsafeBytes { PayloadDigests(completion: $0) }
    #expect(found.key?.digest == completion.key?.digest)
    #expect(found.outputs.map(\.digest) == [digest])
  }

  @Test("SQLite versions with the WAL-reset bug are distinguished from those without")
  func versions() {
    for (version, hasBug) in [
      ("3.40.1", true), ("3.44.5", true), ("3.44.6", false), ("3.45.0", true), ("3.50.6", true),
      ("3.50.7", false),
      ("3.51.2", true), ("3.51.3", false), ("3.52.0", false), ("4.0.0", false),
    ] {
      #expect(SQLiteVersion.hasWALResetBug(version) == hasBug, "\(version)")
    }
  }
}
