import Testing

@testable import Runner

@Suite("Handles and addresses")
struct LayoutNamesTests {
  private func asset(_ id: String) throws -> AssetID { try #require(AssetID(id)) }

  @Test(
    "The handle is the id in lower case, or what the template makes of id and slug",
    arguments: [
      ("{{asset_id}}", "ASSET-3", "Nocturnal Canopy", "asset-3"),
      ("{{slug}}", "ASSET-3", "Nocturnal Canopy", "nocturnal-canopy"),
      ("{{slug}}-{{asset_id}}", "ASSET-3", "", "asset-3"),
      ("kr-{{slug}}", "ASSET-3", "Kiwi", "kr-kiwi"), ("{{slug}}", "ASSET-3", "", "asset-3"),
    ])
  func handles(template: String, id: String, name: String, handle: String) throws {
    let layout = try Layout(handle: template)
    #expect(try layout.handle(asset: asset(id), slug: Slug(folding: name)) == handle)
    let targets = try layout.targets(asset: asset(id), slug: Slug(folding: name), category: "icons")
    #expect(targets.production == "frontend/public/assets/icons/\(handle).png")
  }

  @Test(
    "The address is the path below public or static, percent-encoded, or the template's",
    arguments: [
      ("", "frontend/public/assets/a.png", "/assets/a.png"), ("", "web/static/img/a.png", "/img/a.png"),
      ("", "public/ä b/x(1)'.png", "/%C3%A4%20b/x%281%29%27.png"), ("", "img/a.png", nil),
      ("/img/{{category}}/{{file}}", "img/a.png", "/img/my%20icons/asset-3.png"),
      ("https://cdn.example/{{slug}}.png", "img/a.png", "https://cdn.example/kiwi.png"),
    ] as [(String, String, String?)])
  func addresses(template: String, path: String, url: String?) throws {
    let layout = try Layout(url: template)
    let found = try layout.url(
      asset: asset("ASSET-3"), slug: Slug(folding: "Kiwi"), category: "my icons", production: path)
    #expect(found == url)
  }

  @Test(
    "A handle is fit if it is made of id or slug", arguments: ["{{asset_id}}", "{{slug}}", "a-{{slug}}_b"])
  func fitHandles(text: String) { #expect(Layout.fault(ofHandle: text) == nil) }

  @Test(
    "Any other handle is refused",
    arguments: ["", "asset", "{{category}}", "{{slug}}.x", "{{slug", "{{slug}} b", "é{{slug}}", "{{slug}}/x"])
  func unfitHandles(text: String) { #expect(Layout.fault(ofHandle: text) != nil) }

  @Test(
    "An address that could end a CSS string or an attribute is refused",
    arguments: ["/a b/{{file}}", "/a\")/{{file}}", "/a'/{{file}}", "/<x>/{{file}}", "/{{name}}", "/a\\b"])
  func unfitAddresses(text: String) { #expect(Layout.fault(ofURL: text) != nil) }

  @Test("A category of the project's own is treated as the configuration says, else as a specimen")
  func kinds() {
    #expect(AssetKind(of: "heroes", among: ["heroes": "wallpapers"]) == .wallpaper)
    #expect(AssetKind(of: "Patterns", among: [:]) == .pattern)
    #expect(AssetKind(of: "heroes", among: [:]) == .specimen)
  }
}
