import Core
import GitRepository

extension Fault {
  static func placeholderUnfinished(setting: String, text: String) -> Fault {
    Fault(
      "placeholder_invalid", exit: .configuration,
      "\"\(setting)\" is \"\(VisibleText.showing(text))\": expected every \"{{\" to have its \"}}\".",
      hint: "Write a placeholder as {{name}}.")
  }

  static func placeholderUnknown(setting: String, name: String, known: [String]) -> Fault {
    let names = known.map { "{{\($0)}}" }.joined(separator: ", ")
    return Fault(
      "placeholder_unknown", exit: .configuration,
      "\"\(setting)\" names \"{{\(VisibleText.showing(name))}}\", which is not known: expected \(names).",
      hint: "Take one of the known names, or leave it out.")
  }

  static func layoutPathRefused(setting: String, path: String, why: String, asset: AssetID) -> Fault {
    Fault(
      "layout_path_invalid", exit: .configuration,
      "\"\(setting)\" gives \"\(VisibleText.showing(path))\" for \"\(asset)\": "
        + "expected a path below the project root, found \(why).",
      hint: "Change `\(setting)` in ledger.yaml.", asset: asset.text, path: path)
  }

  static func commitSubjectRefused(text: String, why: String) -> Fault {
    Fault(
      "commit_subject_invalid", exit: .configuration,
      "\"commit.subject\" is \"\(VisibleText.showing(text))\": "
        + "expected one line of text, found \(why).",
      hint: "Change `commit.subject` in ledger.yaml.")
  }

  static func templateInvalid(file: String, line: Int, found: String, expected: String) -> Fault {
    Fault(
      "template_invalid", exit: .configuration,
      "The template \"\(VisibleText.showing(file))\", line \(line), can't be used: "
        + "expected \(expected), found \(VisibleText.showing(found)).",
      hint: "Correct the template, or remove it to use the one that comes with ledgerctl.", path: file,
      line: line)
  }

  static func colourUnreadable(_ text: String, name: String, asset: AssetID) -> Fault {
    Fault(
      "colour_invalid", exit: .someFailed,
      "The \(name) colour \"\(VisibleText.showing(text))\" of \"\(asset)\" is not a colour: "
        + "expected # and six hexadecimal digits.",
      hint: "Retry the asset from its extract stage.", asset: asset.text)
  }

  static func measureUnreadable(_ text: String, name: String, asset: AssetID) -> Fault {
    Fault(
      "measure_invalid", exit: .someFailed,
      "The \(name) of \"\(asset)\" is \(text): expected a number from 0 to 1.",
      hint: "Retry the asset from its extract stage.", asset: asset.text)
  }
}
