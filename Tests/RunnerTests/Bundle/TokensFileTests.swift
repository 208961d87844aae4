import AssetBundle
import Core
import GitRepository
import StrictJSON
import Testing

@testable import Runner

@Suite("tokens.json")
struct TokensFileTests {
  static func tokens(_ input: RenderInput) throws -> JSONValue {
    try JSONReader.value(of: Renderer.render(input)["tokens.json"] ?? [])
  }

  @Test("The file obeys the format's rules", arguments: try SeedBundles.all())
  func obeysTheFormat(input: RenderInput) throws {
    #expect(DesignTokensRules.violations(in: try Self.tokens(input)) == [])
  }

  @Test(
    "The rules find what is wrong",
    arguments: [
      #"{"a.b":{"$value":1,"$type":"number"}}"#, #"{"a":{"$value":1}}"#, #"{"a":1}"#, #"{"$x":{}}"#,
      ##"{"a":{"$type":"color","$value":"#ffffff"}}"##,
      #"{"a":{"$type":"color","$value":{"colorSpace":"srgb","components":[1,2,0]}}}"#,
      ##"{"a":{"$type":"color","$value":{"colorSpace":"srgb","components":[1,1,0],"hex":"#fff"}}}"##,
      #"{"a":{"$type":"dimension","$value":{"value":1,"unit":"em"}}}"#,
    ])
  func rulesFindFaults(text: String) throws {
    #expect(DesignTokensRules.violations(in: try JSONReader.value(of: Array(text.utf8))) != [])
  }

