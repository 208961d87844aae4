import Core
// C declares its standard streams as variables; they are never assigned here.
@preconcurrency import Glibc
import Ledger
import Runner

/// Fills a project's ledger through the real store with batches of a thousand events each, as runs write
/// them.
@main struct MillionBench {
  static func main() async {
    let arguments = CommandLine.arguments
    guard arguments.count == 3, let batches = Int(arguments[2]), batches > 0 else {
      fputs("usage: million-bench REPOSITORY BATCHES\n", stderr)
      exit(64)
    }
    do {
      try await fill(arguments[1], batches: batches)
    } catch {
      fputs("million-bench: \(error)\n", stderr)
      exit(74)
    }
  }

  /// How many batches are written at once, so that their events are mixed and share syncs.
  private static let atOnce = 64

  private static func fill(_ root: String, batches: Int) async throws {
    let project = try Project.open(from: root, .making, environment: ["PATH": "/usr/bin:/bin"])
    try await withThrowingTaskGroup(of: Void.self) { group in
      for number in 0..<batches {
        if number >= atOnce { try await group.next() }
        group.addTask {
          try await LongBatch(number, root: root).append(to: project.store)
        }
      }
      try await group.waitForAll()
    }
    try LedgerHeadFile.write(try await project.store.head(), in: project.store.folder)
    await project.store.close()
  }
}

/// A batch that was tried again and again until it had a thousand events, and then landed.
private struct LongBatch {
  private static let eventCount = 1000
  private static let assetIDs = (1...5).compactMap { AssetID("ASSET-\($0)") }

  private let id: String
  private let run: String
  private var facts: [BatchEvent] = []

  init(_ number: Int, root: String) throws {
    id = "batch-\(number)"
    run = "r\(number)"
    let draft = ManifestDraft(
      batchID: id,
      assets: Self.assetIDs.map { asset in
        ManifestDraft.Asset(
          id: asset.text, path: "downloads/\(asset.text).png", score: 95,
          specs: ["name": .string("Piece \(number)"), "category": "patterns"])
      })
    let manifest = try draft.manifest(relativeTo: root)
    facts = [
      .batchRegistered(
        Registration(
          manifest: manifest, manifestDigest: manifest.digest,
          images: Self.assetIDs.map {
            PinnedImage(asset: $0, digest: Self.digest($0.text), sizeBytes: 400_000)
          },
          configuration: Configuration(), templates: [:], branch: "refs/heads/main", tip: nil, base: nil,
          author: "Bench <bench@example.org>", committer: "Bench <bench@example.org>",
          toolVersion: Project.version,
          forced: [])),
      .runStarted(RunStart(host: "bench", process: 1, toolVersion: Project.version)),
    ]
    // The end takes 9 events, a round 50, the first 45.
    addRound(0)
    var round = 1
    while facts.count + 50 + 9 <= Self.eventCount {
      addRound(round)
      round += 1
    }
    while facts.count + 9 + 2 <= Self.eventCount {
      facts.append(.runStarted(RunStart(host: "bench", process: 1, toolVersion: Project.version)))
      facts.append(
        .runFinished(RunFinish(exit: .canGoOn, code: nil, retryAt: nil, durationMs: 1, held: false)))
    }
    addEnd(number)
  }

  private mutating func addRound(_ round: Int) {
    for asset in Self.assetIDs {
      if round > 0 {
        facts.append(.assetRetried(asset, AssetRetry(by: "bench", from: .validate, salt: "\(run)-\(round)")))
      }
      for stage in Stage.ofAsset {
        let ref = StageRef(asset, stage, attempt: 1)
        let key = StageKey([
          .init("stage", "\(stage.rawValue)/1"), .init("image", Self.digest(asset.text).hex),
          .init("extractor.setup", Self.digest("setup").hex), .init("retry", "\(id)-\(round)"),
        ])
        facts.append(.stageStarted(ref, StageStart(key: key)))
        facts.append(
          .stageCompleted(
            ref,
            StageCompletion(
              how: .executed, key: key,
              outputs: [StageOutput(name: "out.json", digest: Self.digest(stage.rawValue), sizeBytes: 400)],
              durationMs: 12)))
      }
      facts.append(.assetPackaged(asset, AssetPackage(bundle: Self.digest("package"))))
    }
  }

  private mutating func addEnd(_ number: Int) {
    let sha = String(Self.digest("commit \(number)").hex.prefix(40))
    let place = StageRef(nil, .place, attempt: 1)
    let commit = StageRef(nil, .commit, attempt: 1)
    let done = StageCompletion(how: .executed, key: nil, outputs: [], durationMs: 5)
    facts += [
      .stageStarted(place, StageStart(targets: [], folders: [])), .stageCompleted(place, done),
      .batchPlaced(Placement(targets: [], createdFolders: [], inWorkingTree: true)),
      .stageStarted(commit, StageStart()),
      .commitIntended(CommitIntent(ref: "refs/heads/main", old: nil, new: sha, object: "")),
      .commitConfirmed(CommitConfirmation(sha: sha, ref: "refs/heads/main")), .stageCompleted(commit, done),
      .batchCompleted(BatchCompletion(alreadyPresent: false, commit: sha, metrics: BatchMetrics())),
      .runFinished(RunFinish(exit: .done, code: nil, retryAt: nil, durationMs: 100, held: false)),
    ]
  }

  /// Appends the events in the pieces that a fast run would.
  func append(to store: SQLiteEventStore) async throws {
    var state = BatchState()
    for start in stride(from: 0, to: facts.count, by: 20) {
      let part = facts[start..<min(start + 20, facts.count)]
      let version = state.version
      let timeMs = 1_700_000_000_000 + Int64(start)
      for fact in part { state.apply(StampedEvent(fact, timeMs: timeMs, run: run)) }
      try await store.append(
        AppendRequest(
          batch: id, expecting: version, events: part.map { $0.stored(timeMs: timeMs, run: run) },
          state: state.phase.rawValue))
    }
  }

  private static func digest(_ text: String) -> Digest { Digest.sha256(text.utf8) }
}
