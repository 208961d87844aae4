import Core
import Testing

@testable import Runner

@Suite("Layout")
struct LayoutTests {
  let asset: AssetID

  init() throws { asset = try #require(AssetID("ASSET-3")) }

  @Test("The reference batch's first asset goes to the paths the contract shows")
  func seedPaths() throws {
    let targets = try Layout().targets(
      asset: asset, slug: Slug(folding: "Nocturnal Canopy"), category: "patterns")
    #expect(targets.bundleFolder == "assets/ASSET-3-nocturnal-canopy")
    #expect(
      targets.all == [
        "assets/ASSET-3-nocturnal-canopy/context.md", "assets/ASSET-3-nocturnal-canopy/tokens.json",
        "assets/ASSET-3-nocturnal-canopy/usage.md", "frontend/public/assets/patterns/asset-3.png",
      ])
  }

  @Test(
    "An empty slug leaves with its hyphen",
    arguments: [
      ("assets/{{asset_id}}-{{slug}}", "assets/ASSET-3"),
      ("assets/{{slug}}-{{asset_id}}", "assets/ASSET-3"),
      ("{{ slug }}{{asset_id}}/x", "ASSET-3/x"),
    ])
  func emptySlugLeaves(template: String, path: String) throws {
    let layout = try Layout(bundle: template)
    let targets = try layout.targets(asset: asset, slug: Slug(folding: ""), category: "icons")
    #expect(targets.bundleFolder == path)
  }

  @Test("A value that looks like a placeholder is never expanded")
  func valuesAreNotExpanded() throws {
    let layout = try Layout(production: "x/{{category}}/{{file}}")
    let targets = try layout.targets(
      asset: asset, slug: Slug(folding: "x"), category: "{{file}}{{asset_id}}")
    #expect(targets.production == "x/{{file}}{{asset_id}}/asset-3.png")
  }

  @Test(
    "A template with a placeholder that isn't known or isn't finished is refused",
    arguments: [
      ("a/{{name}}", "placeholder_unknown"), ("a/{{slug", "placeholder_invalid"),
      ("a/slug}}", "placeholder_invalid"), ("a/{{}}", "placeholder_invalid"),
    ])
  func badTemplates(template: String, code: String) {
    let fault = #expect(throws: Fault.self) { try Layout(bundle: template) }
    #expect(fault?.code == code)
    #expect(fault?.exit == .configuration)
    #expect(fault?.message.contains("layout.bundle") == true)
  }

  @Test(
    "A path that leaves the root or that not every checkout can hold is refused",
    arguments: [
      "/a/{{file}}", "a/../{{file}}", "../{{file}}", "a//{{file}}", "./{{file}}", "a/.GIT/{{file}}",
      ".ledger/{{file}}", "a\\b/{{file}}", "a\u{202e}b/{{file}}", "a\nb/{{file}}", "a:b/{{file}}",
      "a /{{file}}",
      "a`b/{{file}}", "{{slug}}/{{file}}", String(repeating: "a", count: 256) + "/{{file}}",
    ])
  func badPaths(template: String) throws {
    let layout = try Layout(production: template)
    let fault = #expect(throws: Fault.self) {
      try layout.targets(asset: asset, slug: Slug(folding: ""), category: "icons")
    }
    #expect(fault?.code == "layout_path_invalid")
    #expect(fault?.exit == .configuration)
    #expect(fault?.message.unicodeScalars.contains(where: VisibleText.isHidden) == false)
  }
}
