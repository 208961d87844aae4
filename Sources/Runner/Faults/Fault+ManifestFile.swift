import BatchModel
import Core
import Files

/// What is wrong with the files that a batch is made of: manifests and images that are to be drafted.
extension Fault {
  /// A manifest that is not there, or is not a regular file.
  static func manifestMissing(_ path: String, _ refusal: InputFile.Refusal) -> Fault {
    var message = "Can't read the manifest \"\(path)\": expected a regular file, found \(refusal.found)."
    var hint: String?
    switch refusal {
    case .missing:
      message = "No manifest is at \"\(path)\"."
      hint = "Name a manifest, or - for standard input. `ledgerctl manifest --help` says how to draft one."
    case .notRegular(.folder):
      message = "\"\(path)\" is a folder: expected a manifest."
      hint =
        "Draft a manifest of its images with `ledgerctl manifest \(ShellWord.quoted(path)) -o batch.json`."
    case .notRegular, .unreadable, .link: break
    }
    return Fault(.manifestMissing, message, hint: hint, path: path)
  }

  /// Something in a manifest's place that is clearly no manifest.
  static func manifestIsAnother(_ path: String, _ kind: ForeignInput) -> Fault {
    let subject = path == "-" ? "Standard input" : "\"\(path)\""
    let hint: String? =
      switch kind {
      case .image(_, isPNG: true) where path != "-":
        "Draft a manifest of it with `ledgerctl manifest \(ShellWord.quoted(path)) -o batch.json`."
      case .image(_, isPNG: true):
        "Name the image's file: `ledgerctl manifest --help` says how to draft a manifest."
      case .image: "Images must be PNG files. A manifest is JSON: see `ledgerctl schema manifest`."
      case .utf16: "Save it as UTF-8."
      case .binary, .markup, .yaml, .table: "A manifest is JSON: see `ledgerctl schema manifest`."
      }
    return Fault(
      .manifestKind, "\(subject) is \(kind.name): expected a manifest, which is JSON.",
      hint: hint, path: path, line: 1, column: 1)
  }

  /// An image other than the one that the manifest's score was given for.
  static func manifestOtherImage(_ path: String, expected: Digest, found: Digest, asset: AssetID) -> Fault {
    Fault(
      .manifestOtherImage,
      "The image \"\(path)\" of the asset \"\(asset)\": expected the SHA-256 \(expected.hex), found \(found.hex).",
      hint: "Validate the new image and give its `sha256`, or leave `sha256` out.", asset: asset.text)
  }

  /// A folder in which no image is.
  static func noImages(_ path: String) -> Fault {
    Fault(
      .noImages, "No image is in \"\(path)\": expected PNG files, found none.",
      hint: "Folders are read one level deep; `layout.categories` names the sub-folders that are read too.",
      path: path)
  }

  /// A file name that no manifest can hold.
  static func fileNameUnreadable(_ path: String) -> Fault {
    Fault(
      .manifestPath,
      "The file name \"\(path)\" can't be used in a manifest: expected UTF-8, found other bytes.",
      hint: "Rename the file.", path: path)
  }

  /// An image that can't be drafted, for its header says that it can't be read.
  static func draftImage(_ path: String, _ fault: Fault) -> Fault {
    let why = fault.message.split(separator: "can't be read: ").last.map(String.init) ?? fault.message
    return Fault(
      .draftImage,
      "The image \"\(path)\" can't be drafted: \(why)" + (why.hasSuffix(".") ? "" : "."),
      hint: "Export it as PNG again, or leave it out.", path: path)
  }

  static func draftImageTwice(_ path: String, before: String) -> Fault {
    Fault(
      .draftImageTwice,
      "The image \"\(path)\" is there twice: expected every image once, found its bytes in \"\(before)\" already.",
      path: path)
  }

  static func draftIDTwice(_ id: String, one: String, other: String) -> Fault {
    Fault(
      .manifestRepeatedID,
      "Two files give the id \"\(id)\": expected one, found \"\(one)\" and \"\(other)\".",
      hint: "Rename one of them.", asset: id, path: other)
  }

  /// Images without a score; there is no default.
  static func draftWithoutScore(_ paths: [String]) -> Fault {
    let more = paths.count > 1 ? " and \(paths.count - 1) more" : ""
    return Fault(
      .manifestScore,
      "No score is given for \"\(paths.first ?? "")\"\(more): expected the one that the validation gave.",
      hint: "Add `--score N`, or fill in the sheet that `--format csv` makes.")
  }
}
