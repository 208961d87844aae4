import BatchModel
import Core
import Files
import Redaction

/// Names the program that a run starts, and where it is configured: the verb is the consent, so it must be seen.
enum ExtractorNotice {
  /// Such as `Extractor: ./tools/x.sh (ledger.yaml:3)`.
  static func text(of extractor: ExtractorSettings, file: String) -> String {
    let words = extractor.command.map { word in
      word.contains(where: { $0 == " " || $0 == "\"" }) || word.isEmpty ? "'\(word)'" : word
    }
    let command = Redactor(secrets: []).redact(words.joined(separator: " ").cut)
    let place = line(ofCommandIn: file, extractor.command).map { "ledger.yaml:\($0)" } ?? "as registered"
    return "Extractor: \(command) (\(place))"
  }

  /// The line of the file that names the command; nil where it names another, or none.
  private static func line(ofCommandIn file: String, _ command: [String]) -> Int? {
    let folder = ProjectPath.parent(of: file)
    guard
      let bytes = try? InputFile.beginning(
        of: "ledger.yaml", beneath: folder, limitBytes: YAMLTree.maxBytes),
      case .mapping(let sections, _)? = try? YAMLTree.read(bytes),
      case .mapping(let members, _)? = sections.first(where: { $0.name == "extractor" })?.value,
      let member = members.first(where: { $0.name == "command" }), case .list(let items, _) = member.value
    else { return nil }
    let words = items.map { item in
      if case .scalar(let text, _, _) = item { text } else { "" }
    }
    return words == command ? member.position.line : nil
  }
}
