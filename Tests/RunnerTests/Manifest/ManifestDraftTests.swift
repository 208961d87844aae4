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
        .init(id: "ASSET-4", path: "/b.png", score: 94.5, idf: IDFReaderTests.reply),
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

  @Test("Images are drafted with the ids and names their files bear")
  func draftsFromNames() throws {
    let draft = ManifestDraft.draft(
      images: ["in/theatrical specimens/asset-3-nocturnal_canopy-validated.png", "x/asset-12-validated.png"],
      category: "patterns", score: 95)
    #expect(
      draft.text == """
        {
          "batch_id": "batch-theatrical-specimens",
          "assets": [
            {
              "asset_id": "ASSET-3",
              "path": "in/theatrical specimens/asset-3-nocturnal_canopy-validated.png",
              "score": 95,
              "specs": {
                "name": "Nocturnal Canopy",
                "category": "patterns"
              }
            },
            {
              "asset_id": "ASSET-12",
              "path": "x/asset-12-validated.png",
              "score": 95,
              "specs": {
                "category": "patterns"
              }
            }
          ]
        }

        """)
    _ = try draft.manifest(relativeTo: "/")
  }

  @Test(
    "Where files bear no ids of their own they are counted, and the batch has a name whatever the folder's",
    arguments: [
      (["moon.png", "sun rise.png"], ["ASSET-1", "ASSET-2"], ["Moon", "Sun Rise"], "batch-here"),
      (["d/asset-3-a.png", "e/ASSET-3-b.png"], ["ASSET-1", "ASSET-2"], ["A", "B"], "batch-d"),
      (["batch-x/asset-3-a.png", "b.png"], ["ASSET-1", "ASSET-2"], ["A", "B"], "batch-x"),
      (["../a.png"], ["ASSET-1"], ["A"], "batch-here"), (["画/.png"], ["ASSET-1"], [".png"], "batch-1"),
      (["/a.png"], ["ASSET-1"], ["A"], "batch-here"),
    ])
  func draftsFromOthers(_ images: [String], _ ids: [String], _ names: [String], _ batch: String) {
    let draft = ManifestDraft.draft(images: images, defaultBatchName: "here")
    #expect(draft.assets.map(\.id) == ids)
    #expect(draft.assets.map { $0.specs["name"]?.string } == names)
    #expect(draft.assets.map(\.path) == images)
    #expect(draft.batchID == batch)
  }
}
