/// A one-line text with `{{names}}` in it, as paths and commit subjects in the configuration are written.
///
/// Parsed once; values are put between the literal pieces, so that nothing within a value is ever expanded.
struct PlaceholderTemplate: Hashable, Sendable {
  enum Piece: Hashable, Sendable {
    case literal(String)
    case placeholder(String)
  }

  enum Problem: Error, Hashable {
    case unfinished
    case unknown(String)
  }

  var pieces: [Piece]

  /// Reads a text whose placeholders are all among the known names.
  init(_ text: String, known: [String]) throws(Problem) {
    var pieces: [Piece] = []
    var rest = Substring(text)
    while let open = rest.firstRange(of: "{{") {
      guard let close = rest[open.upperBound...].firstRange(of: "}}") else { throw .unfinished }
      let inner = rest[open.upperBound..<close.lowerBound]
      let name = inner.split(separator: " ", omittingEmptySubsequences: true).joined(separator: " ")
      guard known.contains(name) else { throw .unknown(name) }
      if open.lowerBound > rest.startIndex { pieces.append(.literal(String(rest[..<open.lowerBound]))) }
      pieces.append(.placeholder(name))
      rest = rest[close.upperBound...]
    }
    guard !rest.contains("}}") else { throw .unfinished }
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
