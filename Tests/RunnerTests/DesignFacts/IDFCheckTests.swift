import GitRepository
import StrictJSON
import Testing

@testable import Runner

@Suite("A manifest's idf is checked to the letter")
struct IDFCheckTests {
  static let idf: JSONValue = [
    "background": "#1A1714", "palette": ["primary": ["#c45c4b"], "accents": []],
    "density_zones": [
      "upper_left": ["coverage": 0.18], "central": ["coverage": 1], "lower_right": ["coverage": 0],
    ],
  ]

  /// The IDF with one field put in place of another, or left out.
  static func idf(_ name: String, _ value: JSONValue?) -> JSONValue {
    .object((idf.members ?? []).filter { $0.name != name } + (value.map { [.init(name, $0)] } ?? []))
  }

  @Test(
    "No field is required, and every field may be there",
    arguments: [
      idf, idf("background", nil), ["narrative": "A night."], ["alt": "Leaves", "tags": ["leaf"]],
      [
        "schema": "idf/v1", "dimensions": ["width": 3, "format": "png"], "background": "Transparent",
        "transparency": 0.5, "edges": ["left_right": true, "top_bottom": false], "specimens": ["Wattle"],
        "mode": "Gallery", "purpose": "Pattern", "motifs": [["name": "leaf", "rationale": "It is autumn."]],
        "placement": "Above the fold",
      ],
    ] as [JSONValue])
  func accepts(_ value: JSONValue) {
    #expect(IDFCheck.problems(in: value).map(\.text) == [])
  }

  @Test(
    "A wrong field is refused with what was wrong",
    arguments: [
      (
        "background", "red",
        "\"background\": expected a colour such as #1a2b3c, or \"transparent\", found \"red\""
      ),
      (
        "background", "#1a171",
        "\"background\": expected a colour such as #1a2b3c, or \"transparent\", found \"#1a171\""
      ),
      (
        "background", "#１a1714",
        "\"background\": expected a colour such as #1a2b3c, or \"transparent\", found \"#１a1714\""
      ),
      ("background", 7, "\"background\": expected a colour such as #1a2b3c, or \"transparent\", found 7"),
      (
        "palette", "#c45c4b",
        "\"palette\": expected an object with \"primary\" and \"accents\", found \"#c45c4b\""
      ),
      (
        "palette", ["primary": [], "accents": []],
        "\"palette.primary\": expected a list of 1 to 100 colours, found an empty list"
      ),
      (
        "palette", ["primary": ["#000000", "blue"], "accents": [nil]],
        "\"palette.primary[1]\": expected a colour such as #1a2b3c, found \"blue\"; "
          + "\"palette.accents[0]\": expected a colour such as #1a2b3c, found null"
      ),
      (
        "density_zones", ["upper_left": ["coverage": 1.01], "central": 0.5],
        "\"density_zones.upper_left.coverage\": expected a number from 0 to 1, found 1.01; "
          + "\"density_zones.central\": expected an object with \"coverage\", found 0.5"
      ),
      (
        "dimensions", ["width": 0.5, "format": "JPEG"],
        "\"dimensions.width\": expected a whole number of pixels from 1, found 0.5; "
          + "\"dimensions.format\": expected \"PNG\", found \"JPEG\""
      ),
      ("schema", "idf/v2", "\"schema\": expected \"idf/v1\", found \"idf/v2\""),
      ("specimens", ["Wattle", 3], "\"specimens[1]\": expected a string, found 3"),
      ("mode", ["Gallery"], "\"mode\": expected a string, found a list of 1"),
      ("mode", .null, "\"mode\": expected a string, found null"),
      ("motifs", [["rationale": "x"]], "\"motifs[0].name\": expected a string, found nothing"),
    ] as [(String, JSONValue, String)])
  func refuses(_ name: String, _ value: JSONValue, _ message: String) {
    let problems = IDFCheck.problems(in: Self.idf(name, value))
    #expect(problems.map(\.text).joined(separator: "; ") == message)
  }

  @Test("What is not an object, or an empty one, is refused", arguments: ["sorry", [:]] as [JSONValue])
  func refusesNoObject(_ value: JSONValue) {
    #expect(
      IDFCheck.problems(in: value).map(\.text) == [
        "the IDF: expected an object with at least one field, found \(value.shown)"
      ])
  }

  @Test("An unknown field is refused, naming the nearest")
  func refusesUnknown() {
    let value = JSONValue.object((Self.idf.members ?? []) + [.init("pallete", 1), .init("zzz", 1)])
    let problems = IDFCheck.problems(in: value)
    #expect(problems.map(\.nearest) == ["palette", nil])
    #expect(problems.allSatisfy { $0.text.hasSuffix("found an unknown field") })
  }
}
