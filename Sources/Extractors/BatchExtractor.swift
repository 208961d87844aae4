import BatchModel

/// An extractor that answers for several assets in one call.
public protocol BatchExtractor: Extractor {
  /// Asks for all assets at once and returns an answer or a refusal for each of them.
  ///
  /// What is wrong with one asset's answer refuses that one alone; what is wrong with the call refuses all.
  func extractAll(
    _ requests: [ExtractionRequest]
  ) async -> [AssetID: Result<ExtractionReply, ExtractorRefusal>]
}

extension BatchExtractor {
  /// Asks for one asset alone, by a call for all that are one.
  public func extract(_ request: ExtractionRequest) async throws(ExtractorRefusal) -> ExtractionReply {
    guard let result = await extractAll([request])[request.asset] else {
      preconditionFailure("A batch extractor answers for every asset it is asked about.")
    }
    return try result.get()
  }
}
