import GitRepository
import StrictJSON
import Testing

@testable import Runner

@Suite("Layouts of a project's own")
struct LayoutTests {
  private static let configuration = """
    layout:
      production: "web/img/{{category}}/{{file}}"
      url: "/img/{{category}}/{{file}}"
      handle: "{{slug}}"
      categories: { heroes: wallpapers, patterns: patterns, specimens: specimen }
    templates: templates

    """

  @Test("Handle, address, kinds and further files of a bundle are as configured")
  func asConfigured() async throws {
    let folder = try SampleFolder()
    try folder.write(Self.configuration, to: "ledger.yaml")
    try folder.makeFolder("templates")
    try folder.write(
      ".{{css_class}} { background-image: url(\"{{url}}\"); }\n", to: "templates/asset.css")
    try folder.writeManifest { draft in
      draft.assets.removeLast(2)
      draft.assets[0].specs = ["name": "Nocturnal Canopy", "category": "heroes"]
    }
    let run = try await folder.ledgerctl("run", "batch.json")
    #expect(run.exit == 0, "\(run.errors)")
    #expect(run.lines.contains { $0.hasPrefix("Created: 4 files across 1 directory") }, "\(run.lines)")
    #expect(folder.exists("web/img/heroes/nocturnal-canopy.png"))
    let bundle = "assets/ASSET-3-nocturnal-canopy/"
    #expect(
      String(decoding: try folder.read(bundle + "asset.css"), as: UTF8.self)
        == ".nocturnal-canopy { background-image: url(\"/img/heroes/nocturnal-canopy.png\"); }\n")
    let tokens = try JSONReader.value(of: folder.read(bundle + "tokens.json"))
    #expect(tokens["nocturnal-canopy"]?["$extensions"]?["dev.ledgerctl"]?["files"] == ["asset.css"])
    let usage = String(decoding: try folder.read(bundle + "usage.md"), as: UTF8.self)
    #expect(usage.contains("class=\"nocturnal-canopy nocturnal-canopy--hero\""))
    #expect(try folder.git("status", "--porcelain", "--", "assets", "web") == "")
  }

  @Test("A renamed asset's file and a template that is gone leave in the same commit")
  func oldNamesLeave() async throws {
    let folder = try SampleFolder()
    try folder.write(Self.configuration, to: "ledger.yaml")
    try folder.makeFolder("templates")
    try folder.write("x\n", to: "templates/asset.css")
    try folder.writeManifest { draft in
      draft.assets.removeLast(2)
      draft.assets[0].specs = ["name": "Canopy", "category": "patterns"]
    }
    #expect(try await folder.ledgerctl("run", "batch.json").exit == 0)
    try folder.shell("mv templates/asset.css templates/usage.txt")
    try folder.writeManifest("second.json", batch: "second") { draft in
      draft.assets.removeLast(2)
      draft.assets[0].specs = ["name": "Night Canopy", "category": "patterns"]
    }
    let second = try await folder.ledgerctl("run", "second.json")
    #expect(second.exit == 0, "\(second.errors)")
    let files = try folder.git("ls-files", "assets", "web").split(separator: "\n")
    #expect(
      files == [
        "assets/ASSET-3-night-canopy/context.md", "assets/ASSET-3-night-canopy/tokens.json",
        "assets/ASSET-3-night-canopy/usage.md", "assets/ASSET-3-night-canopy/usage.txt",
        "web/img/patterns/night-canopy.png",
      ])
  }

  @Test(
    "A setting that isn't a handle, an address or a kind is refused with its place",
    arguments: [
      ("layout: { handle: asset }", "layout.handle"), ("layout: { url: \"/a b/{{file}}\" }", "layout.url"),
      ("layout: { categories: { heroes: banners } }", "layout.categories.heroes"),
    ])
  func refused(text: String, setting: String) async throws {
    let folder = try SampleFolder()
    try folder.write(text + "\n", to: "ledger.yaml")
    let plan = try await folder.ledgerctl("plan", "batch.json")
    #expect(plan.exit == 78)
    #expect(plan.errors.contains("\"\(setting)\""), "\(plan.errors)")
  }
}
