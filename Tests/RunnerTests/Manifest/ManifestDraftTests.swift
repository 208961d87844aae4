import Core
import GitRepository
import Testing

@testable import Runner

@Suite("Manifest draft")
struct ManifestDraftTests {
  @Test("A manifest built in code is the manifest that the same JSON makes")
  func buildsInCode() throws {
    let draft = ManifestDraft(
      batchID: "theatrical-specimens",
      assets: [
        .init(id: "ASSET-3", path: "a.png", score: 92, specs: ["name": "Canopy", "category": "patterns"]),
        .init(id: "ASSET-4", path: "/b.png", score: 94.5, idf: IDFCheckTests.idf),
      ])
    let manifest = try draft.manifest(relativeTo: "/base")
    #expect(manifest.assets.map(\.source) == ["/base/a.png", "/b.png"])
    let file = ManifestFile(bytes: Array(draft.text.utf8), path: "m.json", directory: "/base")
    #expect(try Manifest.read(file, under: Configuration()) == manifest)
  }

  @Test("A draft is checked like any manifest; its faults have no line")
  func checks() {
    let draft = ManifestDraft(
      batchID: "a\nb",
      assets: [
        .init(id: "a", path: "a\u{0}.png", score: 92),
        .init(id: "A", path: "b.png", score: .nan, specs: ["x": .number("abc")]),
      ])
    let faults = #expect(throws: Faults.self) { try draft.manifest(relativeTo: "/base") }
    #expect(
      faults?.all.map(\.code) == [
        "manifest_id", "manifest_path", "manifest_syntax", "manifest_repeated_id", "manifest_value",
        "manifest_syntax",
      ])
    #expect(faults?.all.allSatisfy { $0.line == nil && $0.column == nil && $0.path == nil } == true)
  }

  @Test(
    "A file name that begins with the prefix and a number gives the id; the rest is the name",
    arguments: [
      ("asset-3-nocturnal_canopy-validated.png", "ASSET-3", "Nocturnal Canopy"),
      ("in/asset-12-validated.png", "ASSET-12", nil), ("ASSET_7.png", "ASSET-7", nil),
      ("asset 4 sun.png", "ASSET-4", "Sun"), ("asset-5@2x.png", "ASSET-5", nil),
      ("banksia@2x.png", nil, "Banksia"),
      ("icon-64.png", nil, "Icon 64"), ("asset-3rd.png", nil, "Asset 3rd"), ("assets-3.png", nil, "Assets 3"),
      ("asset3.png", nil, "Asset3"), ("IMG_2041.png", nil, "IMG 2041"), (".png", nil, ".png"),
    ] as [(String, String?, String?)])
  func names(_ path: String, _ id: String?, _ name: String?) {
    let names = DraftedNames(prefix: "ASSET")
    #expect(names.id(inStem: ImageStem(path: path).text) == id)
    #expect(names.name(inStem: ImageStem(path: path).text) == name)
  }

  @Test("Numbers are those of the prefix, in whatever case")
  func numbers() {
    let names = DraftedNames(prefix: "KR-HERO")
    #expect(
      ["KR-HERO-12", "kr-hero_3", "KR-HERO-x", "ASSET-9", "KR-HERO-"].map(names.number) == [
        12, 3, nil, nil, nil,
      ])
  }

  @Test("A batch is named by folder and date, and by a letter more where that is taken")
  func batchIDs() {
    func id(_ folder: String, _ taken: Set<String> = []) -> String {
      DraftedNames.batchID(folder: folder, date: "2026-11-27") { taken.contains($0) }
    }
    #expect(id("Down loads") == "down-loads-2026-11-27")
    #expect(id("画") == "batch-2026-11-27")
    #expect(id("d", ["d-2026-11-27"]) == "d-2026-11-27-b")
    #expect(id("d", ["d-2026-11-27", "d-2026-11-27-b"]) == "d-2026-11-27-c")
    #expect(id(String(repeating: "x", count: 300)).utf8.count <= 56)
  }

  @Test("Names come in the order of their numbers' values")
  func naturalOrder() {
    let names = ["10.png", "a.png", "2.png", "b10.png", "b9.png", "B1.png", "02.png", "1.png"]
    #expect(
      names.sorted(by: NaturalOrder.precedes)
        == ["1.png", "02.png", "2.png", "10.png", "a.png", "B1.png", "b9.png", "b10.png"])
  }
}
