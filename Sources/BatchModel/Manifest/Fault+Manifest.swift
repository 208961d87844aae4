import Core
import StrictJSON

extension Fault {
  /// Bytes that are not the strict JSON a manifest must be.
  package static func manifestSyntax(_ problem: JSONProblem) -> Fault {
    let (code, hint): (FaultCode, String?) =
      switch problem.kind {
      case .tooLarge: (.manifestTooLarge, "Split the batch, or leave out what specs need not hold.")
      case .tooDeep: (.manifestTooDeep, nil)
      case .invalidUTF8, .byteOrderMark:
        (.manifestEncoding, "Save the manifest as UTF-8 without a byte order mark (BOM).")
      case .duplicateName: (.manifestDuplicateMember, "Keep one of the two.")
      case .numberOutOfRange: (.manifestNumber, nil)
      default: (.manifestSyntax, nil)
      }
    return Fault(code, "The manifest is not valid JSON: \(problem.kind).", hint: hint)
  }

  /// A field that must be there.
  package static func manifestMissingMember(_ name: String, asset: String?, index: Int?) -> Fault {
    let place =
      asset.map { "The asset \"\($0)\"" } ?? index.map { "The asset at place \($0 + 1)" } ?? "The manifest"
    return Fault(
      .manifestMissingMember, "\(place) is incomplete: expected \"\(name)\", found nothing.", asset: asset)
  }

  /// A field that nobody knows, outside of `specs`.
  package static func manifestUnknownMember(
    _ name: String, nearest: String?, known: [String], within: String, asset: String?
  ) -> Fault {
    let list = known.map { "\"\($0)\"" }.joined(separator: ", ")
    return Fault(
      .manifestUnknownMember,
      "\(within.prefix(1).uppercased() + within.dropFirst()) has an unknown field \"\(name.cut)\": expected only \(list).",
      hint: nearest.map { "Did you mean \"\($0)\"?" }
        ?? (asset == nil ? nil : "Move it into \"specs\"."),
      asset: asset)
  }

  /// A value of the wrong type, or one that breaks a rule.
  package static func manifestValue(
    _ name: String, expected: String, found: String, asset: String?, code: FaultCode
  ) -> Fault {
    let owner = asset.map { " of the asset \"\($0)\"" } ?? ""
    let number = found.hasPrefix("\"") ? Double(found.dropFirst().dropLast()) : nil
    let hint: String? =
      switch code {
      case .manifestScore where Double(found).map { $0 > 100 } == true: "Scores go up to 100."
      case .manifestScore: "Leave the asset out, or lower `policy.min_score` in ledger.yaml."
      case .manifestPath: "Give the image's path as it is, absolute or relative to the manifest."
      case .manifestValue where name == "score" && number != nil: "Remove the quotation marks."
      default: nil
      }
    let subject = name == "the manifest" ? "The manifest" : "\"\(name)\"\(owner)"
    return Fault(
      code, "\(subject): expected \(expected), found \(found).", hint: hint,
      asset: asset)
  }

  /// An id that another asset has already, upper and lower case being the same.
  package static func manifestRepeated(_ id: String, first: String, line: Int) -> Fault {
    Fault(
      .manifestRepeatedID,
      "The asset id \"\(id.cut)\" is there twice: expected ids that differ by more than upper and lower case, "
        + "found \"\(first.cut)\" on line \(line) already.",
      asset: id.cut)
  }

  /// No asset, or too many.
  package static func manifestCount(_ count: Int, most: Int, beyond: [String]) -> Fault {
    let names =
      beyond.isEmpty ? "" : ", beyond the limit \(beyond.map { "\"\($0)\"" }.joined(separator: ", "))"
    return Fault(
      .manifestAssetCount, "\"assets\": expected 1 to \(most) assets, found \(count)\(names).",
      hint: count == 0 ? nil : "Split the batch; policy.max_assets sets the limit.")
  }

  /// A category that the configuration does not have.
  package static func manifestCategory(_ value: JSONValue, categories: [String], asset: String?) -> Fault {
    let nearest = value.string.flatMap { Spelling.nearest(to: $0, among: categories) }
    let owner = asset.map { " of the asset \"\($0)\"" } ?? ""
    return Fault(
      .manifestCategory,
      "\"specs.category\"\(owner): expected one of \(categories.joined(separator: ", ")), found \(value.shown).",
      hint: nearest.map { "Did you mean \"\($0)\"?" } ?? "layout.categories in ledger.yaml names them.",
      asset: asset)
  }

  /// Design facts of the manifest that are not valid.
  package static func manifestIDF(_ problem: IDFProblem, asset: String?) -> Fault {
    let owner = asset.map { " of the asset \"\($0)\"" } ?? ""
    var path = problem.path
    path.insert(.member("idf"), at: 0)
    return Fault(
      .manifestIDF, "\"\(path.text)\"\(owner): expected \(problem.expected), found \(problem.found).",
      hint: problem.nearest.map { "Did you mean \"\($0)\"?" }, asset: asset)
  }

  /// Stands for all faults that are not listed.
  package static func manifestMore(_ limit: Int) -> Fault {
    Fault(
      .manifestMore, "The manifest has more faults: expected fewer than \(limit) to list.",
      hint: "Fix those listed first.")
  }
}
