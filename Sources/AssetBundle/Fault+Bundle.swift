import BatchModel
import Core

extension Fault {
  package static func templateInvalid(file: String, line: Int, found: String, expected: String) -> Fault {
    Fault(
      .templateInvalid,
      "The template \"\(VisibleText.showing(file))\", line \(line), can't be used: "
        + "expected \(expected), found \(VisibleText.showing(found)).",
      hint: "Correct the template, or remove it to use the one that comes with ledgerctl.", path: file,
      line: line)
  }

  package static func colourUnreadable(_ text: String, name: String, asset: AssetID) -> Fault {
    Fault(
      .colourInvalid,
      "The \(name) colour \"\(VisibleText.showing(text))\" of \"\(asset)\" is not a colour: "
        + "expected # and six hexadecimal digits.",
      hint: "Retry the asset from its extract stage.", asset: asset.text)
  }

  package static func measureUnreadable(_ text: String, name: String, asset: AssetID) -> Fault {
    Fault(
      .measureInvalid, "The \(name) of \"\(asset)\" is \(text): expected a number from 0 to 1.",
      hint: "Retry the asset from its extract stage.", asset: asset.text)
  }
}
