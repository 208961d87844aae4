/// A text with `{{variables}}`, filled in once: a value is never expanded again.
public struct PathTemplate: Hashable, Sendable {
  /// Text as it stands, or a variable's name.
  enum Part: Hashable, Sendable {
    case text(String)
    case variable(String)
  }

  let parts: [Part]

  /// The variables that paths of a layout know.
  static let layoutVariables = ["asset_id", "slug", "category", "file"]
  /// The variables that a commit's subject knows.
  static let subjectVariables = ["title", "numbers", "batch_id"]

  /// Splits a template; nil where braces are not `{{name}}` pairs.
  public init?(_ text: String) {
    var parts: [Part] = []
    var rest = text[...]
    while let opening = rest.range(ofPair: "{") {
      parts.append(.text(String(rest[..<opening.lowerBound])))
      rest = rest[opening.upperBound...]
      guard let closing = rest.range(ofPair: "}") else { return nil }
      let name = String(rest[..<closing.lowerBound].drop { $0 == " " })
      parts.append(.variable(String(name.prefix { $0 != " " })))
      guard name.drop(while: { $0 != " " }).allSatisfy({ $0 == " " }) else { return nil }
      rest = rest[closing.upperBound...]
    }
    parts.append(.text(String(rest)))
    for case .text(let text) in parts where text.contains("{") || text.contains("}") { return nil }
    for case .variable(let name) in parts {
      guard !name.isEmpty, name.allSatisfy({ $0.isASCII && ($0.isLetter || $0 == "_") }) else { return nil }
    }
    self.parts = parts.filter { $0 != .text("") }
  }

  public var variables: [String] {
    parts.compactMap { part in
      guard case .variable(let name) = part else { return nil }
      return name
    }
  }

  /// Puts values in the place of variables; an empty one takes a hyphen before it along. A variable without
  /// a value is the caller's mistake: see `variables`.
  public func filled(_ values: [String: String]) -> String {
    parts.reduce(into: "") { text, part in
      switch part {
      case .text(let literal): text += literal
      case .variable(let name):
        guard let value = values[name] else {
          preconditionFailure("The template's \"\(name)\" has no value.")
        }
        if value.isEmpty, text.hasSuffix("-") { text.removeLast() }
        text += value
      }
    }
  }

  /// Says what makes this template unfit for a path within the project; nil if it is fit.
  static func faultOfPath(_ text: String) -> String? {
    guard !text.isEmpty else { return "a path" }
    guard let template = PathTemplate(text) else { return "variables written as {{name}}" }
    if let unknown = template.variables.first(where: { !layoutVariables.contains($0) }) {
      return "one of the variables \(layoutVariables.joined(separator: ", ")), not \"\(unknown)\""
    }
    let sample = template.filled(Dictionary(uniqueKeysWithValues: layoutVariables.map { ($0, "x") }))
    return faultOfRelativePath(sample)
  }

  /// Says what makes a path unfit as a place within the project; nil if it is fit.
  static func faultOfRelativePath(_ path: String) -> String? {
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

extension Substring {
  fileprivate func range(ofPair brace: Character) -> Range<Index>? {
    var index = startIndex
    while let found = self[index...].firstIndex(of: brace) {
      let next = self.index(after: found)
      if next < endIndex, self[next] == brace { return found..<self.index(after: next) }
      index = next
    }
    return nil
  }
}

extension Unicode.Scalar {
  /// Control characters, line and paragraph separators, and the marks that turn the direction of writing.
  var isUnfitForPath: Bool {
    switch value {
    case 0..<0x20, 0x7F...0x9F, 0x2028, 0x2029, 0x202A...0x202E, 0x2066...0x2069: true
    default: false
    }
  }
}
