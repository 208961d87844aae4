import Ledger

/// Faults of looking at batches, and of the demonstration.
extension Fault {
  static func batchAmbiguous(_ word: String, matches: [String]) -> Fault {
    Fault(
      "batch_ambiguous", exit: .usage,
      "\"\(word)\" is the beginning of several batches: "
        + matches.map { "\"\($0)\"" }.joined(separator: ", ") + ".",
      hint: "Write more of its id.")
  }

  static func notPackaged(_ asset: AssetID, batch: BatchID, state: String) -> Fault {
    Fault(
      "not_packaged", exit: .usage,
      "Asset \"\(asset)\" of batch \"\(batch)\" is not packaged: it is \(state).",
      hint: "See where it stands with `ledgerctl status \(batch)`.", batch: batch.text, asset: asset.text)
  }

  static func fileUnknown(_ file: String, asset: AssetID, batch: BatchID, known: [String]) -> Fault {
    Fault(
      "file_unknown", exit: .usage,
      "The bundle of asset \"\(asset)\" has no file \"\(file)\": it has "
        + known.map { "\"\($0)\"" }.joined(separator: ", ") + ".",
      batch: batch.text, asset: asset.text)
  }

  static func folderNotEmpty(_ path: String) -> Fault {
    Fault(
      "folder_not_empty", exit: .inTheWay,
      "The folder \"\(path)\" is in the way: expected none or an empty one, found files in it.",
      hint: "Name another folder, or remove this one.", path: path)
  }
}
