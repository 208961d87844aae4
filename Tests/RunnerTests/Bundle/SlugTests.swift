import GitRepository
import Testing

@testable import Runner

@Suite("Slugs and names")
struct SlugTests {
  @Test(
    "A name folds to lower-case ASCII words joined by hyphens",
    arguments: [
      ("Nocturnal Canopy", "nocturnal-canopy"),
      ("  --Ünïcødé  Straße & Æther!! ", "unicode-strasse-aether"),
      ("Cafe\u{301} Ca\u{302}n", "cafe-can"),
      ("Łódź İzmir Œuvre Þór Đặng", "lodz-izmir-oeuvre-thor-dang"),
      ("Banksia's “Best” №7", "banksias-best-7"),
      ("ＦＵＬＬ ｗｉｄｔｈ１", "full-width1"),
      ("../../etc/passwd", "etc-passwd"),
      ("{{asset_id}}\n\u{1b}[31m\u{202e}x", "asset-id-31m-x"),
      ("日本語", ""),
      ("---", ""),
    ])
  func foldsNames(name: String, slug: String) {
    #expect(Slug(folding: name).text == slug)
  }

  @Test("A long slug is cut between words, one long word within it")
  func longSlugsAreCut() {
    let words = Slug(folding: String(repeating: "canopy ", count: 20)).text
    #expect(words == Array(repeating: "canopy", count: 8).joined(separator: "-"))
    #expect(Slug(folding: String(repeating: "x", count: 500)).text.utf8.count == Slug.lengthLimit)
  }

  @Test(
    "Without a name the file's stem serves, less the asset's id and \"validated\"",
    arguments: [
      ("ASSET-3", "downloads/asset-3-validated.png", ""),
      ("ASSET-3", "/downloads/asset-3-forest-floor-validated.png", "forest-floor"),
      ("ASSET-3", "Forest Floor.v2.png", "forest-floor-v2"),
      ("ASSET-3", "asset-31-validated.png", "asset-31"),
      ("ASSET_3", "moss_ASSET_3.png", "moss"),
      ("A", "dir.png/.hidden", "hidden"),
    ])
  func stemServes(id: String, path: String, slug: String) throws {
    let asset = try #require(AssetID(id))
    #expect(Slug(asset: asset, name: nil, imagePath: path).text == slug)
    #expect(Slug(asset: asset, name: " \n", imagePath: path).text == slug)
  }

  @Test("A name that folds to nothing leaves the slug empty, whatever the file is called")
  func unfoldableNameLeavesNothing() throws {
    let asset = try #require(AssetID("A-1"))
    #expect(Slug(asset: asset, name: "森", imagePath: "forest.png").isEmpty)
  }

  @Test("An asset is called by its name, else by its slug's words, else by its id")
  func namesFallBack() throws {
    let asset = try #require(AssetID("A-1"))
    let slug = Slug(folding: "forest-floor")
    let none = Slug(folding: "")
    #expect(AssetName.of(asset, specs: ["name": "Moß"], slug: slug) == "Moß")
    #expect(AssetName.of(asset, specs: ["name": ""], slug: slug) == "Forest floor")
    #expect(AssetName.of(asset, specs: [:], slug: none) == "A-1")
  }
}
