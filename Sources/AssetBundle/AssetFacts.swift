import BatchModel
import Core
import StrictJSON

/// Everything an asset's documents are made of. Holds no batch, time, host or absolute path, so that the same
/// asset renders to the same bytes in any batch.
package struct RenderInput: Hashable, Sendable {
  package var asset: AssetID
  package var name: String
  package var category: String
  /// Names the CSS class, custom properties, token group and file.
  package var handle: String
  package var kind: AssetKind
  /// Address of the image on the site; nil where it isn't known.
  package var url: String?
  package var score: Double
  /// Pixels of the image to a pixel on the page.
  package var scale: Int
  /// The manifest's `specs`, an object.
  package var specs: JSONValue
  package var idf: IDF
  /// Digest of the image's bytes.
  package var image: Digest
  /// Of what was asked of the extractor; nil where it isn't known.
  package var extractKey: Digest?
  package var targets: BundleTargets
  package var templates: BundleTemplates

  package init(
    asset: AssetID, name: String, category: String, handle: String, kind: AssetKind, url: String?,
    score: Double, scale: Int = 1, specs: JSONValue, idf: IDF, image: Digest, extractKey: Digest? = nil,
    targets: BundleTargets,
    templates: BundleTemplates = .builtIn
  ) {
    self.asset = asset
    self.name = name
    self.category = category
    self.handle = handle
    self.kind = kind
    self.url = url
    self.score = score
    self.scale = scale
    self.specs = specs
    self.idf = idf
    self.image = image
    self.extractKey = extractKey
    self.targets = targets
    self.templates = templates
  }
}

/// A render input whose colours and measures are known to be ones, with what follows from them.
package struct AssetFacts: Sendable {
  package let input: RenderInput
  /// Nil where the ground is transparent.
  package let background: RGB?
  package let primary: [RGB]
  package let accents: [RGB]
  package let zones: [DensityZone]

  package init(_ input: RenderInput) throws(Fault) {
    let idf = input.idf
    self.input = input
    background =
      idf.background == IDF.transparent
      ? nil : try Self.colour(idf.background, "background", input.asset)
    primary = try Self.colours(idf.palette.primary, "primary", input.asset)
    accents = try Self.colours(idf.palette.accents, "accent", input.asset)
    var zones: [DensityZone] = []
    for (name, zone) in idf.densityZones.measured {
      guard (0...1).contains(zone.coverage) else {
        throw .measureUnreadable("\(zone.coverage)", name: "density \(name)", asset: input.asset)
      }
      zones.append(DensityZone(name: name, coverage: zone.coverage))
    }
    self.zones = zones
  }

  /// Whether a colour painted behind the image would not show as a box: nothing shines through.
  package var hasGround: Bool { background != nil && (input.idf.transparency ?? 0) < 0.0005 }

  /// Where a field of the IDF came from. An IDF of 0.1 measured what pixels tell, and had the rest from the manifest.
  package func source(of field: String) -> IDF.Source {
    input.idf.sources?[field] ?? (["background", "palette"].contains(field) ? .measured : .given)
  }

  /// Size on the page, in pixels of CSS: never more than the image has.
  package var cssWidth: Int { max(1, input.idf.dimensions.width / input.scale) }
  package var cssHeight: Int { max(1, input.idf.dimensions.height / input.scale) }

  /// Width to height in lowest terms, such as `16 : 9`.
  package var proportions: String {
    let (width, height) = (input.idf.dimensions.width, input.idf.dimensions.height)
    var (divisor, rest) = (width, height)
    while rest > 0 { (divisor, rest) = (rest, divisor % rest) }
    return "\(width / divisor) : \(height / divisor)"
  }

  /// Nil where the edges were not compared.
  package var seams: IDF.Edges? { input.idf.edges }
  package var isTransparent: Bool { background == nil }

  /// What a reader who can't see the image is told: what was said of it, else its name.
  package var alt: String { input.idf.alt ?? input.name }

  /// The emptiest zone, where it is a ninth of the image in which a few words can be read: nearly nothing covers it,
  /// it is on an opaque ground, and it is at least 200 × 80 px large on the page.
  package var roomForText: DensityZone? {
    let zone = quietest
    let isLarge = cssWidth / 3 >= 200 && cssHeight / 3 >= 80
    return hasGround && isLarge && zone.percent <= 10 ? zone : nil
  }

  package var quietest: DensityZone {
    zones.reduce(zones[0]) { $1.permille < $0.permille ? $1 : $0 }
  }

  package var densest: DensityZone {
    zones.reduce(zones[0]) { $1.permille > $0.permille ? $1 : $0 }
  }

  package var meanDensityPermille: Int { zones.reduce(0) { $0 + $1.permille } / zones.count }

  /// The production image's address, else its path in the repository.
  package var url: String {
    input.url
      ?? input.targets.production.split(separator: "/").map { "/" + Layout.percentEncoded($0) }.joined()
  }

  /// A class name made of the handle: a letter first, then letters, digits, hyphens and underscores.
  package var cssClass: String {
    input.handle.first?.isLetter == true ? input.handle : "asset-" + input.handle
  }

  private static func colours(
    _ texts: [String], _ name: String, _ asset: AssetID
  ) throws(Fault) -> [RGB] {
    var colours: [RGB] = []
    for text in texts { colours.append(try colour(text, name, asset)) }
    return colours
  }

  private static func colour(
    _ text: String, _ name: String, _ asset: AssetID
  ) throws(Fault) -> RGB {
    guard let colour = RGB(text) else { throw .colourUnreadable(text, name: name, asset: asset) }
    return colour
  }
}

/// A part of the image and how much of it is covered.
package struct DensityZone: Hashable, Sendable {
  package let name: String
  package let coverage: Double

  /// What the zone is called in a sentence, such as `upper left`.
  package var words: String { name == "central" ? "centre" : name.replacing("_", with: " ") }
  package var permille: Int { Int((coverage * 1000).rounded()) }
  package var percent: Int { (permille + 5) / 10 }
}
