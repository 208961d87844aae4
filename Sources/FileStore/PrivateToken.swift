/// Tells private files that lie among the user's from those of others.
///
/// The same for every run, so that the next one finds what a killed one left.
package struct PrivateToken: Hashable, Sendable {
  package var text: String
  /// What 0.1.0 told them by; nil where it left none.
  package var older: String?

  package init(_ text: String, older: String? = nil) {
    self.text = text
    self.older = older == text ? nil : older
  }

  /// The present one first.
  package var all: [String] { [text] + [older].compactMap { $0 } }
}

extension PrivateToken: ExpressibleByStringLiteral {
  package init(stringLiteral text: String) { self.init(text) }
}
