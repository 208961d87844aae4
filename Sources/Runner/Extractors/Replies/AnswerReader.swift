/// Turns what an outside program said into replies or refusals; the same for servers and for programs run
/// once.
struct AnswerReader: Sendable {
  /// Who answers, within a sentence, such as `the tool "generate_idf"`.
  let subject: String
  let redactor: Redactor
  let limits: LimitReader

  /// Reads what may be an IDF in any of several places.
  func reply(
    answers: [JSONValue], raw: String, to request: ExtractionRequest, notes: [String], place: String
  ) throws(ExtractorRefusal) -> ExtractionReply {
    let reader = ReplyReader(for: request, redactor: redactor)
    var worst: ReplyReader.Failure?
    for answer in answers {
      do throws(ReplyReader.Failure) {
        return ExtractionReply(
          idf: try reader.read(answer), raw: Excerpt.raw(raw), notes: notes.map(redactor.redact))
      } catch {
        if worst == nil || (error.isAttempt && worst?.isAttempt == false) { worst = error }
      }
    }
    let failure =
      worst ?? ReplyReader.Failure(message: "is empty: expected an IDF", isAttempt: false, retryable: true)
    if !failure.isAttempt, let limit = limit(inAnswers: answers, place: place) {
      throw limited(limit, said: raw)
    }
    throw badReply(failure, raw: raw)
  }

  /// What an error that a tool or a file's analysis gave means.
  func refusal(ofErrorSaid said: JSONValue, place: String, retryable: Bool = true) -> ExtractorRefusal {
    let text = said.string ?? said["message"]?.string ?? JSONWriter.compact(said)
    let limit =
      said.string.map { limits.limit(inError: $0, place: place) } ?? limits.limit(in: said, place: place)
    if let limit { return limited(limit, said: text) }
    return .rejected(
      message: "\(subject.capitalisedFirst) said no: \"\(Excerpt.line(text))\"", retryable: retryable)
  }

  /// The refusal that a reply which is no IDF comes to.
  func badReply(_ failure: ReplyReader.Failure, raw: String?) -> ExtractorRefusal {
    .badReply(
      message: "The reply of \(subject) \(redactor.redact(failure.message))", raw: raw.map(Excerpt.raw),
      retryable: failure.retryable)
  }

  /// The refusal that a limit comes to; `said` is what announced it.
  func limited(_ limit: Limit, said: String) -> ExtractorRefusal {
    .limited(
      retryAfterMs: limit.retryAfterMs, source: redactor.redact(limit.source), daily: limit.daily,
      message: "\(subject.capitalisedFirst) is limited: \"\(Excerpt.line(said))\"")
  }

  /// A limit that stands where an answer was expected.
  func limit(inAnswers answers: [JSONValue], place: String) -> Limit? {
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
