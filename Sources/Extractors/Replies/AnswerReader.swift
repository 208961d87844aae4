import BatchModel
import Core
import Redaction
import StrictJSON

/// Turns what an outside program said into replies or refusals; the same for servers and for programs run
/// once.
package struct AnswerReader: Sendable {
  /// Who answers, within a sentence, such as `the tool "generate_idf"`.
  package let subject: String
  package let redactor: Redactor
  package let limits: LimitReader

  /// Reads what may be an answer in any of several places.
  package func reply(
    answers: [JSONValue], raw: String, to request: ExtractionRequest, notes: [String], place: String
  ) throws(ExtractorRefusal) -> ExtractionReply {
    let reader = ReplyReader(redactor: redactor)
    var worst: ReplyReader.Failure?
    var plain: JSONValue?
    var refused: JSONValue?
    for answer in answers {
      do throws(ReplyReader.Failure) {
        let reading = try reader.read(answer)
        switch reading {
        case .answer(let said) where reading.isAboutImage:
          return ExtractionReply(said: said, raw: Excerpt.raw(raw), notes: notes.map(redactor.redact))
        case .answer(let said): plain = plain ?? said
        case .refusal(let said): refused = refused ?? said
        }
      } catch {
        if worst == nil || (error.isAttempt && worst?.isAttempt == false) { worst = error }
      }
    }
    if worst?.isAttempt != true, let limit = limit(inAnswers: answers, place: place) {
      throw limited(limit, said: raw)
    }
    if let plain {
      return ExtractionReply(
        said: plain, raw: Excerpt.raw(raw), notes: notes.map(redactor.redact) + [Self.note(ofNothing: plain)])
    }
    if let refused { throw refusal(ofErrorSaid: refused, place: place) }
    throw badReply(
      worst
        ?? ReplyReader.Failure(message: "is empty: expected a JSON object", isAttempt: false, retryable: true),
      raw: raw)
  }

  /// What to say of an object without a field that is known.
  private static func note(ofNothing said: JSONValue) -> String {
    let found = (said.members ?? []).prefix(5).map { "\"\(Excerpt.line($0.name, limit: 40))\"" }
    return "The extractor said nothing of the image"
      + (found.isEmpty ? "." : ": its reply has only \(found.joined(separator: ", ")).")
  }

  /// What an error that a tool or a file's analysis gave means.
  package func refusal(ofErrorSaid said: JSONValue, place: String, retryable: Bool = true) -> ExtractorRefusal
  {
    let text =
      said.string ?? said["message"]?.string ?? said["error"]?.string ?? JSONWriter.compact(said)
    let limit =
      said.string.map { limits.limit(inError: $0, place: place) } ?? limits.limit(in: said, place: place)
    if let limit { return limited(limit, said: text) }
    return .rejected(
      message: "\(subject.capitalisedFirst) said no: \"\(Excerpt.line(text))\"", retryable: retryable)
  }

  /// The refusal that a reply which can't be read comes to.
  package func badReply(_ failure: ReplyReader.Failure, raw: String?) -> ExtractorRefusal {
    .badReply(
      message: "The reply of \(subject) \(redactor.redact(failure.message))", raw: raw.map(Excerpt.raw),
      retryable: failure.retryable)
  }

  /// The refusal that a limit comes to; `said` is what announced it.
  package func limited(_ limit: Limit, said: String) -> ExtractorRefusal {
    .limited(
      retryAfterMs: limit.retryAfterMs, source: redactor.redact(limit.source), daily: limit.daily,
      message: "\(subject.capitalisedFirst) is limited: \"\(Excerpt.line(said))\"")
  }

  /// A limit given where an answer was expected.
  package func limit(inAnswers answers: [JSONValue], place: String) -> Limit? {
    for answer in answers {
      if let text = answer.string {
        if let limit = limits.limit(inAnswer: text, place: place) { return limit }
      } else if let limit = limits.limit(in: answer, place: "structuredContent") {
        return limit
      }
    }
    return nil
  }
}

extension String {
  /// The text with its first letter as a capital, for the beginning of a sentence.
  fileprivate var capitalisedFirst: String { prefix(1).uppercased() + dropFirst() }
}
