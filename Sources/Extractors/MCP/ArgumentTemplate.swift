import Core
import FileStore
import StrictJSON

/// The arguments of a tool call as the configuration writes them, with words that stand for the asset's own
/// values.
package struct ArgumentTemplate: Hashable, Sendable {
  /// An object; a string in it that is one of the words stands for a value, anything else is taken as it
  /// is.
  private let arguments: JSONValue

  /// A word and what it stands for. Raw values are what the configuration says: never rename one.
  package enum Word: String, CaseIterable, Sendable {
    /// The absolute path of the image's copy.
    case path = "@path"
    /// The image's bytes.
    case base64 = "@base64"
    /// What the manifest says of the asset, as an object, or as JSON text where the tool's schema wants a
    /// text.
    case specs = "@specs"
    case assetID = "@asset_id"
    /// What is asked, in words: see `Prompt`. In a call for all assets, the part that is the same for each.
    case prompt = "@prompt"
    /// The path of a text file with what is asked, for tools that open text files.
    case brief = "@brief"
    /// What was measured in the pixels, as an object.
    case measured = "@measured"
    /// The same for every repetition of the same call.
    case idempotencyKey = "@idempotency_key"
    /// All paths of images; only where one call asks for all assets.
    case paths = "@paths"
    /// All paths of text files; only where one call asks for all assets.
    case briefs = "@briefs"

    /// Tells whether the word means something in a call for one asset, or in one for all.
    package func fits(batch: Bool) -> Bool {
      switch self {
      case .prompt, .idempotencyKey: true
      case .paths, .briefs: batch
      case .path, .base64, .specs, .assetID, .brief, .measured: !batch
      }
    }
  }

  /// Takes an object; throws where it is not one, or where a word has no meaning in that kind of call.
  package init(_ arguments: JSONValue, batch: Bool) throws(Fault) {
    guard arguments.members != nil else { throw .argumentsNoObject() }
    self.arguments = arguments
    for word in words where !word.fits(batch: batch) {
      throw .argumentDoesNotFit(word.rawValue, batch: batch)
    }
  }

  /// The words used, in the order of their declaration.
  package var words: [Word] {
    let texts = Self.texts(in: arguments)
    return Word.allCases.filter { texts.contains($0.rawValue) }
  }

  /// Whether a question in words is part of the call.
  package var asksInWords: Bool { words.contains { [.prompt, .brief, .briefs].contains($0) } }

  /// The template's own text, for the identity.
  package var digestText: [UInt8] { JSONWriter.canonical(arguments) }

  /// Puts values in the words' places. `wantsText` tells of a top-level argument whether its schema asks for
  /// a string.
  package func filled(
    _ values: [Word: JSONValue], wantsText: (String) -> Bool
  ) -> JSONValue {
    .object(
      (arguments.members ?? []).map { member in
        let value = Self.fill(member.value, values)
        let staysAsItIs = (value.members == nil && value.array == nil) || !wantsText(member.name)
        return JSONValue.Member(member.name, staysAsItIs ? value : .string(JSONWriter.compact(value)))
      })
  }

  private static func fill(_ value: JSONValue, _ values: [Word: JSONValue]) -> JSONValue {
    switch value {
    case .string(let text): Word(rawValue: text).flatMap { values[$0] } ?? value
    case .array(let elements): .array(elements.map { fill($0, values) })
    case .object(let members): .object(members.map { JSONValue.Member($0.name, fill($0.value, values)) })
    case .null, .bool, .number: value
    }
  }

  private static func texts(in value: JSONValue) -> Set<String> {
    switch value {
    case .string(let text): [text]
    case .array(let elements): elements.reduce(into: []) { $0.formUnion(texts(in: $1)) }
    case .object(let members): members.reduce(into: []) { $0.formUnion(texts(in: $1.value)) }
    case .null, .bool, .number: []
    }
  }
}
