/// Says what makes a path in the configuration unfit.
package enum ConfiguredPath {
  /// What is wrong with the template of a path within the project; nil if it is fit.
  package static func fault(ofTemplate text: String) -> String? {
    guard !text.isEmpty else { return "a path" }
    guard let template = PlaceholderTemplate(text) else { return "variables written as {{name}}" }
    let known = Layout.placeholders
    if let unknown = template.name(notAmong: known) {
      return "one of the variables \(known.joined(separator: ", ")), not \"\(unknown)\""
    }
    let path = template.expanded(Dictionary(uniqueKeysWithValues: known.map { ($0, "x") }))
    if let fault = fault(of: path) { return fault }
    // `.gitmodules`, `.gitattributes`, `.github`: git and its hosts act upon them.
    let gits = path.split(separator: "/").first { $0.lowercased().hasPrefix(".git") }
    return gits.map { "no name that starts with \".git\", not \"\($0)\"" }
  }

  /// What is wrong with a place within the project; nil if it is fit.
  package static func fault(of path: String) -> String? {
    if path.hasPrefix("/") { return "a path relative to the project root" }
    if path.unicodeScalars.contains(where: \.isUnfitForPath) || path.contains("\\") {
      return "no control characters, line breaks or backslashes"
    }
    for component in path.split(separator: "/", omittingEmptySubsequences: false) {
      switch component.lowercased() {
      case "": return "no empty folder name"
      case ".", "..": return "no \"\(component)\" in it"
      case ".git", ".ledger": return "a place outside \"\(component)\""
      case let name where name.hasPrefix("-"): return "no name that starts with \"-\""
      default: continue
      }
    }
    return nil
  }
}

extension Unicode.Scalar {
  /// Control characters, line and paragraph separators, and the marks that turn the direction of writing.
  package var isUnfitForPath: Bool {
    switch value {
    case 0..<0x20, 0x7F...0x9F, 0x2028, 0x2029, 0x202A...0x202E, 0x2066...0x2069: true
    default: false
    }
  }
}
