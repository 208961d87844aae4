import Files
import Foundation
import GitRepository
import ImageAnalysis
import StrictJSON
import Testing

@testable import Runner

/// What the command says of images' colours, for images that are made elsewhere.
@Suite("Colours and grounds")
struct ImageColourTests {
  private static let fixtures = ImageRefusalTests.fixtures + "/colours"

  /// A folder in which some images have landed, and the IDF that each one's tokens.json holds.
  private static func landed(
    _ images: [(name: String, bytes: [UInt8])], category: String = "specimens", purpose: String = "Test"
  ) async throws -> (folder: SampleFolder, idf: [String: JSONValue]) {
    let folder = try SampleFolder()
    try folder.write("policy: { max_assets: 50 }\n", to: "ledger.yaml")
    for image in images { try folder.write(image.bytes, to: "downloads/\(image.name).png") }
    try folder.writeManifest { draft in
      draft.assets = images.map { image in
        ManifestDraft.Asset(
          id: image.name, path: "downloads/\(image.name).png", score: 95,
          specs: ["name": .string(image.name), "category": .string(category), "purpose": .string(purpose)])
      }
    }
    let done = try await folder.ledgerctl("run", "batch.json", "--format", "json")
    #expect(done.exit == 0, "\(done.text) \(done.errors)")
    var found: [String: JSONValue] = [:]
    for image in images {
      let tokens = try JSONReader.value(of: folder.file("tokens.json", of: image.name))
      found[image.name] = Self.member("idf", in: tokens)
    }
    return (folder, found)
  }

  /// The first field of a name, however deep.
  private static func member(_ name: String, in value: JSONValue) -> JSONValue? {
    if let found = value[name] { return found }
    return value.members?.lazy.compactMap { member(name, in: $0.value) }.first
  }

  @Test("Profiles, coding points, gamma and chromaticities give the colours that a person sees")
  func profilesAreApplied() async throws {
    let table = try JSONReader.value(
      of: Array(Data(contentsOf: URL(fileURLWithPath: Self.fixtures + "/expected.json"))))
    let names = (table.members ?? []).map(\.name)
    let (folder, idf) = try await Self.landed(
      names.map { ($0, Array(try Data(contentsOf: URL(fileURLWithPath: "\(Self.fixtures)/\($0).png")))) })
    #expect(names.count == 16)
    for name in names {
      let expected = (table[name]?.array ?? []).compactMap(\.string)
      let found = try #require(idf[name])
      let background = found["background"]?.string ?? ""
      #expect(Self.isNear(background, expected[0]), "\(name): \(background), expected \(expected[0])")
      let palette = ["primary", "accents"].flatMap {
        (found["palette"]?[$0]?.array ?? []).compactMap(\.string)
      }
      for colour in expected.dropFirst() {
        #expect(palette.contains { Self.isNear($0, colour) }, "\(name): \(palette), expected \(colour)")
      }
    }
    let notes = try await folder.events("--type", "stage.completed").reduce(into: [String: String]()) {
      $0[$1["asset"]?.string ?? "", default: ""] += JSONWriter.compact($1["data"]?["notes"] ?? [])
    }
    for name in ["broken-profile", "broken-before-gamma", "grey-profile-on-colours", "unknown-cicp"] {
      #expect(notes[name]?.contains("profile_ignored") == true, "\(name): \(notes[name] ?? "")")
    }
    #expect(notes["damaged-profile"]?.contains("damaged_chunk") == true)
    #expect(notes["display-p3"]?.contains("Display P3") == true)
    #expect(notes["srgb"]?.contains("ignored") == false)
  }

  /// Whether no channel of two colours differs by more than one step.
  private static func isNear(_ left: String, _ right: String) -> Bool {
    guard let left = RGB(left), let right = RGB(right) else { return false }
    return zip([left.red, left.green, left.blue], [right.red, right.green, right.blue])
      .allSatisfy { abs(Int($0) - Int($1)) <= 1 }
  }

