import BatchModel
import Core
import ModelContext
import Redaction
import StrictJSON

/// Turns what a server answered to a call of the tool into replies or refusals.
package struct MCPAnswerReader: Sendable {
  package let settings: MCPSettings
  /// Reads what the tool said, once it is known to be an answer.
  package let answers: AnswerReader

  private var redactor: Redactor { settings.program.redactor }
  private var limits: LimitReader { answers.limits }

  package init(settings: MCPSettings, limits: LimitReader) {
    self.settings = settings
    answers = AnswerReader(
      subject: "the tool \"\(settings.tool)\"", redactor: settings.program.redactor, limits: limits)
  }

  /// Reads the answer to a call for one asset.
  package func reply(
    _ answer: MCPServer.Answer, to request: ExtractionRequest, notes: [String]
  ) throws(ExtractorRefusal) -> ExtractionReply {
    let result = try result(of: answer, notes: notes)
    return try answers.reply(
      answers: result.answers, raw: result.raw, to: request, notes: notes, place: "result text")
  }

  /// The tool's own result, once everything that refuses the whole call is ruled out.
  package func result(of answer: MCPServer.Answer, notes: [String]) throws(ExtractorRefusal) -> MCPToolResult
  {
    switch answer {
    case .failure(let failure): throw refusal(failure, notes)
    case .result(let value, let tool):
      let result: MCPToolResult
      do throws(ReplyReader.Failure) {
        result = try MCPToolResult(value, tool: tool, redactor: redactor)
      } catch {
        throw answers.badReply(error, raw: redactor.redact(JSONWriter.compact(value)))
      }
      if result.isError { throw refusal(ofError: result) }
      return result
    }
  }

  /// What an answer means that should be an aggregated one and isn't.
  package func refusalOfNoBatch(_ result: MCPToolResult) -> ExtractorRefusal {
    if let limit = answers.limit(inAnswers: result.answers, place: "result text") {
      return answers.limited(limit, said: result.raw)
    }
    let found = Excerpt.line(result.raw, limit: 80)
    return answers.badReply(
      ReplyReader.Failure(
        message: "holds no \"batch_results\": expected a list of files, found \"\(found)\"", isAttempt: false,
        retryable: true),
      raw: result.raw)
  }

  private func refusal(ofError result: MCPToolResult) -> ExtractorRefusal {
    if let structured = result.structured, structured.string == nil,
      let limit = limits.limit(in: structured, place: "structuredContent")
    {
      return answers.limited(limit, said: result.raw)
    }
    return answers.refusal(
      ofErrorSaid: .string(result.raw), place: "tool error",
      retryable: !PermanentError.isToldBy(result.raw, tool: settings.tool))
  }

  private func refusal(_ failure: MCPFailure, _ notes: [String]) -> ExtractorRefusal {
    let server = "The server \"\(settings.program.name)\""
    switch failure {
    case .error(let error): return refusal(ofRPC: error)
    case .unreadable(let what):
      return answers.badReply(
        ReplyReader.Failure(message: redactor.redact(what), isAttempt: true, retryable: true), raw: nil)
    case .timedOut(let after, let silent):
      return .unavailable(
        reason: .timeout,
        message: "\(server) did not answer within \(after)" + (silent ? "" : ", though it said other things")
          + (notes.last.map { ": \($0)" } ?? ""))
    case .closed(let how):
      return .unavailable(
        reason: .exit,
        message: "\(server) went away in the middle of a call: \(how)\(settings.program.unsetHint)")
    case .broken(let what):
      return .protocolBroken(message: "\(server) broke the protocol: \(what)", retryable: true)
    case .tooLarge(let limit):
      return .protocolBroken(
        message: "\(server) broke the protocol: expected lines of at most \(limit) bytes, found a longer one",
        retryable: false)
    case .surroundings(let what): return .surroundings(message: what)
    case .cancelled: return .cancelled
    }
  }

  private func refusal(ofRPC error: MCPMessage.RPCError) -> ExtractorRefusal {
    let message = redactor.redact(error.message)
    let data = error.data.map { redactor.redact($0) }
    let inData = data.flatMap { data in
      data.string.map { limits.limit(inError: $0, place: "error data") }
        ?? limits.limit(in: data, place: "error data")
    }
    let inMessage = limits.limit(inError: message, place: "error message")
    let byCode = error.code == 429 ? Limit(retryAfterMs: nil, source: "error code: 429", daily: false) : nil
    // The one with a time is believed before the one without.
    let found = [inData, inMessage, byCode].compactMap(\.self)
    if var limit = found.first(where: { $0.retryAfterMs != nil }) ?? found.first {
      limit.daily = found.contains(where: \.daily) || limits.saysDaily(data.map(JSONWriter.compact) ?? "")
      return answers.limited(limit, said: message)
    }
    let code = error.code.map { " \($0)" } ?? ""
    // No such method, or parameters that don't fit: the next request would be the same.
    let retryable = !error.isPermanent && !PermanentError.isToldBy(message, tool: settings.tool)
    return .rejected(
      message: "The tool \"\(settings.tool)\" was refused with error\(code): \"\(Excerpt.line(message))\"",
      retryable: retryable)
  }
}
