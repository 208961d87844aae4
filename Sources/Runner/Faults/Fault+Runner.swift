import BatchModel
import Core
import GitRepository

extension Fault {
  package static func unexpected(_ error: any Error) -> Fault {
    Fault(
      .bug, "An unexpected error occurred: \(type(of: error)).",
      hint: "Please report it, with the output of `ledgerctl doctor`.")
  }

  package static func batchUnknown(_ batch: String) -> Fault {
    Fault(
      .batchUnknown, "No batch \"\(batch)\" is in the ledger.",
      hint: "See which there are with `ledgerctl status`.", batch: batch)
  }

  package static func assetUnknown(_ asset: String, batch: String, known: [AssetID]) -> Fault {
    Fault(
      .assetUnknown,
      "Batch \"\(batch)\" has no asset \"\(asset)\": it has "
        + known.map { "\"\($0)\"" }.joined(separator: ", ") + ".",
      batch: batch, asset: asset)
  }

  static func batchCommitted(_ batch: BatchID, commit: String?) -> Fault {
    Fault(
      .batchCommitted,
      "Batch \"\(batch)\" has landed"
        + (commit.map { " as commit \($0.prefix(12))" } ?? "") + " and can't be changed any more.",
      hint: "For other content, give the manifest a new `batch_id`; what still fits is reused."
        + (commit == nil ? "" : " `ledgerctl revert \(batch)` undoes what has landed."),
      batch: batch.text)
  }

  /// Something that only an unfinished batch allows.
  static func tooLate(_ batch: BatchID, commit: String?) -> Fault {
    Fault(
      .tooLate,
      "Batch \"\(batch)\" has landed" + (commit.map { " as commit \($0.prefix(12))" } ?? "")
        + ": expected one that has not.",
      hint: commit.map { _ in "`ledgerctl revert \(batch)` takes its files out again." }, batch: batch.text)
  }

  /// An id that another asset has, which nobody allowed to be replaced.
  static func assetTaken(_ taken: TakenAsset) -> Fault {
    Fault(
      .assetTaken,
      "Asset \"\(taken.asset)\" is \"\(taken.earlierName)\" already (\(taken.origin)): expected the same image or "
        + "name, found another image named \"\(taken.name)\".",
      hint: "Give the new image an id that is free, or allow it with `--replace \(taken.asset)`.",
      asset: taken.asset.text)
  }

  static func notLanded(_ batch: BatchID, state: String) -> Fault {
    Fault(
      .notLanded, "Batch \"\(batch)\" has not landed: expected a commit of it, found it \(state).",
      hint: "ledgerctl cancel \(batch)", batch: batch.text)
  }

  static func nothingToRevert(_ batch: BatchID, why: String) -> Fault {
    Fault(
      .nothingToRevert, "Batch \"\(batch)\" can't be reverted: \(why).",
      hint: "ledgerctl status \(batch)", batch: batch.text)
  }

  static func changedSince(_ path: String, _ batch: BatchID) -> Fault {
    Fault(
      .changedSince,
      "Batch \"\(batch)\" can't be reverted: \"\(path)\" was changed since; expected it as the batch left it.",
      hint: "git log -- \(ShellWord.quoted(path))", batch: batch.text, path: path)
  }

  static func batchCancelled(_ batch: BatchID) -> Fault {
    Fault(
      .batchCancelled, "Batch \"\(batch)\" was cancelled.",
      hint: "Register it again with `ledgerctl run MANIFEST`.", batch: batch.text)
  }

  static func nothingToRetry(_ batch: BatchID, asset: AssetID, state: String) -> Fault {
    Fault(
      .nothingToRetry, "Asset \"\(asset)\" of batch \"\(batch)\" has not failed: it is \(state).",
      hint: "Run its stages again all the same with `--from STAGE`.", batch: batch.text,
      asset: asset.text)
  }

  static func pinnedImageLost(_ asset: AssetID, digest: Digest, source: String) -> Fault {
    Fault(
      .imageLost,
      "The pinned image of asset \"\(asset)\" is lost, and \"\(source)\" no longer holds its bytes: "
        + "expected \(digest).",
      hint: "Take the source's present bytes with `ledgerctl retry BATCH \(asset)`.",
      asset: asset.text, path: source)
  }

  static func everyAssetLeftOut(_ batch: BatchID) -> Fault {
    Fault(
      .everyAssetLeftOut,
      "Batch \"\(batch)\" would have no asset left: expected one at least to continue with.",
      hint: "End the batch with `ledgerctl cancel \(batch)`.", batch: batch.text)
  }

