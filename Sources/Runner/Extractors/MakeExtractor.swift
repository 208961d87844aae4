import Ledger

/// Makes the extractor that a configuration asks for.
func makeExtractor(
  _ settings: ExtractorSettings, root: String, environment: [String: String]
) throws(Fault) -> any Extractor {
  switch settings.kind {
  case .local: LocalExtractor()
  case .mcp, .exec: preconditionFailure("not yet")
  }
}
