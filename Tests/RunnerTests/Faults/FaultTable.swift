import AssetBundle
import Core
import FileStore
import Files
import GitRepository
import Ledger
import StrictJSON
import Subprocesses

@testable import Runner

/// Every fault that a user can meet, made once with example values. Each factory of a `Fault+….swift` is here.
enum FaultTable {
  struct Row {
    /// The factory's name.
    var factory: String
    var fault: Fault

    init(_ factory: String, _ fault: Fault) {
      self.factory = factory
      self.fault = fault
    }
  }

  struct Area {
    var title: String
    var rows: [Row]
  }

  static let areas = [
    Area(title: "The command", rows: command),
    Area(title: "The manifest", rows: manifest),
    Area(title: "The configuration", rows: configuration),
    Area(title: "Files and objects", rows: files),
    Area(title: "Targets in the working tree", rows: targets),
    Area(title: "Images", rows: images),
    Area(title: "Extractors and programs", rows: extractors),
    Area(title: "Git", rows: git),
    Area(title: "Batches", rows: batches),
    Area(title: "The ledger", rows: ledger),
  ]

  static let asset = known(AssetID("ASSET-3"))
  static let batch = known(BatchID("spring"))
  static let commit = known(GitID("1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d"))
  static let digest = Digest.sha256("example".utf8)
  static let position = SourcePosition(line: 4, column: 7)
  static let target = path("assets/ASSET-3/usage.md")
  static let refused = ProcessResult(
    exit: .code(128), output: [], errorTail: Array("fatal: no such ref\n".utf8))

  static func path(_ text: String) -> TargetPath {
    known(try? TargetPath(text))
  }

  /// Unwraps an example value.
  static func known<Value>(_ value: Value?) -> Value {
    guard let value else { preconditionFailure("The example values of this table are valid.") }
    return value
  }

  private static let command: [Row] = [
    Row("usage", .usage("Unknown option '--frmat'. Did you mean '--format'?", help: "ledgerctl run --help")),
    Row("verbUnknown", .verbUnknown("rnu", known: ["run", "resume"])),
    Row("outputFailed", .outputFailed("No space left on device")),
    Row("wordUnreadable", .wordUnreadable("caf\u{FFFD}.json", index: 2)),
    Row("threadsMissing", .threadsMissing(11)),
    Row("workingDirectoryGone", .workingDirectoryGone(2)),
    Row("unexpected", .unexpected(CancellationError())),
    Row("noLedger", .noLedger("/work")),
    Row("batchUnknown", .batchUnknown("sprnig")),
    Row("batchAmbiguous", .batchAmbiguous("spring", matches: ["spring-1", "spring-2"])),
    Row("assetUnknown", .assetUnknown("ASSET-9", batch: "spring", known: [asset])),
    Row("assetUnknownAnywhere", .assetUnknownAnywhere("ASSET-9", nearest: nil)),
    Row("runUnknown", .runUnknown("r0198")),
    Row("notPackaged", .notPackaged(asset, batch: batch, state: "failed")),
    Row("fileUnknown", .fileUnknown("notes.md", asset: asset, batch: batch, known: ["context.md"])),
    Row("binaryOnTerminal", .binaryOnTerminal("frontend/public/assets/patterns/asset-3.png")),
    Row("folderNotEmpty", .folderNotEmpty("/tmp/demo")),
  ]

