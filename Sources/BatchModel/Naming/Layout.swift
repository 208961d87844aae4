import Core

/// Where an asset's files go, relative to the project root.
package struct BundleTargets: Hashable, Sendable {
  /// Folder of the three documents.
  package var bundleFolder: String
  package var context: String
  package var tokens: String
  package var usage: String
  package var production: String
  /// Names of the files beside the three documents, sorted.
  package var moreFiles: [String]

  package init(bundleFolder: String, production: String, moreFiles: [String] = []) {
    self.moreFiles = moreFiles.sorted()
    self.bundleFolder = bundleFolder
    self.context = bundleFolder + "/context.md"
    self.tokens = bundleFolder + "/tokens.json"
    self.usage = bundleFolder + "/usage.md"
    self.production = production
  }

  /// All files, in the order of their paths' bytes.
  package var all: [String] {
    (documents.map(\.path) + [production]).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  /// The rendered files: their names and paths.
  package var documents: [(name: String, path: String)] {
    (BundleTargets.documentNames + moreFiles).map { ($0, bundleFolder + "/" + $0) }
  }

  /// The documents that every bundle has.
  package static let documentNames = ["context.md", "tokens.json", "usage.md"]
}

/// The configuration's templates of paths, checked.
package struct Layout: Hashable, Sendable {
  package static let defaultBundle = "assets/{{asset_id}}-{{slug}}"
  package static let defaultProduction = "frontend/public/assets/{{category}}/{{file}}"
  package static let placeholders = ["asset_id", "category", "file", "slug"]

  /// What the handle is made of.
  package static let handlePlaceholders = ["asset_id", "slug"]

  private let bundle: PlaceholderTemplate
  private let production: PlaceholderTemplate
  package let handleTemplate: PlaceholderTemplate
  package let urlTemplate: PlaceholderTemplate?

  /// Reads the templates; a placeholder that isn't known, or text that no portable path has, is refused.
  package init(
    bundle: String = defaultBundle, production: String = defaultProduction, handle: String = "{{asset_id}}",
    url: String = ""
  ) throws(Fault) {
    self.bundle = try PlaceholderTemplate(bundle, setting: "layout.bundle", known: Self.placeholders)
    self.production = try PlaceholderTemplate(
      production, setting: "layout.production", known: Self.placeholders)
    self.handleTemplate = try PlaceholderTemplate(
      handle, setting: "layout.handle", known: Self.handlePlaceholders)
    self.urlTemplate =
      url.isEmpty
      ? nil : try PlaceholderTemplate(url, setting: "layout.url", known: Self.placeholders)
  }

  /// Reads the templates of a configuration.
  package init(_ settings: Configuration.Layout) throws(Fault) {
    try self.init(
      bundle: settings.bundle, production: settings.production, handle: settings.handle, url: settings.url)
  }

  /// Whether an asset's bundle lies elsewhere once its category changes.
  package var bundleNamesCategory: Bool { bundle.pieces.contains(.placeholder("category")) }

  /// Expands both templates for an asset. An empty slug leaves with the hyphen before it, else the one after
  /// it.
  package func targets(
    asset: AssetID, slug: Slug, category: String, moreFiles: [String] = []
  ) throws(Fault) -> BundleTargets {
    BundleTargets(
      bundleFolder: try bundleFolder(asset: asset, slug: slug, category: category),
      production: try productionPath(
        asset: asset, slug: slug, category: category, handle: handle(asset: asset, slug: slug)),
      moreFiles: moreFiles)
  }

  /// Expands the production image's template for an asset that goes by a handle.
  package func productionPath(
    asset: AssetID, slug: Slug, category: String, handle: String
  ) throws(Fault) -> String {
    try Self.expand(
      production, Self.values(asset, slug, category, handle: handle), asset, setting: "layout.production")
  }

  /// Expands the bundle's template alone.
  package func bundleFolder(asset: AssetID, slug: Slug, category: String) throws(Fault) -> String {
    try Self.expand(
      bundle, Self.values(asset, slug, category, handle: handle(asset: asset, slug: slug)), asset,
      setting: "layout.bundle")
  }

  private static func values(
    _ asset: AssetID, _ slug: Slug, _ category: String, handle: String
  ) -> [String: String] {
    ["asset_id": asset.text, "slug": slug.text, "category": category, "file": handle + ".png"]
  }

  private static func expand(
    _ template: PlaceholderTemplate, _ values: [String: String], _ asset: AssetID, setting: String
  ) throws(Fault) -> String {
    let path = expanded(template, values)
    if let why = problem(ofPath: path) {
      throw .layoutPathRefused(setting: setting, path: path, why: why, asset: asset)
    }
    return path
  }

  /// Expands a template; an empty slug leaves with the hyphen before it, else the one after it.
  package static func expanded(_ template: PlaceholderTemplate, _ values: [String: String]) -> String {
    (values["slug"] == "" ? withoutSlug(template) : template).expanded(values)
  }

  private static func withoutSlug(_ template: PlaceholderTemplate) -> PlaceholderTemplate {
    var result = template
    for (index, piece) in template.pieces.enumerated() where piece == .placeholder("slug") {
      if index > 0, case .literal(let before) = template.pieces[index - 1], before.hasSuffix("-") {
        result.pieces[index - 1] = .literal(String(before.dropLast()))
      } else if index + 1 < template.pieces.count,
        case .literal(let after) = template.pieces[index + 1], after.hasPrefix("-")
      {
        result.pieces[index + 1] = .literal(String(after.dropFirst()))
      }
    }
    return result
  }

  private static let refusedScalars = Set("\\`:*?\"<>|\n\t".unicodeScalars)

  /// Whether a template's file name is a picture's, whatever the asset: it holds `{{file}}` or ends in `.png`.
  package static func namesPicture(_ template: PlaceholderTemplate) -> Bool {
    let path = template.expanded([
      "asset_id": "id", "category": "category", "file": "\u{0}.png", "slug": "slug",
    ])
    let name = path.split(separator: "/").last ?? ""
    return name.contains("\u{0}") || name.lowercased().hasSuffix(".png")
  }

  /// Says why a string is not a relative path that every checkout can hold; nil if it is one.
  private static func problem(ofPath path: String) -> String? {
    if path.hasPrefix("/") { return "an absolute path" }
    for component in path.split(separator: "/", omittingEmptySubsequences: false) {
      if component.isEmpty { return "an empty folder or file name" }
      if component == "." || component == ".." { return "\"\(component)\" in it" }
      if [".git", ".ledger"].contains(component.lowercased()) { return "\"\(component)\" in it" }
      if component.utf8.count > 255 { return "a name of more than 255 bytes" }
      if let last = component.last, last == " " || last == "." { return "a name that ends in \"\(last)\"" }
      if WindowsDevice.isName(String(component)) {
        return "\"\(component)\" in it, a device's name on Windows"
      }
      // `.gitattributes`, `.gitmodules`, `.github`: git and its hosts act upon them.
      if component.lowercased().hasPrefix(".git") { return "\"\(component)\" in it" }
    }
    for scalar in path.unicodeScalars {
      if VisibleText.isHidden(scalar) || refusedScalars.contains(scalar) {
        return "\"\(VisibleText.showing(String(scalar)))\" in it"
      }
    }
    return nil
  }
}
