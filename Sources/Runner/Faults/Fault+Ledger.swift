import BatchModel
import Core
import Files
import Ledger

extension Fault {
  /// Puts a store's error into words.
  static func ledger(_ error: StoreError) -> Fault {
    switch error {
    case .conflict(let batch, let expected, let found):
      Fault(
        .overtaken,
        "Another runner continued batch \"\(batch)\": expected its version \(expected), found \(found).",
        hint: "Nothing more was done here. See the batch's status with `ledgerctl status \(batch)`.",
        batch: batch)
    case .batchNamed(let existing):
      Fault(
        .batchNameTaken, "The batch id equals that of batch \"\(existing)\" but for upper and lower case.",
        hint: "Choose another `batch_id`.", batch: existing)
    case .limited(let limiter, _):
      Fault(.limited, "The limiter \"\(limiter)\" allows no call yet.")
    case .busy(let path, let holder):
      Fault(
        .ledgerBusy,
        "The ledger's lock \"\(path)\" was not free in time: "
          + (holder.map { "process \($0) holds it." } ?? "another process holds it."),
        hint: "Try again once that process has ended.", path: path)
    case .poisoned(let cause):
      Fault(
        .ledgerUnknown, "Writing the ledger failed, and whether it is on disk is not known: \(cause).",
        hint: "Look after the disk, then run the same command again: it reads what is there.")
    case .failed(let operation, let code, let message):
      Fault(
        .ledgerFailed, "The ledger's \(operation) failed: \(message) (\(code)).",
        hint: "Look after the disk, then run the same command again.")
    case .diskFull(let path):
      ledgerDiskFull(path, lacksInodes: FileSystemFacts.lacksInodes(around: path))
    case .notPermitted(let path, let code):
      FileOwner.fault("Can't use the ledger \"\(path)\"", path, code, code: .ledgerNotPermitted)
    case .tailLost(let path, let named, let end):
      Fault(
        .ledgerTailLost,
        named > end
          ? "The end of the ledger is gone: \"\(path)\" names position \(named), and the ledger ends at \(end)."
          : "The ledger is not the one that \"\(path)\" was written for: position \(named) holds another event.",
        hint: "`ledgerctl verify` says what is there. Nothing was changed: put back `ledger.db` and "
          + "`ledger.db-wal` of one time from a copy.",
        path: path)
    case .damaged(let path, let finding):
      Fault(
        .ledgerDamaged, "The ledger \"\(path)\" is damaged: \(finding).",
        hint: "Nothing was changed. See `ledgerctl verify`.", path: path)
    case .newer(let path, let found, let supported):
      Fault(
        .ledgerNewer,
        "The ledger \"\(path)\" has schema version \(found); this command knows up to \(supported).",
        hint: "Use a newer ledgerctl. Nothing was changed.", path: path)
    case .migrationEdited(let name, let expected, let found):
      Fault(
        .migrationEdited,
        "The migration \"\(name)\" is not the one this ledger was made with: "
          + "expected \(expected), found \(found).",
        hint: "Use the released ledgerctl that made it. Nothing was changed.")
    case .unsupported(let path, let reason):
      Fault(
        .ledgerPlace, "A ledger can't live at \"\(path)\": \(reason).",
        hint: "Keep it on a local file system, with `--ledger DIR`.", path: path)
    case .closed:
      Fault(.bug, "The ledger was used after it had been closed.")
    }
  }

  static func ledgerDiskFull(_ path: String, lacksInodes: Bool) -> Fault {
    Fault(
      .ledgerDiskFull,
      lacksInodes
        ? "No inodes are left for the ledger \"\(path)\": the file system takes no more files."
        : "No space is left for the ledger \"\(path)\".",
      hint: (lacksInodes ? "Remove some files" : "Free some space") + ", then run the same command again.",
      path: path)
  }

  /// An event that this version cannot read.
  package static func unreadable(_ event: UnreadableEvent) -> Fault {
    Fault(
      .eventUnreadable,
      "The event at position \(event.position), \"\(event.type)\", can't be read: \(event.finding).",
      hint: "Use the ledgerctl that wrote it, or a newer one. Nothing was changed.")
  }
}
