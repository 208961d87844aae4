import AssetBundle
import Core
import Foundation
import Testing

@testable import Runner

@Suite("Templates of a project's own")
struct MoreTemplatesTests {
  private static func rendered(_ name: String, _ text: String, assetName: String) throws -> String {
    var input = try SeedBundles.canopy()
    input.name = assetName
    input.targets.moreFiles = [name]
    input.templates.more = [.init(name: name, source: .init(file: name, bytes: Array(text.utf8)))]
    let bytes = try #require(Renderer.render(input)[name])
    return String(decoding: bytes, as: UTF8.self)
  }

  @Test("A further template becomes a further file, and tokens.json names it")
  func becomesAFile() throws {
    var input = try SeedBundles.canopy()
    input.targets.moreFiles = ["asset.css"]
    input.templates.more = [
      .init(
        name: "asset.css",
        source: .init(
          file: "asset.css", bytes: Array(".{{handle}} { background: url(\"{{url}}\"); }\n".utf8)))
    ]
    let bundle = try Renderer.render(input)
    #expect(bundle.files.map(\.name) == ["context.md", "tokens.json", "usage.md", "asset.css"])
    #expect(
      String(decoding: try #require(bundle["asset.css"]), as: UTF8.self)
        == ".asset-3 { background: url(\"/assets/patterns/asset-3.png\"); }\n")
    #expect(input.targets.all.contains("assets/ASSET-3-nocturnal-canopy/asset.css"))
    #expect(TokensFacts(bundle.tokens)?.moreFiles == ["asset.css"])
  }

  @Test(
    "A hostile name is text in every kind of file",
    arguments: [
      ("a.css", "/* {{name}} */", "*/ body{display:none}", "*/"),
      ("a.html", "<p title='{{name}}'>", "'><script>x</script>{{x}}", "<script"),
      ("a.tsx", "<p>{{name}}</p>", "{alert(1)}<b>", "{alert"),
      ("a.js", "const n = '{{name}}'", "';alert(1)//", "';"),
      ("a.json", "{\"n\": \"{{name}}\"}", "\", \"x\": \"", "\", \"x\""),
      ("a.txt", "{{name}}", "a\u{1b}]52;c;x\u{7}b", "\u{1b}"),
    ])
  func hostileNames(file: String, template: String, name: String, never: String) throws {
    let text = try Self.rendered(file, template, assetName: name)
    let body = text.dropFirst(template.prefix { $0 != "{" }.count).dropLast(2)
    #expect(!body.contains(never), "\(text)")
  }

  @Test("A folder's further files are listed; hidden ones are passed over, unfit names refused")
  func listsAFolder() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    defer { try? FileManager.default.removeItem(at: folder) }
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    for name in ["usage.md", "asset.css", ".DS_Store", "b.html"] {
      try Data("x".utf8).write(to: folder.appending(path: name))
    }
    #expect(try BundleTemplates.moreFiles(in: folder.path) == ["asset.css", "b.html"])
    #expect(try BundleTemplates.moreFiles(in: folder.path + "/none") == [])
    for name in ["Tokens.json", "a b.css", "x."] {
      let file = folder.appending(path: name)
      try Data("x".utf8).write(to: file)
      let fault = #expect(throws: Fault.self) { try BundleTemplates.moreFiles(in: folder.path) }
      #expect(fault?.code == "template_name_unfit")
      try FileManager.default.removeItem(at: file)
    }
  }
}
