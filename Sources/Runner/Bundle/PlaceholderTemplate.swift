/// A one-line text with `{{names}}` in it, as paths and commit subjects in the configuration are written.
///
/// Parsed once; values are put between the literal pieces, so that nothing within a value is ever expanded.
struct PlaceholderTemplate: Hashable, Sendable {
  enum Piece: Hashable, Sendable {
    case literal(String)
    case placeholder(String)
  }

  var pieces: [Piece]

  /// Reads the text of a setting, whose placeholders are all among the known names.
  init(_ text: String, setting: String, known: [String]) throws(Fault) {
    var pieces: [Piece] = []
    var rest = Substring(text)
    while let open = rest.firstRange(of: "{{") {
      guard let close = rest[open.upperBound...].firstRange(of: "}}") else {
        throw .placeholderUnfinished(setting: setting, text: text)
      }
      let inner = rest[open.upperBound..<close.lowerBound]
      let name = inner.split(separator: " ", omittingEmptySubsequences: true).joined(separator: " ")
      guard known.contains(name) else {
        throw .placeholderUnknown(setting: setting, name: name, known: known)
      }
      if open.lowerBound > rest.startIndex { pieces.append(.literal(String(rest[..<open.lowerBound]))) }
      pieces.append(.placeholder(name))
      rest = rest[close.upperBound...]
    }
    guard !rest.contains("}}") else { throw .placeholderUnfinished(setting: setting, text: text) }
    if !rest.isEmpty { pieces.append(.literal(String(rest))) }
    self.pieces = pieces
  }

  /// Puts each placeholder's value in its place; every known name has one.
  func expanded(_ values: [String: String]) -> String {
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