  @Test("The tokens and our extension say what the asset is")
  func saysWhatTheAssetIs() throws {
    let input = try SeedBundles.canopy()
    let root = try Self.tokens(input)
    #expect(root.members?.map(\.name) == ["asset-3"])
    let file = try #require(root["asset-3"])
    #expect(file["color"]?["background"]?["$value"]?["hex"] == "#1a1714")
    #expect(
      file["color"]?["background"]?["$value"]?["components"]
        == .array([.number("0.102"), .number("0.0902"), .number("0.0784")]))
    #expect(file["color"]?["primary"]?["2"]?["$value"]?["hex"] == "#d4a84b")
    #expect(file["color"]?["accent"]?["1"]?["$value"]?["alpha"] == 1)
    #expect(file["size"]?["width"]?["$value"] == ["unit": "px", "value": 512])
    #expect(file["density"]?["central"]?["$value"] == 0.65)
    #expect(file["$description"] == "Nocturnal Canopy: Seamless background pattern")
    let ours = file["$extensions"]?["dev.ledgerctl"]
    #expect(ours?["asset_id"] == "ASSET-3")
    #expect(ours?["compliance_score"] == 92)
    #expect(ours?["image"] == ["format": "PNG", "sha256": .string(input.image.hex)])
    #expect(ours?["idf"]?["density_zones"]?["upper_left"]?["coverage"] == 0.18)
    #expect(ours?["idf"]?["mode"] == "Gallery")
  }

  @Test("All 256 steps of a channel come back from the four decimals written")
  func componentsComeBack() throws {
    for step in 0...255 {
      let digits = Hexadecimal.text(of: [UInt8(step)])
      let component = try #require(RGB("#" + digits + "0000")?.components.first.flatMap(Double.init))
      #expect(Int((component * 255).rounded()) == step)
    }
  }

  @Test("Hidden characters and angle brackets are escaped, and read back as they were")
  func hiddenTextIsEscaped() throws {
    var input = try SeedBundles.canopy()
    input.name = "a\u{202e}b\u{7f}\u{9b}\u{feff}\u{e0041}</script><!--\n\u{2028}{{x}} =HYPERLINK(\"a\")"
    let bytes = try #require(Renderer.render(input)["tokens.json"])
    let text = String(decoding: bytes, as: UTF8.self)
    #expect(text.contains("a\\u202eb\\u007f\\u009b\\ufeff\\udb40\\udc41\\u003c/script\\u003e"))
    #expect(!text.unicodeScalars.contains { VisibleText.isHidden($0) && $0 != "\n" })
    let ours = try JSONReader.value(of: bytes)["asset-3"]?["$extensions"]?["dev.ledgerctl"]
    #expect(ours?["name"]?.string == input.name)
    #expect(DesignTokensRules.violations(in: try Self.tokens(input)) == [])
  }

  @Test("A file of ours names its asset, and no other file does")
  func namesItsAsset() throws {
    let input = try SeedBundles.canopy()
    #expect(TokensFacts(try #require(Renderer.render(input)["tokens.json"]))?.asset == input.asset.text)
    for text in ["", "{}", #"{"$extensions":{"dev.ledgerctl":{"asset_id":"../x"}}}"#] {
      #expect(TokensFacts(Array(text.utf8)) == nil)
    }
  }

  @Test("A file of 0.1, whose tokens are at the root, is still known")
  func readsTheOlderForm() throws {
    let input = try SeedBundles.canopy()
    let group = try #require(try Self.tokens(input)["asset-3"])
    let older = TokensFacts(Array(JSONWriter.pretty(group).utf8))
    #expect(older?.asset == input.asset.text)
    #expect(older?.image == input.image)
    #expect(older?.handle == nil)
    #expect(TokensFacts(try Renderer.render(input).tokens)?.handle == "asset-3")
    let outside = JSONValue.object([.init("../x", group)])
    #expect(TokensFacts(JSONWriter.canonical(outside)) == nil)
  }

  /// Style Dictionary merges the files of `source` deeply, later values over earlier ones
  /// (https://styledictionary.com/reference/config/#properties).
  @Test("The files of many assets merge without losing a token")
  func filesMerge() throws {
    let files = try SeedBundles.all().map { try Self.tokens($0) }
    let merged = files.reduce(JSONValue.object([]), Self.merged)
    let all = files.flatMap { Self.tokenPaths(in: $0) }
    #expect(all.count > 20 && Set(all).count == all.count)
    #expect(Set(Self.tokenPaths(in: merged)) == Set(all))
    #expect(merged.members?.map(\.name).sorted() == ["asset-3", "asset-4", "asset-6"])
    for file in files {
      for path in Self.tokenPaths(in: file) {
        #expect(Self.value(at: path, in: merged) == Self.value(at: path, in: file), "\(path)")
      }
    }
  }

  private static func merged(_ one: JSONValue, _ other: JSONValue) -> JSONValue {
    guard let left = one.members, let right = other.members else { return other }
    var members = left
    for member in right {
      if let index = members.firstIndex(where: { $0.name == member.name }) {
        members[index].value = merged(members[index].value, member.value)
      } else {
        members.append(member)
      }
    }
    return .object(members)
  }

  /// The path of every token: of every object with a `$value`.
  private static func tokenPaths(in value: JSONValue, below path: [String] = []) -> [[String]] {
    if value["$value"] != nil { return [path] }
    return (value.members ?? []).filter { !$0.name.hasPrefix("$") }
      .flatMap { tokenPaths(in: $0.value, below: path + [$0.name]) }
  }

  private static func value(at path: [String], in value: JSONValue) -> JSONValue? {
    path.reduce(Optional(value)) { $0?[$1] }?["$value"]
  }

  @Test("Keys are sorted and the file ends in one line feed")
  func keysAreSorted() throws {
    let bytes = try #require(Renderer.render(SeedBundles.canopy())["tokens.json"])
    let value = try JSONReader.value(of: bytes)
    #expect(Array(JSONWriter.pretty(value).utf8) == bytes)
    #expect(bytes.suffix(2) == Array("}\n".utf8))
  }

  @Test(
    "An invalid colour or measure fails the asset",
    arguments: ["red", "#fff", "#12345g", "#1234567", "#+12345", "\u{202e}"])
  func noColour(text: String) throws {
    var input = try SeedBundles.canopy()
    input.idf.palette.accents = [text]
    let fault = #expect(throws: Fault.self) { try Renderer.render(input) }
    #expect(fault?.code == "colour_invalid")
    #expect(fault?.exit == .someFailed)
    #expect(fault?.asset == "ASSET-3")
  }

  @Test("A density beyond 0 to 1 fails the asset", arguments: [-0.1, 1.01, .nan, .infinity])
  func noMeasure(coverage: Double) throws {
    var input = try SeedBundles.canopy()
    input.idf.densityZones.central.coverage = coverage
    let fault = #expect(throws: Fault.self) { try Renderer.render(input) }
    #expect(fault?.code == "measure_invalid")
  }
}
