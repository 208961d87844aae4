import Core

// Targets in the working tree.
extension Fault {
  /// A string that can't be a target, whatever the working tree holds.
  package static func targetRefused(_ path: String, _ problem: TargetPath.Problem) -> Fault {
    Fault(
      .targetRefused, "Can't use \"\(path)\" as a target: \(problem.text).",
      hint: "Change `layout` in ledger.yaml, or the asset's name or category.", path: path)
  }

  package static func targetsClash(_ clash: TargetClash) -> Fault {
    Fault(
      .targetsClash, "Targets \"\(clash.one)\" and \"\(clash.other)\" clash: \(clash.kind.rawValue).",
      hint: "Give the assets other names, or change `layout` in ledger.yaml.", path: clash.other.text)
  }

  /// A target is in a state in which it must not be touched.
  package static func targetInTheWay(_ target: TargetPath, _ state: TargetState, expected: String) -> Fault {
    let found =
      switch state {
      case .absent: "nothing"
      case .regular: "another file"
      case .other(let kind): kind.rawValue
      case .linkOnTheWay(let component): "the link \"\(component)\" on the way"
      case .fileOnTheWay(let component): "the file \"\(component)\" on the way"
      case .caseClash(let existing): "\"\(existing)\", which differs only by case or accents"
      }
    return Fault(
      .targetInTheWay, "Won't write \"\(target)\": expected \(expected), found \(found).",
      hint: "Move it away, then run the same command again.", path: target.text)
  }

  /// Somebody changed a target between the check and the placing; their bytes are where they put them.
  package static func targetChanged(_ target: TargetPath, _ state: TargetState) -> Fault {
    var fault = targetInTheWay(target, state, expected: "the file as it was when the batch was checked")
    fault.code = "target_changed"
    fault.hint = "The change was kept. Commit it or move it away, then run the same command again."
    return fault
  }

  /// A kill and a change by somebody met: both versions are kept, one beside the other.
  package static func targetKeptAside(_ target: TargetPath, aside: String) -> Fault {
    Fault(
      .targetKeptAside,
      "Won't write \"\(target)\": it changed while it was replaced, and its earlier bytes are in \"\(aside)\".",
      hint: "Keep which of the two you want under the target's name, remove the other, then run again.",
      path: target.text)
  }
}
