import Core
import GitRepository

@testable import Runner

/// Batches, assets and facts for tests of pure code, as short to write as what they are about.
enum Batches {
  static let batch = id("batch-demo")

  static func id(_ text: String) -> BatchID {
    guard let id = BatchID(text) else { preconditionFailure("\(text) is not a batch id.") }
    return id
  }

  static func asset(_ number: Int) -> AssetID {
    guard let id = AssetID("ASSET-\(number)") else { preconditionFailure("A number makes an id.") }
    return id
  }

  static func digest(_ text: String) -> Digest { .sha256(text.utf8) }

  /// A key that nothing but its name is in.
  static func key(_ name: String) -> StageKey { StageKey([.init("test", name)]) }

  static func manifest(assets: Int, score: Double = 95) -> Manifest {
    let draft = ManifestDraft(
      batchID: batch.text,
      assets: (1...assets).map { number in
        ManifestDraft.Asset(
          id: asset(number).text, path: "asset-\(number).png", score: score,
          specs: ["name": .string("Name \(number)"), "category": "patterns"])
      })
    do { return try draft.manifest(relativeTo: "/images") } catch {
      preconditionFailure("The tests' manifest is sound: \(error)")
    }
  }

  static func registration(
    assets: Int = 2, forced: [String] = [], configuration: Configuration = Configuration()
  ) -> Registration {
    let manifest = manifest(assets: assets)
    return Registration(
      manifest: manifest, manifestDigest: manifest.digest,
      images: manifest.assets.map {
        PinnedImage(asset: $0.id, digest: digest("image \($0.id)"), sizeBytes: 10)
      },
      configuration: configuration, templates: [:], branch: "refs/heads/main", tip: nil, base: nil,
      author: "A <a@example.com>", committer: "A <a@example.com>", toolVersion: "1", forced: forced)
  }

  static let run = RunStart(host: "host", process: 7, toolVersion: "1")

  static func finish(held: Bool = false) -> RunFinish {
    RunFinish(exit: .done, code: nil, retryAt: nil, durationMs: 5, held: held)
  }

  static func completion(_ key: String, _ how: Completion = .executed, ms: Int64 = 10) -> StageCompletion {
    StageCompletion(
      how: how, key: Self.key(key), outputs: [StageOutput(name: "out", digest: digest(key), sizeBytes: 3)],
      durationMs: ms)
  }

  static func failure(next: Deadline? = nil, retryable: Bool = true) -> StageFailure {
    StageFailure(code: "bad_reply", message: "No IDF.", retryable: retryable, durationMs: 4, next: next)
  }

  static func deferral(
    _ reason: StageDeferral.Reason = .limited, until: Deadline? = nil, source: String? = "retryDelay",
    worthWaiting: Bool = true
  ) -> StageDeferral {
    StageDeferral(
      reason: reason, code: "limited", message: "429", exit: .canGoOn, until: until, source: source,
      worthWaiting: worthWaiting)
  }

  static func ref(_ asset: Int?, _ stage: Stage, _ attempt: Int = 1) -> StageRef {
    StageRef(asset.map(Self.asset), stage, attempt: attempt)
  }

  /// All events that take an asset through its stages.
  static func packaging(_ number: Int) -> [BatchEvent] {
    Stage.ofAsset.flatMap { stage -> [BatchEvent] in
      let key = "\(stage) \(number)"
      return [
        .stageStarted(ref(number, stage), StageStart(key: Self.key(key))),
        .stageCompleted(ref(number, stage), completion(key)),
      ]
    } + [.assetPackaged(asset(number), AssetPackage(bundle: digest("bundle \(number)")))]
  }

  static let targets = [
    PlannedTarget(
      path: "assets/a/context.md", asset: asset(1), role: .bundle, found: .absent, digest: digest("c"),
      old: nil),
    PlannedTarget(
      path: "assets/a/usage.md", asset: asset(1), role: .bundle, found: .replaced, digest: digest("u"),
      old: digest("old")),
    PlannedTarget(
      path: "assets/b/usage.md", asset: asset(1), role: .bundle, found: .removed, digest: nil,
      old: digest("o")),
    PlannedTarget(
      path: "public/a.png", asset: asset(1), role: .image, found: .absent, digest: digest("i"), old: nil),
  ]

  static let placement = Placement(
    targets: targets, createdFolders: ["assets", "assets/a"], inWorkingTree: true)

  static let intent = CommitIntent(
    ref: "refs/heads/main", old: String(repeating: "a", count: 40), new: String(repeating: "b", count: 40),
    object: "tree t\n\nfeat: Add\n\nLedger-Batch: batch-demo\nLedger-Head: 3:abc\n")

  /// Folds events of one run, a millisecond apart from each other.
  static func state(_ events: [BatchEvent], run: String = "run-1", fromMs: Int64 = 1_000) -> BatchState {
    BatchState.replaying(
      events.enumerated().map { StampedEvent($0.element, timeMs: fromMs + Int64($0.offset), run: run) })
  }

  /// A registered batch under way.
  static func begun(assets: Int = 2, _ events: [BatchEvent] = []) -> BatchState {
    state([.batchRegistered(registration(assets: assets)), .runStarted(run)] + events)
  }

  static let now = Moment(wallMs: 1_800_000_000_000, bootMs: 1_000_000, boot: "boot")

  static func later(_ ms: Int64) -> Deadline { Deadline(now, plusMs: ms) }
}
