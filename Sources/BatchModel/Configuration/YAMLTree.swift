import StrictJSON

/// What a YAML text says, with places; types are for the reader to decide, so that `no` can be a string or a
/// mistake.
package indirect enum YAMLTree: Sendable {
  /// `isPlain` where it was written without quotes.
  case scalar(String, isPlain: Bool, SourcePosition)
  case list([YAMLTree], SourcePosition)
  case mapping([Member], SourcePosition)

  package struct Member: Sendable {
    package var name: String
    package var position: SourcePosition
    package var value: YAMLTree

    package init(name: String, position: SourcePosition, value: YAMLTree) {
      self.name = name
      self.position = position
      self.value = value
    }
  }

  /// Why a string is not YAML that is read here.
  package struct Problem: Error, Hashable {
    package var message: String
    package var position: SourcePosition?
    package var hint: String?

    package init(message: String, position: SourcePosition? = nil, hint: String? = nil) {
      self.message = message
      self.position = position
      self.hint = hint
    }
  }

  package static let maxBytes = 64 << 10

  package var position: SourcePosition {
    switch self {
    case .scalar(_, _, let position), .list(_, let position), .mapping(_, let position): position
    }
  }
}
