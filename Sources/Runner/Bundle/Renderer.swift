import Ledger

/// An asset's three documents.
package struct RenderedBundle: Hashable, Sendable {
  package var context: [UInt8]
  package var tokens: [UInt8]
  package var usage: [UInt8]

  package init(context: [UInt8], tokens: [UInt8], usage: [UInt8]) {
    self.context = context
    self.tokens = tokens
    self.usage = usage
  }
}

/// Turns an asset's facts into its documents. Pure: the same input gives the same bytes on every machine.
package enum Renderer {
  /// Raised with every change of what comes out: part of the `render` stage's key.
  package static let version = 1

  /// Renders all three documents.
  ///
  /// Throws `template_invalid` (78), or `colour_invalid` and `measure_invalid` for an IDF that is none.
  package static func render(_ input: RenderInput) throws(Fault) -> RenderedBundle {
    let facts = try AssetFacts(input)
    let values = TemplateNames.values(facts)
    let context = try BundleTemplates.parsed(input.templates.context)
    let usage = try BundleTemplates.parsed(input.templates.usage)
    return RenderedBundle(
      context: Array(context.render(values).utf8), tokens: TokensFile.bytes(facts),
      usage: Array(usage.render(values).utf8))
  }
}
