import AssetBundle
import FileStore
import GitRepository
import Testing

@testable import Runner

/// The reference batch's three assets as render inputs, with design facts as an extractor might give them.
enum SeedBundles {
  static func all() throws -> [RenderInput] { try [canopy(), fern(), waratah()] }

  static func canopy() throws -> RenderInput {
    let idf = IDF(
      dimensions: .init(width: 512, height: 512), background: "#1a1714",
      palette: .init(primary: ["#c45c4b", "#d4a84b"], accents: ["#7a9e82", "#d4885c"]),
      densityZones: zones(0.18, 0.65, 0.2), transparency: 0, edges: .init(leftRight: true, topBottom: true),
      specimens: ["Eucalyptus", "Wattle", "Banksia"], mode: "Gallery",
      purpose: "Seamless background pattern", narrative: "Leaves before a night sky.",
      motifs: [.init(name: "leaf", rationale: "Each is cut out, as on a stage."), .init(name: "moon")],
      tags: ["night", "leaves"], placement: "Behind a programme's pages", alt: "Leaves at night",
      sources: [
        "background": .measured, "palette": .described, "dimensions": .measured, "density_zones": .measured,
        "transparency": .measured, "edges": .measured, "specimens": .given, "mode": .given,
        "purpose": .given, "narrative": .described, "motifs": .described, "tags": .described,
        "placement": .described, "alt": .described,
      ])
    return try input("ASSET-3", "Nocturnal Canopy", "patterns", 92, idf)
  }

  static func fern() throws -> RenderInput {
    let idf = IDF(
      dimensions: .init(width: 1024, height: 1536), background: "#f4efe6",
      palette: .init(primary: ["#2f5d50"], accents: []), densityZones: zones(0.05, 0.4125, 0.05))
    return try input("ASSET-4", "Fern & Frond", "specimens", 94.5, idf)
  }

  static func waratah() throws -> RenderInput {
    let idf = IDF(
      dimensions: .init(width: 2560, height: 1440), background: "#ffffff",
      palette: .init(primary: ["#b3122e", "#7a0f20"], accents: ["#3c7a3a"]),
      densityZones: zones(0.9, 0.5, 0.1),
      specimens: ["Telopea speciosissima"], mode: "Stage", purpose: "Backdrop of the title page.")
    return try input("ASSET-6", "Waratah", "wallpapers", 91, idf)
  }

  static func zones(_ upperLeft: Double, _ central: Double, _ lowerRight: Double) -> IDF.DensityZones {
    .init(
      upperLeft: .init(coverage: upperLeft), central: .init(coverage: central),
      lowerRight: .init(coverage: lowerRight))
  }

  static func input(
    _ id: String, _ name: String, _ category: String, _ score: Double, _ idf: IDF
  ) throws -> RenderInput {
    let asset = try #require(AssetID(id))
    let slug = Slug(folding: name)
    let layout = try Layout()
    let targets = try layout.targets(asset: asset, slug: slug, category: category)
    return RenderInput(
      asset: asset, name: name, category: category, handle: layout.handle(asset: asset, slug: slug),
      kind: .init(of: category, among: [:]),
      url: layout.url(asset: asset, slug: slug, category: category, production: targets.production),
      score: score, specs: ["name": .string(name), "category": .string(category)], idf: idf,
      image: .sha256(Array(id.utf8)),
      targets: targets)
  }
}

extension RenderInput: CustomTestStringConvertible {
  /// Without the templates' bytes, which fill pages.
  public var testDescription: String { asset.text }
}

extension RenderedBundle {
  var context: [UInt8] { self["context.md"] ?? [] }
  var tokens: [UInt8] { self["tokens.json"] ?? [] }
  var usage: [UInt8] { self["usage.md"] ?? [] }
}
