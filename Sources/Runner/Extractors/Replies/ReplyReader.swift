/// Makes an IDF of what an outside program said: JSON, JSON in a Markdown fence, or JSON inside prose.
package struct ReplyReader: Sendable {
  /// Why a reply is no IDF.
  package struct Failure: Error, Hashable, Sendable {
    /// What was wrong, in words that follow "the reply".
    package var message: String
    /// The reply tries to be an IDF: what else it says, such as a number 429, is no message of a server.
    package var isAttempt: Bool
    /// Asking again may bring something better.
    package var retryable: Bool
  }

  private static let limits = JSONReader.Limits(maxBytes: 1 << 20, maxDepth: 32, maxProblems: 3)
  /// Answers come wrapped, each time in one more layer of text or of an object around it.
  private static let mostLayers = 4
  private static let names = [
    "schema", "dimensions", "background", "palette", "density_zones", "specimens", "mode", "purpose",
  ]
  private static let wrappers = ["idf", "result", "analysis", "data"]

  private let specs: JSONValue
  private let dimensions: IDF.Dimensions
  /// Looks at texts again once they are decoded: a secret may be spelt with the escapes of any layer.
  private let redactor: Redactor

  package init(for request: ExtractionRequest, redactor: Redactor = Redactor()) {
    self.redactor = redactor
    specs = request.specs
    dimensions = request.dimensions
  }

  /// Reads a text.
  package func read(_ text: String) throws(Failure) -> IDF { try read(text, layer: 0) }

  /// Reads a JSON value.
  package func read(_ value: JSONValue) throws(Failure) -> IDF { try read(value, layer: 0) }

  private func read(_ text: String, layer: Int) throws(Failure) -> IDF {
    guard text.utf8.count <= Self.limits.maxBytes else {
      throw Failure(
        message: "is too long: expected at most \(Self.limits.maxBytes) bytes, found \(text.utf8.count)",
        isAttempt: true, retryable: true)
    }
    let isAttempt = Self.looksLikeIDF(text)
    var worst: Failure?
    for piece in JSONInText.pieces(of: text) {
      do throws(Failure) {
        return try read(redactor.redact(Self.value(of: piece, isAttempt: isAttempt)), layer: layer)
      } catch {
        // The first piece that tries to be an IDF says best what is wrong.
        if worst == nil || (error.isAttempt && worst?.isAttempt == false) { worst = error }
      }
    }
    throw worst
      ?? Failure(
        message: text.allSatisfy(\.isWhitespace)
          ? "is empty: expected an IDF as JSON"
          : "holds no JSON object: expected an IDF, found \"\(Excerpt.line(text, limit: 80))\"",
        isAttempt: isAttempt, retryable: true)
  }

  private static func value(of piece: [UInt8], isAttempt: Bool) throws(Failure) -> JSONValue {
    do throws(JSONProblems) {
      return try JSONReader.value(of: piece, limits: limits)
    } catch {
      var lenient = limits
      lenient.replacesLoneSurrogates = true
      if let value = try? JSONReader.value(of: piece, limits: lenient) { return value }
      throw Failure(message: "is no valid JSON: \(error)", isAttempt: isAttempt, retryable: true)
    }
  }

  private func read(_ value: JSONValue, layer: Int) throws(Failure) -> IDF {
    guard layer < Self.mostLayers else {
      throw Failure(message: "is wrapped too often to be read", isAttempt: false, retryable: true)
    }
    if let text = value.string { return try read(text, layer: layer + 1) }
    guard let members = value.members else {
      throw Failure(
        message: "is no IDF: expected an object, found \(value.shown)", isAttempt: false, retryable: true)
    }
    let known = members.filter { Self.names.contains($0.name) }
    if known.isEmpty {
      for wrapper in Self.wrappers {
        if let inner = value[wrapper], inner.members != nil || inner.string != nil {
          return try read(inner, layer: layer + 1)
        }
      }
      guard members.isEmpty else {
        let found = members.prefix(5).map { "\"\(Excerpt.line($0.name, limit: 40))\"" }
        throw Failure(
          message: "is no IDF: expected members such as \"palette\", found \(found.joined(separator: ", "))",
          isAttempt: false, retryable: true)
      }
    }
    return try check(value)
  }

  private func check(_ value: JSONValue) throws(Failure) -> IDF {
    do throws(IDFProblems) {
      return try IDFReader.read(value, specs: specs, dimensions: dimensions)
    } catch {
      let shown =
        error.all.prefix(8).map(\.text) + (error.all.count > 8 ? ["\(error.all.count - 8) more"] : [])
      throw Failure(
        message: "is no valid IDF: \(shown.joined(separator: "; "))", isAttempt: true,
        retryable: !contradictsImage(value))
    }
  }

  /// Tells whether the reply speaks of an image of another size: then it was shown another image, and will be
  /// again.
  private func contradictsImage(_ value: JSONValue) -> Bool {
    guard let given = value["dimensions"],
      let width = given["width"]?.double, let height = given["height"]?.double
    else { return false }
    return width != Double(dimensions.width) || height != Double(dimensions.height)
  }

  /// Tells whether a text, whole or not, was meant as an IDF.
  private static func looksLikeIDF(_ text: String) -> Bool {
    ["palette", "background", "density_zones", "dimensions"].filter { text.contains("\"\($0)\"") }.count >= 2
  }
}
