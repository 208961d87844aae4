import Core

/// An asset's rendered files, in the order of `BundleTargets.documents`.
package struct RenderedBundle: Hashable, Sendable {
  package struct File: Hashable, Sendable {
    package var name: String
    package var bytes: [UInt8]

    package init(name: String, bytes: [UInt8]) {
      self.name = name
      self.bytes = bytes
    }
  }

  package var files: [File]

  /// Bytes of a file by its name; nil if the bundle has none of it.
  package subscript(name: String) -> [UInt8]? { files.first { $0.name == name }?.bytes }
}

/// Turns an asset's facts into its documents. Pure: the same input gives the same bytes on every machine.
package enum Renderer {
  /// Renders all documents.
  ///
  /// Throws `template_invalid` (78), or `colour_invalid` and `measure_invalid` for an IDF that isn't valid.
  package static func render(_ input: RenderInput) throws(Fault) -> RenderedBundle {
    let facts = try AssetFacts(input)
    let markdown = TemplateNames.values(facts, .markdown)
    var files = [
      RenderedBundle.File(
        name: BundleTemplates.contextFile,
        bytes: Array(try text(of: input.templates.context, markdown).utf8)),
      RenderedBundle.File(name: "tokens.json", bytes: TokensFile.bytes(facts)),
      RenderedBundle.File(
        name: BundleTemplates.usageFile,
        bytes: Array(try text(of: input.templates.usage, markdown).utf8)),
    ]
    for template in input.templates.more {
      let values = TemplateNames.values(facts, TextEscaping(fileName: template.name))
      let text = try text(of: template.source, values)
      files.append(RenderedBundle.File(name: template.name, bytes: Array(text.utf8)))
    }
    return RenderedBundle(files: files)
  }

  private static func text(
    of source: BundleTemplates.Source, _ values: [String: TemplateValue]
  ) throws(Fault) -> String {
    guard let text = try BundleTemplates.parsed(source).text(values) else {
      throw .templateInvalid(
        file: source.file, line: 1, found: "lists within lists that repeat their text too often",
        expected: "a document of some megabytes at most")
    }
    return text
  }
}
