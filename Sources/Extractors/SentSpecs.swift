import BatchModel
import StrictJSON

/// What an extractor is told of an asset besides its image, as far as the answer may depend on it: a part of the key of
/// `extract`.
///
/// Names are not part of it, though some extractors are handed them: `specs.name`, `specs.category`, the asset's id and
/// the file's name say what an asset is called, not what can be seen. So a corrected name never costs a call.
package enum SentSpecs {
  private static let names: Set<String> = ["name", "category"]
  /// The fields of `specs` that the prompt has.
  package static let ofPrompt = ["mode", "purpose", "specimens"]

  /// The specs that calls of this extractor carry.
  package static func of(_ specs: JSONValue, to extractor: ExtractorSettings) -> JSONValue {
    switch extractor.kind {
    case .local: return [:]
    case .exec: return withoutNames(specs)
    case .mcp:
      let template = try? ArgumentTemplate(extractor.arguments, batch: extractor.batch)
      if template?.words.contains(.specs) == true { return withoutNames(specs) }
      return template?.asksInWords == true ? inPrompt(specs) : [:]
    }
  }

  /// What the prompt says of the specs.
  package static func inPrompt(_ specs: JSONValue) -> JSONValue {
    .object((specs.members ?? []).filter { ofPrompt.contains($0.name) })
  }

  private static func withoutNames(_ specs: JSONValue) -> JSONValue {
    .object((specs.members ?? []).filter { !names.contains($0.name) })
  }
}
