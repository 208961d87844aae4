import Core
import StrictJSON

/// The part of a path that tells a reader what an asset is: lower-case ASCII words joined by hyphens, or
/// nothing.
package struct Slug: Hashable, Sendable, CustomStringConvertible {
  /// The longest slug in bytes; a longer one is cut between words where it can be.
  package static let lengthLimit = 60

  /// Matches `^([a-z0-9]+(-[a-z0-9]+)*)?$`.
  package let text: String

  package var isEmpty: Bool { text.isEmpty }
  package var description: String { text }

  /// Folds any text.
  package init(folding text: String) {
    self.init(words: Self.words(in: text))
  }

  /// Takes the name, else the stem of the image's file without the asset's id and `validated`.
  ///
  /// A name that folds to nothing gives an empty slug: it was given, and the file's stem says something else.
  package init(asset: AssetID, name: String?, imagePath: String) {
    if let name, !name.allSatisfy(\.isWhitespace) {
      self.init(folding: name)
    } else {
      self.init(words: Self.stemWords(asset: asset, imagePath: imagePath))
    }
  }

  private init(words: [String]) {
    var text = ""
    for word in words {
      let separator = text.isEmpty ? "" : "-"
      guard text.utf8.count + separator.utf8.count + word.utf8.count <= Self.lengthLimit else {
        if text.isEmpty { text = String(word.prefix(Self.lengthLimit)) }
        break
      }
      text += separator + word
    }
    self.text = text
  }

  private static func words(in text: String) -> [String] {
    var words: [String] = []
    var word = ""
    for scalar in text.unicodeScalars {
      if let letters = ASCIIFolding.letters(for: scalar) {
        word += letters
      } else if !word.isEmpty {
        words.append(word)
        word = ""
      }
    }
    return word.isEmpty ? words : words + [word]
  }

  private static func stemWords(asset: AssetID, imagePath: String) -> [String] {
    var words = words(in: ImageStem(path: imagePath).text)
    let id = Self.words(in: asset.text)
    if let range = words.firstRange(of: id) { words.removeSubrange(range) }
    if words.last == "validated" { words.removeLast() }
    return words
  }
}

/// What an asset is called where people read it.
package enum AssetName {
  /// Returns the name from the specs as given, else the slug as words, else the asset's id.
  package static func of(_ asset: AssetID, specs: JSONValue, slug: Slug) -> String {
    if let name = specs["name"]?.string, !name.allSatisfy(\.isWhitespace) { return name }
    guard let first = slug.text.first else { return asset.text }
    return first.uppercased() + slug.text.dropFirst().map { $0 == "-" ? " " : String($0) }.joined()
  }
}
