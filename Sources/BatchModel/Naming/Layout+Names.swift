import Core

/// What an asset is called in style sheets, and where the site serves its image.
extension Layout {
  /// Names an asset's CSS class, custom properties, token group and file: lower-case letters, digits, hyphens
  /// and underscores. An empty slug leaves as in paths; a handle without any letter or digit is the id's.
  package func handle(asset: AssetID, slug: Slug) -> String {
    let values = ["asset_id": asset.text.lowercased(), "slug": slug.text]
    let text = Self.expanded(handleTemplate, values).lowercased()
    return text.contains { $0.isLetter || $0.isNumber } ? text : asset.text.lowercased()
  }

  /// Returns the address of the production image, percent-encoded where it is made of the path.
  ///
  /// With `layout.url` it is that template's; else it is the path below the first folder named `public` or
  /// `static`. Nil where there is neither.
  package func url(asset: AssetID, slug: Slug, category: String, production: String) -> String? {
    if let urlTemplate {
      let values = [
        "asset_id": asset.text, "slug": slug.text, "category": Self.percentEncoded(category[...]),
        "file": handle(asset: asset, slug: slug) + ".png",
      ]
      return Self.expanded(urlTemplate, values)
    }
    let parts = production.split(separator: "/")
    guard let root = parts.firstIndex(where: { ["public", "static"].contains($0) }) else { return nil }
    return parts[(root + 1)...].map { "/" + Self.percentEncoded($0) }.joined()
  }

  /// What is wrong with the template of a handle; nil if it is fit.
  package static func fault(ofHandle text: String) -> String? {
    guard let template = PlaceholderTemplate(text), !template.pieces.isEmpty,
      template.name(notAmong: handlePlaceholders) == nil
    else { return "text with only {{\(handlePlaceholders.joined(separator: "}}, {{"))}} in it" }
    for case .literal(let text) in template.pieces where !text.utf8.allSatisfy(isHandleByte) {
      return "only letters, digits, \"-\" and \"_\" beside the variables"
    }
    guard template.pieces.contains(where: { if case .placeholder = $0 { true } else { false } }) else {
      return "at least one of {{\(handlePlaceholders.joined(separator: "}}, {{"))}}"
    }
    return nil
  }

  /// What is wrong with the template of an address; nil if it is fit. Empty stands for none.
  package static func fault(ofURL text: String) -> String? {
    guard let template = PlaceholderTemplate(text), template.name(notAmong: placeholders) == nil else {
      return "an address with only {{\(placeholders.joined(separator: "}}, {{"))}} in it"
    }
    for case .literal(let text) in template.pieces where !text.utf8.allSatisfy(isURLByte) {
      return "an address without spaces, quotes, brackets or backslashes"
    }
    return nil
  }

  package static func isHandleByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
      true
    default: false
    }
  }

  /// Characters of RFC 3986 that end neither a CSS string nor an HTML attribute.
  private static func isURLByte(_ byte: UInt8) -> Bool {
    isHandleByte(byte) || "./:?&=%~@+,;#".utf8.contains(byte)
  }

  package static func percentEncoded(_ component: Substring) -> String {
    component.utf8.map { byte in
      isHandleByte(byte) || byte == UInt8(ascii: ".")
        ? String(Unicode.Scalar(byte)) : "%" + Hexadecimal.text(of: [byte]).uppercased()
    }.joined()
  }
}
