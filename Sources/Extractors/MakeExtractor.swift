import BatchModel
import Core

/// Makes the extractor that a configuration asks for; an outside program starts at its first use.
package func makeExtractor(
  _ settings: ExtractorSettings, root: String, environment: [String: String],
  scratch: String? = nil, nowMs: @escaping @Sendable () -> Int64
) throws(Fault) -> any Extractor {
  switch settings.kind {
  case .local: return LocalExtractor()
  case .exec:
    return ExecExtractor(settings, root: root, environment: environment, nowMs: nowMs)
  case .mcp:
    let server = MCPSettings(settings, root: root, environment: environment, scratch: scratch)
    return settings.batch
      ? try MCPBatchExtractor(server, nowMs: nowMs) : try MCPExtractor(server, nowMs: nowMs)
  }
}
