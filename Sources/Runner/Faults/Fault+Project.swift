import Core
import Files

// The ledger's folder and its objects.
extension Fault {
  static func ledgerNotFound(_ path: String) -> Fault {
    Fault(
      .ledgerNotFound, "No ledger at \"\(path)\": expected a folder that holds \".ledger\".",
      hint: "Make one with `ledgerctl init \(path)`.", path: path)
  }

  /// Something in the ledger's folder is a link or of another kind than ours.
  static func ledgerEntryRefused(_ path: String, expected: FileKind, found: FileKind) -> Fault {
    Fault(
      .ledgerEntryRefused, "Won't use \"\(path)\": expected \(expected.rawValue), found \(found.rawValue).",
      hint: "Nothing in a ledger's folder is followed elsewhere: move the link or file away, then run again.",
      path: path)
  }

  /// A ledger was named that belongs to another project than the repository to work in.
  static func ledgerOfAnother(_ ledger: String, project: String, repository: String) -> Fault {
    Fault(
      .ledgerOfAnotherProject,
      "The ledger \"\(ledger)\" belongs to the project \"\(project)\", "
        + "and the repository to work in is \"\(repository)\": expected both of one project.",
      hint: "Name that project with `--repo \(project)`, or leave the ledger out to use its own.",
      path: ledger)
  }
}