  static func providedIDFRefused(_ asset: AssetID, _ problems: String) -> Fault {
    Fault(
      .idfRefused, "The manifest's IDF of asset \"\(asset)\" does not fit its image: \(problems).",
      hint: "Fix `idf` in the manifest, or leave it out.", asset: asset.text)
  }

  static func waitsTooLong(_ batch: BatchID, remainingMs: Int64) -> Fault {
    Fault(
      .waitsTooLong,
      "Batch \"\(batch)\" must wait \((remainingMs + 999) / 1000) s for its extractor, "
        + "longer in total than `--max-wait` allows.",
      hint: "Continue later with `ledgerctl resume \(batch)`, or try one call at once with "
        + "`ledgerctl resume \(batch) --now`.", batch: batch.text)
  }

  package static func stopped(_ batch: BatchID, _ status: ExitStatus, signal: String? = nil) -> Fault {
    Fault(
      .interrupted, exit: status,
      "The run of batch \"\(batch)\" was interrupted\(signal.map { " by \($0)" } ?? "").",
      hint: "Continue with `ledgerctl resume \(batch)`.", batch: batch.text)
  }

  package static func commandInterrupted(_ status: ExitStatus, signal: String) -> Fault {
    Fault(.interrupted, exit: status, "The command was interrupted by \(signal).")
  }

  static func crashLoop(_ stage: Stage, asset: AssetID?) -> Fault {
    Fault(
      .crashLoop,
      "The stage \"\(stage.rawValue)\" was interrupted \(RetryPolicy.crashLoopLimit) times in a row.",
      hint: "Find out what ends the runner there, then `ledgerctl retry`.", asset: asset?.text)
  }
}

extension Fault {
  static func templateNameUnfit(_ path: String) -> Fault {
    Fault(
      .templateNameUnfit,
      "The template \"\(path)\" can't become a file of a bundle: expected a name of at most 64 letters, digits, "
        + "\".\", \"_\" and \"-\" that no bundle has yet.",
      hint: "Rename it, or move it out of the templates' folder.")
  }

  static func templatesTooMany(_ folder: String, count: Int, limit: Int) -> Fault {
    Fault(
      .templatesTooMany,
      "The templates' folder \"\(folder)\" adds \(count) files to each bundle: expected at most \(limit).",
      hint: "Move what isn't a template out of it.")
  }

  static func templatesOutside(_ folder: String) -> Fault {
    Fault(
      .templatesOutside,
      "The templates' folder \"\(VisibleText.showing(folder))\" is outside of the project: expected one below its root.",
      hint: "Copy the templates into the project.", path: folder)
  }

  static func templatesMissing(_ folder: String) -> Fault {
    Fault(
      .templatesMissing,
      "The templates' folder \"\(folder)\" has no template: expected context.md, usage.md or files to add to each bundle.",
      hint: "Put at least one there, or leave `templates` out of ledger.yaml.",
      path: folder)
  }

  static func batchHeld(
    _ batch: BatchID, process: Int32?, host: String?, isElsewhere: Bool = false
  ) -> Fault {
    var owner = process.map { "process \($0)" + (host.map { " on \($0)" } ?? "") } ?? "another process"
    if isElsewhere { owner += ", counted in another PID namespace (a container's)" }
    return Fault(
      .batchHeld, "Batch \"\(batch)\" is being worked on by \(owner).",
      hint: "Run the same command again with `--max-wait DURATION` to wait for it.", batch: batch.text)
  }

  package static func nobodyWorks(_ batch: BatchID, next: [String]?) -> Fault {
    Fault(
      .nobodyWorks, "Nobody is working on batch \"\(batch)\", which has not ended.",
      hint: next.map { "Continue with `\($0.joined(separator: " "))`." }, batch: batch.text)
  }

  /// The code of a batch that another process works on.
  static func commitLockHeld(process: Int32?) -> Fault {
    Fault(
      .commitLockHeld,
      "Another batch is being placed or committed"
        + (process.map { " by process \($0)" } ?? "") + ", and did not end in time.",
      hint: "Run the same command again.")
  }
}

extension Fault {
  static func noLedger(_ directory: String) -> Fault {
    Fault(
      .noLedger, "No ledger was found from \"\(directory)\" upwards.",
      hint: "Make one with `ledgerctl init`, or name one with `--ledger DIR`.", path: directory)
  }
}