  private static func whiteLogo() -> [UInt8] {
    var pixels = [UInt8](repeating: 0, count: 64 * 64 * 4)
    for place in 0..<64 * 64 {
      let (y, x) = (place / 64 - 32, place % 64 - 32)
      guard x * x + y * y < 400 else { continue }
      for channel in 0..<4 { pixels[4 * place + channel] = 255 }
    }
    return PNGWriter.encode(width: 64, height: 64, channels: 4, pixels: pixels)
  }

  @Test(
    "White art on a transparent ground: no white ground is claimed, no box is painted",
    arguments: ["specimens", "patterns", "wallpapers", "icons"])
  func whiteArt(category: String) async throws {
    let (folder, idf) = try await Self.landed([("logo", Self.whiteLogo())], category: category)
    let found = try #require(idf["logo"])
    #expect(found["background"]?.string == "transparent")
    #expect(found["palette"]?["primary"]?.array == ["#ffffff"])
    #expect((found["transparency"]?.double ?? 0) > 0.6)
    let tokens = try JSONReader.value(of: folder.file("tokens.json", of: "logo"))
    let background = Self.member("color", in: tokens)?["background"]?["$value"]
    #expect(background?["alpha"]?.double == 0 && background?["hex"] == nil)
    let context = String(decoding: try folder.file("context.md", of: "logo"), as: UTF8.self)
    #expect(context.contains("transparent"))
    let usage = String(decoding: try folder.file("usage.md", of: "logo"), as: UTF8.self)
    #expect(!usage.contains("background-color") && !usage.contains("-background: #"))
  }

  @Test("Links in a purpose stay links on GitHub, and nothing else becomes one")
  func linksStayLinks() async throws {
    let purpose =
      "See https://example.org/guide#colours, (https://e.org/a_b*c~d[1]?x=1&y=2) and www.e.org/$p|q's. "
      + "*Not* _this_ https://e.org/end_ `or` <b>that</b>"
    let (folder, _) = try await Self.landed([("logo", Self.whiteLogo())], purpose: purpose)
    let html = try folder.shell("cmark-gfm -e autolink -e table -e strikethrough assets/logo-logo/context.md")
    for link in [
      "https://example.org/guide#colours", "https://e.org/a_b*c~d%5B1%5D?x=1&amp;y=2",
      "http://www.e.org/%24p%7Cq%27s", "https://e.org/end%5F",
    ] {
      #expect(html.contains("<a href=\"\(link)\">"), "\(link) in \(html)")
    }
    #expect(html.contains("*Not* _this_") && html.contains("`or` &lt;b&gt;that&lt;/b&gt;"))
    #expect(!html.contains("<em>") && !html.contains("<del>"))
  }

  @Test("Damage that every viewer ignores is a note and lands; a file that is mostly something else does not")
  func harmlessDamage() async throws {
    let image = Self.whiteLogo()
    // The last chunk before the end takes a text chunk whose checksum is wrong.
    let text: [UInt8] = [0, 0, 0, 3] + Array("tEXt".utf8) + [65, 0, 66, 1, 2, 3, 4]
    let damaged = Array(image.dropLast(12)) + text + image.suffix(12)
    let (folder, _) = try await Self.landed([("damaged", damaged), ("tail", image + [1, 2, 3])])
    let notes = try await folder.events("--type", "stage.completed").map { JSONWriter.compact($0) }.joined()
    #expect(notes.contains("damaged_chunk") && notes.contains("trailing_bytes"))

    try folder.write(image + [UInt8](repeating: 32, count: 100_000), to: "downloads/tail.png")
    try folder.writeManifest("tail.json", batch: "tail") { draft in
      draft.assets = [
        ManifestDraft.Asset(id: "tail-2", path: "downloads/tail.png", score: 95, specs: ["name": "Tail"])
      ]
    }
    let refused = try await folder.ledgerctl("run", "tail.json", "--format", "json")
    #expect(refused.exit == 1 && refused.text.contains("image_trailing_data"))
    #expect(try folder.commits() == 2)
  }
}

extension SampleFolder {
  /// A document of the bundle of an asset that is named by its id.
  func file(_ name: String, of asset: String) throws -> [UInt8] {
    // These assets are named as their ids say.
    try read("assets/\(asset)-\(asset)/\(name)")
  }
}
