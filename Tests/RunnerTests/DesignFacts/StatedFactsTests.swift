import StrictJSON
import Testing

@testable import BatchModel
@testable import Runner

@Suite("What somebody says of an image is understood in many spellings")
struct StatedFactsTests {
  private func facts(_ json: String) throws -> StatedFacts {
    StatedFacts(try JSONReader.value(of: Array(json.utf8)))
  }

  @Test(
    "Colours are read as people and models write them",
    arguments: [
      ("#1A1714", "#1a1714"), ("#abc", "#aabbcc"), ("1a1714", "#1a1714"), (" #1a1714 ", "#1a1714"),
      ("rgb(26, 23, 20)", "#1a1714"), ("rgb(26 23 20)", "#1a1714"), ("RGB( 26,23,20 )", "#1a1714"),
      ("rgb(100%, 0%, 50%)", "#ff0080"), ("rgba(26,23,20,1)", "#1a1714"), ("#1a1714ff", "#1a1714"),
      ("red", nil), ("123", nil), ("#12345", nil), ("rgb(256,0,0)", nil), ("rgba(1,2,3,0.5)", nil), ("", nil),
      ("#1a171480", nil), ("rgb(1,2)", nil), ("#１a1714", nil),
    ] as [(String, String?)])
  func colours(_ text: String, _ hex: String?) {
    #expect(ColourText.hex(text) == hex)
  }

  @Test("Asset-packager's and vision servers' spellings of a palette")
  func palettes() throws {
    let packager = try facts(
      ##"{"colors": {"background": "#1A1714", "primary": "#C45C4B", "accent": ["#7a9e82"]}}"##)
    #expect(
      packager.background == "#1a1714" && packager.primary == ["#c45c4b"] && packager.accents == ["#7a9e82"])
    let vision = try facts(
      ##"{"dominant_colors": ["#c45c4b", {"hex": "#d4a84b", "name": "ochre"}], "secondary": "#fff"}"##)
    #expect(vision.primary == ["#c45c4b", "#d4a84b"] && vision.accents == ["#ffffff"])
    #expect(try facts(##"{"palette": ["#000", "#fff"]}"##).primary == ["#000000", "#ffffff"])
    #expect(try facts(##"{"background": "Transparent"}"##).background == "transparent")
  }

  @Test("Sizes, zones, motifs and strings in other forms")
  func otherForms() throws {
    let said = try facts(
      """
      {"dimensions": "512x256", "density_zones": {"central": "65%", "upper_left": 0.2, "lower_right": {"coverage": "20 %"}},
       "kr_motifs": ["leaf", {"motif": "moon", "reason": "It is night."}], "specimens": "Wattle",
       "placement": ["hero", "footer"], "alt_text": "Leaves", "tags": [{"name": "night"}, "leaf"]}
      """)
    #expect(said.size == .init(width: 512, height: 256))
    #expect(said.zones == ["central": 0.65, "upper_left": 0.2, "lower_right": 0.2])
    #expect(said.motifs == [.init(name: "leaf"), .init(name: "moon", rationale: "It is night.")])
    #expect(said.specimens == ["Wattle"] && said.placement == "hero, footer" && said.alt == "Leaves")
    #expect(said.tags == ["night", "leaf"] && said.problems.isEmpty)
  }

  @Test("What can't be used is named and left out, null says nothing")
  func problems() throws {
    let said = try facts(
      ##"{"mode": 7, "palette": {"primary": ["warm"]}, "background": null, "specimens": {}}"##)
    #expect(said.isEmpty)
    #expect(
      said.problems == [
        "palette: \"warm\" is not a colour", "specimens: expected a list of strings, found an object",
        "mode: expected text, found 7",
      ])
  }
}
