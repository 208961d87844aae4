import BatchModel
import Core
import StrictJSON

/// Asks a Model Context Protocol server once for all assets and takes the aggregated answer apart.
package struct MCPBatchExtractor: BatchExtractor {
  package let caller: MCPToolCaller

  /// Takes settings for one call for all assets; throws where their arguments mean one asset.
  package init(
    _ settings: MCPSettings, nowMs: @escaping @Sendable () -> Int64
  ) throws(Fault) {
    precondition(settings.batch, "One call an asset is MCPExtractor's.")
    caller = try MCPToolCaller(settings, nowMs: nowMs)
  }

  package var identity: ExtractorIdentity { get async throws(ExtractorRefusal) { try await caller.identity } }

  package func identityUnasked(last: ExtractorIdentity?) -> ExtractorIdentity? {
    caller.identityUnasked(last: last)
  }

  package func extractAll(
    _ requests: [ExtractionRequest]
  ) async -> [AssetID: Result<ExtractionReply, ExtractorRefusal>] {
    guard !requests.isEmpty else { return [:] }
    do throws(ExtractorRefusal) {
      let (answer, notes, reader) = try await caller.call(requests)
      let result = try reader.result(of: answer, notes: notes)
      let results = try Self.takeApart(result, paths: requests.map(caller.path), reader)
      let allNotes = notes + results.notes
      return Dictionary(
        uniqueKeysWithValues: requests.map { request in
          let path = caller.path(of: request)
          let answer = results.answers[path] ?? .unusable("says nothing of the file")
          return (request.asset, Self.reply(answer, request, allNotes, reader))
        })
    } catch {
      let refusal = error
      return Dictionary(uniqueKeysWithValues: requests.map { ($0.asset, .failure(refusal)) })
    }
  }

  package func shutDown() async { await caller.shutDown() }

  private static func takeApart(
    _ result: MCPToolResult, paths: [String], _ reader: MCPAnswerReader
  ) throws(ExtractorRefusal) -> BatchResults {
    for answer in result.answers {
      let values = answer.string.map {
        JSONInText.pieces(of: $0).compactMap { try? JSONReader.value(of: $0.bytes) }.map(
          reader.answers.redactor.redact)
      }
      for value in values ?? [answer] {
        if let results = BatchResults(value, paths: paths) { return results }
      }
    }
    throw reader.refusalOfNoBatch(result)
  }

  private static func reply(
    _ answer: BatchResults.Answer, _ request: ExtractionRequest, _ notes: [String], _ reader: MCPAnswerReader
  ) -> Result<ExtractionReply, ExtractorRefusal> {
    do throws(ExtractorRefusal) {
      switch answer {
      case .analysis(let value):
        let raw = value.string ?? JSONWriter.compact(value)
        return .success(
          try reader.answers.reply(answers: [value], raw: raw, to: request, notes: notes, place: "analysis"))
      case .error(let said): throw reader.answers.refusal(ofErrorSaid: said, place: "error of the file")
      case .unusable(let what):
        throw reader.answers.badReply(
          ReplyReader.Failure(message: what, isAttempt: false, retryable: true), raw: nil)
      }
    } catch {
      return .failure(error)
    }
  }
}
