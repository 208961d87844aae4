/// The name of an object in git: a commit, tree or blob; 40 hexadecimal digits, or 64 in a SHA-256
/// repository.
package struct GitID: Hashable, Sendable, CustomStringConvertible {
  /// Lower-case digits.
  package let text: String

  package init?(_ text: some StringProtocol) {
    let isName =
      (text.utf8.count == 40 || text.utf8.count == 64)
      && text.utf8.allSatisfy {
        switch $0 {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"): true
        default: false
        }
      }
    guard isName else { return nil }
    self.text = String(text)
  }

  /// The name that a tree stores as bytes.
  package init(bytes: ArraySlice<UInt8>) {
    text = Hexadecimal.text(of: bytes)
  }

  package var description: String { text }
}

extension GitID: Codable {
  package init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    guard let id = GitID(try container.decode(String.self)) else {
      throw DecodingError.dataCorruptedError(
        in: container, debugDescription: "expected 40 or 64 lower-case hexadecimal digits")
    }
    self = id
  }

  package func encode(to encoder: any Encoder) throws { try text.encode(to: encoder) }
}

/// How a repository names its objects.
package enum ObjectFormat: String, Hashable, Sendable {
  case sha1, sha256

  /// Digits of a name.
  private var digits: Int { self == .sha1 ? 40 : 64 }

  /// What stands for "no such object" where git wants a name.
  package var zero: String { String(repeating: "0", count: digits) }

  /// The tree without any entry, which every repository has.
  package var emptyTree: String {
    switch self {
    case .sha1: "4b825dc642cb6eb9a060e54bf8d69288fbee4904"
    case .sha256: "6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321"
    }
  }
}