  private static let batches: [Row] = [
    Row("batchHeld", .batchHeld(batch, process: 4711, host: "workshop")),
    Row("batchHeld", .batchHeld(batch, process: 1, host: "workshop", isElsewhere: true)),
    Row("nobodyWorks", .nobodyWorks(batch, next: ["ledgerctl", "resume", "spring"])),
    Row("batchCommitted", .batchCommitted(batch, commit: commit.text)),
    Row("tooLate", .tooLate(batch, commit: commit.text)),
    Row(
      "assetTaken",
      .assetTaken(
        TakenAsset(
          asset: asset, kind: .replace, name: "Sun", earlierName: "Frog", batch: "fri-a",
          commit: commit.text, hasNewImage: true))),
    Row("batchCancelled", .batchCancelled(batch)),
    Row("notLanded", .notLanded(batch, state: "packaged")),
    Row("nothingToRevert", .nothingToRevert(batch, why: "a later commit has done so")),
    Row("changedSince", .changedSince("assets/ASSET-3/usage.md", batch)),
    Row("nothingToRetry", .nothingToRetry(batch, asset: asset, state: "packaged")),
    Row("everyAssetLeftOut", .everyAssetLeftOut(batch)),
    Row("waitsTooLong", .waitsTooLong(batch, remainingMs: 38_000)),
    Row("stopped", .stopped(batch, .interrupted)),
    Row("stopped", .stopped(batch, .terminated, signal: "SIGTERM")),
    Row("commandInterrupted", .commandInterrupted(.interrupted, signal: "SIGINT")),
    Row("crashLoop", .crashLoop(.extract, asset: asset)),
    Row("commitLockHeld", .commitLockHeld(process: 4711)),
    Row("batchNotSound", .batchNotSound("context.md of ASSET-3")),
    Row("intentUnreadable", .intentUnreadable(commit.text)),
    Row("placeholderUnfinished", .placeholderUnfinished(setting: "layout.bundle", text: "assets/{{asset_id")),
    Row(
      "placeholderUnknown",
      .placeholderUnknown(setting: "layout.bundle", name: "id", known: ["asset_id", "slug"])),
    Row(
      "layoutPathRefused",
      .layoutPathRefused(setting: "layout.bundle", path: "../x", why: "\"..\" in it", asset: asset)),
    Row("commitSubjectRefused", .commitSubjectRefused(text: "", why: "nothing")),
    Row(
      "templateInvalid",
      .templateInvalid(file: "templates/usage.md", line: 3, found: "{{#each}}", expected: "a section's end")),
    Row("templatesMissing", .templatesMissing("templates")),
    Row("templatesOutside", .templatesOutside("../shared")),
    Row("templateNameUnfit", .templateNameUnfit("templates/my file.css")),
    Row("templatesTooMany", .templatesTooMany("templates", count: 20, limit: 16)),
    Row("colourUnreadable", .colourUnreadable("reddish", name: "primary", asset: asset)),
    Row("measureUnreadable", .measureUnreadable("1.7", name: "coverage", asset: asset)),
  ]

  private static let ledger: [Row] =
    [
      StoreError.conflict(batch: "spring", expected: 7, found: 9),
      .batchNamed(existing: "Spring"),
      .limited(limiter: "local", until: Deadline(wallMs: 0, bootMs: 0, boot: "")),
      .busy(path: ".ledger/locks/ledger.lock", holder: 4711),
      .poisoned(cause: "fsync: Input/output error"),
      .failed(operation: "append", code: 10, message: "disk I/O error"),
      .diskFull(path: ".ledger/ledger.db"),
      .damaged(path: ".ledger/ledger.db", finding: "file is not a database"),
      .newer(path: ".ledger/ledger.db", found: 9, supported: 3),
      .migrationEdited(name: "0001_events.sql", expected: digest, found: .zero),
      .unsupported(path: "/mnt/share/.ledger", reason: "it lies on NFS, where locks cannot be trusted"),
      .tailLost(path: "/work/.ledger/head", named: 15, end: 0),
      .closed,
    ].map { Row("ledger", .ledger($0)) } + [
      Row("ledgerDiskFull", .ledgerDiskFull(".ledger/ledger.db", lacksInodes: true)),
      Row("notRepairable", .notRepairable(12)),
      Row("pruneHeld", .pruneHeld("spring", process: 4711)),
      Row(
        "unreadable",
        .unreadable(
          UnreadableEvent(position: 12, type: "stage.painted", finding: "no event type of this version"))),
    ]
}
