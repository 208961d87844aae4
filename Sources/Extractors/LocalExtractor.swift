import BatchModel

/// Adds nothing to what is measured in the pixels: needs no server, no network and no key. What pixels can't tell
/// (specimens, mode, purpose) comes from the manifest's specs.
public struct LocalExtractor: Extractor {
  public init() {}

  public var identity: ExtractorIdentity {
    ExtractorIdentity(kind: "local", parts: ["name": "ledgerctl-local"])
  }

  public func identityUnasked(last: ExtractorIdentity?) -> ExtractorIdentity? { identity }

  public func extract(
    _ request: ExtractionRequest
  ) async throws(ExtractorRefusal) -> ExtractionReply { ExtractionReply(said: [:]) }

  public func shutDown() async {}
}
