import Core
import Files
import GitRepository
import StrictJSON

extension Fault {
  /// What kind of value was refused, as its code says.
  enum ManifestValueCode: String {
    case value = "manifest_value"
    case id = "manifest_id"
    case path = "manifest_path"
    case score = "manifest_score"
  }

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
    return Fault("manifest_missing", exit: .inputMissing, message, hint: hint, path: path)
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
      "manifest_kind", exit: .manifestRefused,
      "\(subject) is \(kind.name): expected a manifest, which is JSON.",
      hint: hint, path: path, line: 1, column: 1)
  }

  /// Bytes that are not the strict JSON a manifest must be.
  static func manifestSyntax(_ problem: JSONProblem) -> Fault {
    let (code, hint): (String, String?) =
      switch problem.kind {
      case .tooLarge: ("manifest_too_large", "Split the batch, or leave out what specs need not hold.")
      case .tooDeep: ("manifest_too_deep", nil)
      case .invalidUTF8, .byteOrderMark:
        ("manifest_encoding", "Save the manifest as UTF-8 without a byte order mark (BOM).")
      case .duplicateName: ("manifest_duplicate_member", "Keep one of the two.")
      case .numberOutOfRange: ("manifest_number", nil)
      default: ("manifest_syntax", nil)
      }
    return Fault(code, exit: .manifestRefused, "The manifest is not valid JSON: \(problem.kind).", hint: hint)
  }

  /// A field that must be there.
  static func manifestMissingMember(_ name: String, asset: String?, index: Int?) -> Fault {
    let place =
      asset.map { "The asset \"\($0)\"" } ?? index.map { "The asset at place \($0 + 1)" } ?? "The manifest"
    return Fault(
      "manifest_missing_member", exit: .manifestRefused,
      "\(place) is incomplete: expected \"\(name)\", found nothing.", asset: asset)
  }

  /// A field that nobody knows, outside of `specs`.
  static func manifestUnknownMember(
    _ name: String, nearest: String?, known: [String], within: String, asset: String?
  ) -> Fault {
    let list = known.map { "\"\($0)\"" }.joined(separator: ", ")
    return Fault(
      "manifest_unknown_member", exit: .manifestRefused,
      "\(within.prefix(1).uppercased() + within.dropFirst()) has an unknown field \"\(name.cut)\": expected only \(list).",
      hint: nearest.map { "Did you mean \"\($0)\"?" }
        ?? (asset == nil ? nil : "Move it into \"specs\"."),
      asset: asset)
  }

  /// A value of the wrong type, or one that breaks a rule.
  static func manifestValue(
    _ name: String, expected: String, found: String, asset: String?, code: ManifestValueCode
  ) -> Fault {
    let owner = asset.map { " of the asset \"\($0)\"" } ?? ""
    let number = found.hasPrefix("\"") ? Double(found.dropFirst().dropLast()) : nil
    let hint: String? =
      switch code {
      case .score where Double(found).map { $0 > 100 } == true: "Scores go up to 100."
      case .score: "Leave the asset out, or lower `policy.min_score` in ledger.yaml."
      case .path: "Give the image's path as it is, absolute or relative to the manifest."
      case .value where name == "score" && number != nil: "Remove the quotation marks."
      case .value, .id: nil
      }
    let subject = name == "the manifest" ? "The manifest" : "\"\(name)\"\(owner)"
    return Fault(
      code.rawValue, exit: .manifestRefused, "\(subject): expected \(expected), found \(found).", hint: hint,
      asset: asset)
  }

  /// An id that another asset has already, upper and lower case being the same.
  static func manifestRepeated(_ id: String, first: String, line: Int) -> Fault {
    Fault(
      "manifest_repeated_id", exit: .manifestRefused,
      "The asset id \"\(id.cut)\" is there twice: expected ids that differ by more than upper and lower case, "
        + "found \"\(first.cut)\" on line \(line) already.",
      asset: id.cut)
  }

  /// No asset, or too many.
  static func manifestCount(_ count: Int, most: Int, beyond: [String]) -> Fault {
    let names =
      beyond.isEmpty ? "" : ", beyond the limit \(beyond.map { "\"\($0)\"" }.joined(separator: ", "))"
    return Fault(
      "manifest_asset_count", exit: .manifestRefused,
      "\"assets\": expected 1 to \(most) assets, found \(count)\(names).",
      hint: count == 0 ? nil : "Split the batch; policy.max_assets sets the limit.")
  }

  /// A category that the configuration does not have.
  static func manifestCategory(_ value: JSONValue, categories: [String], asset: String?) -> Fault {
    let nearest = value.string.flatMap { Spelling.nearest(to: $0, among: categories) }
    let owner = asset.map { " of the asset \"\($0)\"" } ?? ""
    return Fault(
      "manifest_category", exit: .manifestRefused,
      "\"specs.category\"\(owner): expected one of \(categories.joined(separator: ", ")), found \(value.shown).",
      hint: nearest.map { "Did you mean \"\($0)\"?" } ?? "layout.categories in ledger.yaml names them.",
      asset: asset)
  }

  /// Design facts of the manifest that are not valid.
  static func manifestIDF(_ problem: IDFProblem, asset: String?) -> Fault {
    let owner = asset.map { " of the asset \"\($0)\"" } ?? ""
    var path = problem.path
    path.insert(.member("idf"), at: 0)
    return Fault(
      "manifest_idf", exit: .manifestRefused,
      "\"\(path.text)\"\(owner): expected \(problem.expected), found \(problem.found).",
      hint: problem.nearest.map { "Did you mean \"\($0)\"?" }, asset: asset)
  }

  /// An image other than the one that the manifest's score was given for.
  static func manifestOtherImage(_ path: String, expected: Digest, found: Digest, asset: AssetID) -> Fault {
    Fault(
      "manifest_other_image", exit: .manifestRefused,
      "The image \"\(path)\" of the asset \"\(asset)\": expected the SHA-256 \(expected.hex), found \(found.hex).",
      hint: "Validate the new image and give its `sha256`, or leave `sha256` out.", asset: asset.text)
  }

  /// A folder in which no image is.
  static func noImages(_ path: String) -> Fault {
    Fault(
      "no_images", exit: .inputMissing, "No image is in \"\(path)\": expected PNG files, found none.",
      hint: "Folders are read one level deep; `layout.categories` names the sub-folders that are read too.",
      path: path)
  }

  /// A file name that no manifest can hold.
  static func fileNameUnreadable(_ path: String) -> Fault {
    Fault(
      "manifest_path", exit: .manifestRefused,
      "The file name \"\(path)\" can't stand in a manifest: expected UTF-8, found other bytes.",
      hint: "Rename the file.", path: path)
  }

  static let draftImageCode = "draft_image"

  /// An image that can't be drafted, for its header says that it can't be read.
  static func draftImage(_ path: String, _ fault: Fault) -> Fault {
    let why = fault.message.split(separator: "can't be read: ").last.map(String.init) ?? fault.message
    return Fault(
      draftImageCode, exit: .manifestRefused,
      "The image \"\(path)\" can't be drafted: \(why)" + (why.hasSuffix(".") ? "" : "."),
      hint: "Export it as PNG again, or leave it out.", path: path)
  }

  static func draftImageTwice(_ path: String, before: String) -> Fault {
    Fault(
      "draft_image_twice", exit: .manifestRefused,
      "The image \"\(path)\" is there twice: expected every image once, found its bytes in \"\(before)\" already.",
      path: path)
  }

  static func draftIDTwice(_ id: String, one: String, other: String) -> Fault {
    Fault(
      "manifest_repeated_id", exit: .manifestRefused,
      "Two files give the id \"\(id)\": expected one, found \"\(one)\" and \"\(other)\".",
      hint: "Rename one of them.", asset: id, path: other)
  }

  /// Images without a score; there is no default.
  static func draftWithoutScore(_ paths: [String]) -> Fault {
    let more = paths.count > 1 ? " and \(paths.count - 1) more" : ""
    return Fault(
      "manifest_score", exit: .manifestRefused,
      "No score is given for \"\(paths.first ?? "")\"\(more): expected the one that the validation gave.",
      hint: "Add `--score N`, or fill in the sheet that `--format csv` makes.")
  }

  /// Stands for all faults that are not listed.
  static func manifestMore(_ limit: Int) -> Fault {
    Fault(
      "manifest_more", exit: .manifestRefused,
      "The manifest has more faults: expected fewer than \(limit) to list.",
      hint: "Fix those listed first.")
  }
}
