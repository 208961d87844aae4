import BatchModel
import Core
import Redaction
import StrictJSON

/// Finds what an outside program said of an image: a JSON object, as JSON, in a Markdown fence or inside prose.
package struct ReplyReader: Sendable {
  /// What a reply turned out to be.
  package enum Reading: Hashable, Sendable {
    /// An object with what was said of the image; nothing is required of it.
    case answer(JSONValue)
    /// An error in place of an answer: an object that says so, or a string.
    case refusal(JSONValue)
  }

  /// Why a reply can't be read.
  package struct Failure: Error, Hashable, Sendable {
    /// What was wrong, in words that follow "the reply".
    package var message: String
    /// The reply tries to be an answer: what else it says, such as a number 429, is not a message of a server.
    package var isAttempt: Bool
    /// Asking again may bring something better.
    package var retryable: Bool
  }

  private static let limits = JSONReader.Limits(maxBytes: 1 << 20, maxDepth: 32, maxProblems: 3)
  /// Answers come wrapped, each time in one more layer of text or of an object around it.
  private static let mostLayers = 4
  private static let wrappers = ["idf", "result", "analysis", "data"]
  /// Fields of an object that says only why there is no answer.
  private static let complaints: Set<String> = ["error", "errors", "detail", "message", "status", "code"]

  /// Looks at strings again once they are decoded: a secret may be spelt with the escapes of any layer.
  private let redactor: Redactor

  package init(redactor: Redactor = Redactor()) { self.redactor = redactor }

  /// Reads a string.
  package func read(_ text: String) throws(Failure) -> Reading { try read(text, layer: 0) }

  /// Reads a JSON value.
  package func read(_ value: JSONValue) throws(Failure) -> Reading { try read(value, layer: 0) }

  private func read(_ text: String, layer: Int) throws(Failure) -> Reading {
    guard text.utf8.count <= Self.limits.maxBytes else {
      throw Failure(
        message: "is too long: expected at most \(Self.limits.maxBytes) bytes, found \(text.utf8.count)",
        isAttempt: true, retryable: true)
    }
    let isAttempt = Self.looksLikeAnswer(text)
    var worst: Failure?
    var plain: Reading?
    for piece in JSONInText.pieces(of: text) {
      do throws(Failure) {
        let value = redactor.redact(try Self.value(of: piece.bytes, isAttempt: isAttempt))
        let reading = try read(value, layer: layer)
        if reading.isAboutImage { return reading }
        // Braces in prose are an answer only if they say something: prose about code is full of them.
        if !piece.isInProse, plain == nil { plain = reading }
      } catch {
        // Braces in prose without JSON are not a fault; the first piece that tries to be an answer says best what is.
        if piece.isInProse, !error.isAttempt { continue }
        if worst == nil || (error.isAttempt && worst?.isAttempt == false) { worst = error }
      }
    }
    if let plain { return plain }
    if text.drop(while: \.isWhitespace).hasPrefix("Error:") { return .refusal(.string(text)) }
    throw worst
      ?? Failure(
        message: text.allSatisfy(\.isWhitespace)
          ? "is empty: expected a JSON object"
          : "holds no JSON object with design facts, found \"\(Excerpt.line(text, limit: 80))\"",
        isAttempt: isAttempt, retryable: true)
  }

  private static func value(of piece: [UInt8], isAttempt: Bool) throws(Failure) -> JSONValue {
    do throws(JSONProblems) {
      return try JSONReader.value(of: piece, limits: limits)
    } catch {
      var lenient = limits
      lenient.replacesLoneSurrogates = true
      if let value = try? JSONReader.value(of: piece, limits: lenient) { return value }
      throw Failure(message: "is not valid JSON: \(error)", isAttempt: isAttempt, retryable: true)
    }
  }

  private func read(_ value: JSONValue, layer: Int) throws(Failure) -> Reading {
    guard layer < Self.mostLayers else {
      throw Failure(message: "is wrapped too often to be read", isAttempt: false, retryable: true)
    }
    if let text = value.string { return try read(text, layer: layer + 1) }
    if let elements = value.array, elements.count == 1, let only = elements.first, only.members != nil {
      return try read(only, layer: layer + 1)
    }
    guard let members = value.members else {
      throw Failure(
        message: "is not readable: expected a JSON object, found \(value.shown)", isAttempt: false,
        retryable: true)
    }
    if members.contains(where: { StatedFacts.fields.contains($0.name) }) { return .answer(value) }
    for wrapper in Self.wrappers {
      guard let inner = value[wrapper] else { continue }
      if inner.members != nil || inner.string != nil || inner.array?.count == 1 {
        return try read(inner, layer: layer + 1)
      }
    }
    return members.contains { Self.complaints.contains($0.name) } ? .refusal(value) : .answer(value)
  }

  /// Tells whether a string, complete or not, was meant as an answer.
  private static func looksLikeAnswer(_ text: String) -> Bool {
    ["palette", "background", "density_zones", "dimensions", "narrative", "motifs", "purpose"]
      .filter { text.contains("\"\($0)\"") }.count >= 2
  }
}

extension ReplyReader.Reading {
  /// Whether it has a field that says something of an image.
  package var isAboutImage: Bool {
    guard case .answer(let value) = self else { return false }
    return value.members?.contains { StatedFacts.fields.contains($0.name) } ?? false
  }
}
