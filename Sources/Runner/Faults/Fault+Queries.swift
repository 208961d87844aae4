import BatchModel
import Core
import GitRepository

/// Faults of looking at batches, and of the demonstration.
extension Fault {
  static func batchAmbiguous(_ word: String, matches: [String]) -> Fault {
    Fault(
      .batchAmbiguous,
      "\"\(word)\" is the beginning of several batches: "
        + matches.map { "\"\($0)\"" }.joined(separator: ", ") + ".",
      hint: "Write more of its id.")
  }

  static func assetUnknownAnywhere(_ word: String, nearest: String?) -> Fault {
    Fault(
      .assetUnknown, "No asset \"\(word.cut)\" is in the ledger.",
      hint: nearest.map { "Did you mean \"\($0)\"?" }
        ?? "See which assets a batch has with `ledgerctl status @last`.")
  }

  static func runUnknown(_ word: String) -> Fault {
    Fault(
      .runUnknown, "No run \"\(word.cut)\" is in the ledger.",
      hint: "See which runs there are with `ledgerctl events --type run.started --format jsonl`.")
  }

  static func notPackaged(_ asset: AssetID, batch: BatchID, state: String) -> Fault {
    Fault(
      .notPackaged, "Asset \"\(asset)\" of batch \"\(batch)\" is not packaged: it is \(state).",
      hint: "See the batch's status with `ledgerctl status \(batch)`.", batch: batch.text, asset: asset.text)
  }

  static func fileUnknown(_ file: String, asset: AssetID, batch: BatchID, known: [String]) -> Fault {
    Fault(
      .fileUnknown,
      "The bundle of asset \"\(asset)\" has no file \"\(file)\": it has "
        + known.map { "\"\($0)\"" }.joined(separator: ", ") + ".",
      batch: batch.text, asset: asset.text)
  }

  package static func binaryOnTerminal(_ path: String) -> Fault {
    Fault(
      .binaryOnTerminal, "The file \"\(path)\" is not shown on a terminal: expected text, found other bytes.",
      hint: "Write it out with `--to DIR`, or send it into a file with `>`.", path: path)
  }

  package static func folderNotEmpty(_ path: String) -> Fault {
    Fault(
      .folderNotEmpty,
      "The folder \"\(path)\" is in the way: expected none or an empty one, found files in it.",
      hint: "Name another folder, or remove this one.", path: path)
  }
}
