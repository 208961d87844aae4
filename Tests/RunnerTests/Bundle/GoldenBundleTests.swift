import AssetBundle
import Foundation
import GitRepository
import Testing

@testable import Runner

@Suite("Bundles of the reference batch's assets")
struct GoldenBundleTests {
  static let folder = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "../../Fixtures/bundles").standardizedFileURL

  /// To record new ones after a wanted change, set `LEDGERCTL_RECORD` and look at the difference.
  @Test("Each document is the recorded one, byte for byte", arguments: try SeedBundles.all())
  func documentsAreTheRecordedOnes(input: RenderInput) throws {
    let bundle = try Renderer.render(input)
    let folder = Self.folder.appending(path: input.asset.text)
    for (file, bytes) in bundle.files.map({ ($0.name, $0.bytes) }) {
      let url = folder.appending(path: file)
      if ProcessInfo.processInfo.environment["LEDGERCTL_RECORD"] != nil {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try Data(bytes).write(to: url)
      }
      let recorded = try String(contentsOf: url, encoding: .utf8)
      #expect(String(decoding: bytes, as: UTF8.self) == recorded, "\(input.asset)/\(file)")
    }
  }

  @Test("A bundle's manifest reads back, lists four files and hashes what was rendered")
  func manifestReadsBack() throws {
    let input = try SeedBundles.canopy()
    let documents = try Renderer.render(input)
    let manifest = BundleManifest(
      targets: input.targets, documents: documents, image: input.image, imageSizeBytes: 4096)
    #expect(manifest.entries.map(\.path) == input.targets.all)
    #expect(manifest.entries.first?.digest == .sha256(documents["context.md"] ?? []))
    #expect(BundleManifest(bytes: manifest.bytes) == manifest)
    #expect(BundleManifest(entries: manifest.entries.reversed()).bytes == manifest.bytes)
    #expect(BundleManifest(bytes: Array("{}".utf8)) == nil)
  }

  @Test("Every kind of category has advice, and its classes are the asset's own")
  func everyKindRenders() throws {
    for category in ["wallpapers", "patterns", "specimens", "icons", "posters"] {
      var input = try SeedBundles.canopy()
      input.category = category
      input.kind = .init(of: category, among: [:])
      let usage = String(decoding: try Renderer.render(input)["usage.md"] ?? [], as: UTF8.self)
      #expect(usage.contains("\"/assets/patterns/asset-3.png\""))
      #expect(usage.split(separator: "{").count == usage.split(separator: "}").count)
      #expect(usage.contains(".asset-3--"))
      #expect(usage.contains("## Where not to use it\n\n- "))
      #expect(usage.split(separator: "```", omittingEmptySubsequences: false).count % 2 == 1)
    }
  }
}
