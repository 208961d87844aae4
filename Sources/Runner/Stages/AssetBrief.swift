import AssetBundle
import BatchModel
import Core
import StrictJSON

/// What the stages need to know of an asset: the manifest's words, and the names and paths that follow from them.
struct AssetBrief: Sendable {
  let id: AssetID
  let name: String
  let category: String
  let slug: Slug
  /// Names the asset's CSS class, custom properties, token group and file.
  let handle: String
  /// Which of the four kinds of use the category has.
  let kind: AssetKind
  /// Address of the image on the site; nil where it can't be told.
  let url: String?
  let score: Double
  /// Pixels of the image to a pixel on the page.
  let scale: Int
  let specs: JSONValue
  /// The IDF that the manifest brought along.
  let idf: JSONValue?
  /// What the score was given for; nil where any image is taken.
  let sha256: Digest?
  /// What the manifest says of the image: its specs, with `alt` and `tags`.
  let stated: JSONValue
  /// The image as the manifest names it.
  let path: String
  /// Absolute path of the user's own image.
  var source: String
  let targets: BundleTargets

  /// Works the names and paths of a registered asset out. `templates` are the files that a project's own
  /// templates add to every bundle.
  init(
    _ asset: ManifestAsset, in configuration: Configuration, templates: [String] = []
  ) throws(Fault) {
    id = asset.id
    slug = Slug(asset: asset.id, name: asset.specs["name"]?.string, imagePath: asset.path)
    name = AssetName.of(asset.id, specs: asset.specs, slug: slug)
    category = asset.specs["category"]?.string ?? configuration.layout.defaultCategory
    score = asset.score
    scale = ImageStem(path: asset.path).scale
    specs = asset.specs
    idf = asset.idf
    sha256 = asset.sha256
    stated = Self.stated(asset)
    path = asset.path
    source = asset.source
    let layout = try Layout(configuration.layout)
    handle = layout.handle(asset: asset.id, slug: slug)
    kind = AssetKind(of: category, among: configuration.layout.kinds)
    targets = try layout.targets(
      asset: asset.id, slug: slug, category: category, moreFiles: templates)
    url = layout.url(asset: asset.id, slug: slug, category: category, production: targets.production)
  }

  /// The asset's own `alt` and `tags` come before those of its specs.
  private static func stated(_ asset: ManifestAsset) -> JSONValue {
    var members = (asset.specs.members ?? []).filter { member in
      !(member.name == "alt" && asset.alt != nil || member.name == "tags" && asset.tags != nil)
    }
    if let alt = asset.alt { members.append(.init("alt", .string(alt))) }
    if let tags = asset.tags { members.append(.init("tags", .array(tags.map(JSONValue.string)))) }
    return .object(members)
  }

  /// The briefs of all assets of a registration, in the manifest's order.
  static func all(in registration: Registration) throws(Fault) -> [AssetBrief] {
    var briefs: [AssetBrief] = []
    for asset in registration.manifest.assets {
      briefs.append(
        try AssetBrief(
          asset, in: registration.configuration,
          templates: BundleTemplates.moreFiles(among: registration.templates.keys)))
    }
    return briefs
  }
}
