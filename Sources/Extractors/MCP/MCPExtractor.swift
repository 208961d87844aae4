import BatchModel
import Core

/// Asks a Model Context Protocol server for one asset a call, calls side by side.
package struct MCPExtractor: Extractor {
  package let caller: MCPToolCaller

  /// Takes settings for one call an asset; throws where their arguments mean something else.
  package init(
    _ settings: MCPSettings, nowMs: @escaping @Sendable () -> Int64
  ) throws(Fault) {
    precondition(!settings.batch, "One call for all assets is MCPBatchExtractor's.")
    caller = try MCPToolCaller(settings, nowMs: nowMs)
  }

  package var identity: ExtractorIdentity { get async throws(ExtractorRefusal) { try await caller.identity } }

  package func identityUnasked(last: ExtractorIdentity?) -> ExtractorIdentity? {
    caller.identityUnasked(last: last)
  }

  package func extract(_ request: ExtractionRequest) async throws(ExtractorRefusal) -> ExtractionReply {
    let (answer, notes, reader) = try await caller.call([request])
    return try reader.reply(answer, to: request, notes: notes)
  }

  package func shutDown() async { await caller.shutDown() }
}
