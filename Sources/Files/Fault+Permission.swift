import Core

/// Faults of what this user may not do, or must not: other users' files and places that can't be written.
///
/// `sentence` says what failed, without its full stop.
extension Fault {
  package static func readOnlyPlace(_ sentence: String, _ path: String, code: FaultCode = .notPermitted)
    -> Fault
  {
    Fault(
      code, "\(sentence): it lies on a read-only file system.",
      hint: "Copy the project to a place that can be written, or name another ledger with `--ledger DIR`.",
      path: path)
  }

  /// The owner is this user, or not known.
  package static func modeRefuses(
    _ sentence: String, _ path: String, reason: String, tree: String, code: FaultCode = .notPermitted
  ) -> Fault {
    Fault(
      code, "\(sentence): \(reason).", hint: "chmod -R u+rwX \"\(tree)\"", path: path)
  }

  /// The path, or the folder `entry` above it, belongs to somebody else.
  package static func ownerRefuses(
    _ sentence: String, _ path: String, reason: String, entry: String, owner: String, user: FileOwner.User,
    tree: String, code: FaultCode = .notPermitted
  ) -> Fault {
    Fault(
      code,
      "\(sentence): \(reason). \(entry == path ? "It" : "\"\(entry)\"") belongs to \(owner), "
        + "and this is \(user.name).",
      hint: "sudo chown -R \(user.number) \"\(tree)\"", path: path)
  }

  /// git tracks files of a ledger: it came with the clone, and nobody here wrote it.
  package static func ledgerTracked(_ folder: String) -> Fault {
    Fault(
      .ledgerTracked,
      "Won't use the ledger \"\(folder)\": git tracks files in it, so it may have come from somebody else.",
      hint: "Remove it with `git rm -r \"\(folder)\"`, or if it is yours keep it with "
        + "`git rm -r --cached \"\(folder)\"`.",
      path: folder)
  }

  package static func ownedByAnother(_ path: String, owner: String, user: FileOwner.User) -> Fault {
    Fault(
      .foreignOwner, "Won't work with \"\(path)\": it belongs to \(owner), and this is \(user.name).",
      hint: "If you trust what is in it: sudo chown -R \(user.number) \"\(path)\"", path: path)
  }

  package static func writableByOthers(_ path: String) -> Fault {
    Fault(
      .writableByOthers, "Won't work with \"\(path)\": other users can write it.",
      hint: "chmod go-w \"\(path)\"", path: path)
  }
}
