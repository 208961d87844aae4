import Core

extension Fault {
  package static func placeholderUnfinished(setting: String, text: String) -> Fault {
    Fault(
      .placeholderInvalid,
      "\"\(setting)\" is \"\(VisibleText.showing(text))\": expected every \"{{\" to have its \"}}\".",
      hint: "Write a placeholder as {{name}}.")
  }

  package static func placeholderUnknown(setting: String, name: String, known: [String]) -> Fault {
    let names = known.map { "{{\($0)}}" }.joined(separator: ", ")
    return Fault(
      .placeholderUnknown,
      "\"\(setting)\" names \"{{\(VisibleText.showing(name))}}\", which is not known: expected \(names).",
      hint: "Take one of the known names, or leave it out.")
  }

  package static func layoutPathRefused(setting: String, path: String, why: String, asset: AssetID) -> Fault {
    Fault(
      .layoutPathInvalid,
      "\"\(setting)\" gives \"\(VisibleText.showing(path))\" for \"\(asset)\": "
        + "expected a path below the project root, found \(why).",
      hint: "Change `\(setting)` in ledger.yaml.", asset: asset.text, path: path)
  }

  package static func commitSubjectRefused(text: String, why: String) -> Fault {
    Fault(
      .commitSubjectInvalid,
      "\"commit.subject\" is \"\(VisibleText.showing(text))\": "
        + "expected one line of text, found \(why).",
      hint: "Change `commit.subject` in ledger.yaml.")
  }
}
