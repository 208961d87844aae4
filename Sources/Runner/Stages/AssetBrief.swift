import Ledger

/// What the stages need to know of an asset: the manifest's words, and the names and paths that follow from them.
struct AssetBrief: Sendable {
  let id: AssetID
  let name: String
  let category: String
  let slug: Slug
  let score: Double
  let specs: JSONValue
  /// The IDF that the manifest brought along.
  let idf: JSONValue?
  /// The image as the manifest names it.
  let path: String
  /// Absolute path of the user's own image.
  let source: String
  let targets: BundleTargets

  /// Works the names and paths of a registered asset out.
  init(_ asset: ManifestAsset, in configuration: Configuration) throws(Fault) {
    id = asset.id
    slug = Slug(asset: asset.id, name: asset.specs["name"]?.string, imagePath: asset.path)
    name = AssetName.of(asset.id, specs: asset.specs, slug: slug)
    category = asset.specs["category"]?.string ?? configuration.layout.defaultCategory
    score = asset.score
    specs = asset.specs
    idf = asset.idf
    path = asset.path
    source = asset.source
    targets = try Layout(
      bundle: configuration.layout.bundle, production: configuration.layout.production
    ).targets(asset: asset.id, slug: slug, category: category)
  }

  /// The briefs of all assets of a registration, in the manifest's order.
  static func all(in registration: Registration) throws(Fault) -> [AssetBrief] {
    var briefs: [AssetBrief] = []
    for asset in registration.manifest.assets {
      briefs.append(try AssetBrief(asset, in: registration.configuration))
    }
    return briefs
  }
}
