import Core

/// A one-line text with `{{names}}` in it, as paths and commit subjects in the configuration are written.
///
/// Parsed once; values are put between the literal pieces, so that nothing within a value is ever expanded.
package struct PlaceholderTemplate: Hashable, Sendable {
  package enum Piece: Hashable, Sendable {
    case literal(String)
    case placeholder(String)
  }

  package var pieces: [Piece]

  /// Splits a string; nil where braces are not `{{name}}` pairs.
  package init?(_ text: String) {
    var pieces: [Piece] = []
    var rest = text[...]
    while let open = rest.firstRange(of: "{{") {
      pieces.append(.literal(String(rest[..<open.lowerBound])))
      rest = rest[open.upperBound...]
      guard let close = rest.firstRange(of: "}}") else { return nil }
      let words = rest[..<close.lowerBound].split(separator: " ")
      guard words.count == 1, words[0].allSatisfy({ $0.isASCII && ($0.isLetter || $0 == "_") }) else {
        return nil
      }
      pieces.append(.placeholder(String(words[0])))
      rest = rest[close.upperBound...]
    }
    pieces.append(.literal(String(rest)))
    for case .literal(let text) in pieces where text.contains("{") || text.contains("}") { return nil }
    self.pieces = pieces.filter { $0 != .literal("") }
  }

  /// Reads the text of a setting, whose placeholders are all among the known names.
  package init(_ text: String, setting: String, known: [String]) throws(Fault) {
    guard let template = PlaceholderTemplate(text) else {
      throw .placeholderUnfinished(setting: setting, text: text)
    }
    if let name = template.name(notAmong: known) {
      throw .placeholderUnknown(setting: setting, name: name, known: known)
    }
    self = template
  }

  /// The first placeholder that is not one of these.
  package func name(notAmong known: [String]) -> String? {
    for case .placeholder(let name) in pieces where !known.contains(name) { return name }
    return nil
  }

  /// Puts each placeholder's value in its place; every name has one.
  package func expanded(_ values: [String: String]) -> String {
    pieces.map { piece in
      switch piece {
      case .literal(let text): return text
      case .placeholder(let name):
        guard let value = values[name] else { preconditionFailure("No value for the placeholder \(name).") }
        return value
      }
    }.joined()
  }
}
