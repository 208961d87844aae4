import Testing

@testable import Runner

@Suite("IDF reader")
struct IDFReaderTests {
  static let header = IDF.Dimensions(width: 512, height: 256)
  static let reply: JSONValue = [
    "background": "#1A1714", "palette": ["primary": ["#c45c4b"], "accents": []],
    "density_zones": [
      "upper_left": ["coverage": 0.18], "central": ["coverage": 1], "lower_right": ["coverage": 0],
    ],
  ]
  static let specs: JSONValue = ["mode": "Gallery", "purpose": "Pattern", "specimens": ["Wattle"]]

  /// The reply with one member put in place of another, or left out.
  static func reply(_ name: String, _ value: JSONValue?) -> JSONValue {
    .object((reply.members ?? []).filter { $0.name != name } + (value.map { [.init(name, $0)] } ?? []))
  }

  @Test("What a reply leaves out comes from the specs and the image's header; colours become lower case")
  func fillsIn() throws {
    let idf = try IDFReader.read(Self.reply, specs: Self.specs, dimensions: Self.header)
    #expect(
      idf
        == IDF(
          dimensions: Self.header, background: "#1a1714", palette: .init(primary: ["#c45c4b"], accents: []),
          densityZones: .init(
            upperLeft: .init(coverage: 0.18), central: .init(coverage: 1), lowerRight: .init(coverage: 0)),
          specimens: ["Wattle"], mode: "Gallery", purpose: "Pattern"))
  }

  @Test("What a reply says wins over the specs, and null or an unknown member changes nothing")
  func prefersReply() throws {
    let reply = JSONValue.object(
      (Self.reply.members ?? []) + [
        .init("mode", "Night"), .init("purpose", nil), .init("mood", "calm"),
        .init("dimensions", ["width": 512.0, "height": 256, "format": "png"]),
      ])
    let idf = try IDFReader.read(reply, specs: Self.specs, dimensions: Self.header)
    #expect(idf.mode == "Night")
    #expect(idf.purpose == "Pattern")
    #expect(idf.dimensions == Self.header)
  }

  @Test(
    "A wrong reply is refused with what was wrong",
    arguments: [
      (
        "background", nil,
        "\"background\": expected a colour such as #1a2b3c, or \"transparent\", found nothing"
      ),
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
          + "\"density_zones.central\": expected an object with \"coverage\", found 0.5; "
          + "\"density_zones.lower_right\": expected an object with \"coverage\", found nothing"
      ),
      (
        "dimensions", ["width": 512, "height": 257],
        "\"dimensions.height\": expected 256 as in the image's header, found 257"
      ),
      (
        "dimensions", ["width": 0.5, "format": "JPEG"],
        "\"dimensions.width\": expected a whole number of pixels from 1, found 0.5; "
          + "\"dimensions.format\": expected \"PNG\", found \"JPEG\""
      ),
      ("schema", "idf/v2", "\"schema\": expected \"idf/v1\", found \"idf/v2\""),
      ("specimens", ["Wattle", 3], "\"specimens[1]\": expected a text, found 3"),
      ("mode", ["Gallery"], "\"mode\": expected a text, found a list of 1"),
    ] as [(String, JSONValue?, String)])
  func refuses(_ name: String, _ value: JSONValue?, _ message: String) {
    let problems = #expect(throws: IDFProblems.self) {
      try IDFReader.read(Self.reply(name, value), specs: Self.specs, dimensions: Self.header)
    }
    #expect(problems?.message == message)
  }

  @Test("A reply that is no object is refused")
  func refusesNoObject() {
    let problems = #expect(throws: IDFProblems.self) {
      try IDFReader.read("sorry", specs: Self.specs, dimensions: Self.header)
    }
    #expect(problems?.message == "the IDF: expected an object, found \"sorry\"")
  }

  @Test("In a manifest an unknown member is refused, naming the nearest, and null is a wrong type")
  func refusesUnknownInManifest() {
    let value = JSONValue.object(
      (Self.reply.members ?? []) + [.init("pallete", 1), .init("zzz", 1), .init("mode", nil)])
    let known =
      "\"schema\", \"dimensions\", \"background\", \"palette\", \"density_zones\", "
      + "\"transparency\", \"edges\", \"specimens\", \"mode\", \"purpose\""
    let problems = IDFReader.problems(in: value, specs: Self.specs)
    #expect(problems.map(\.nearest) == ["palette", nil, nil])
    #expect(
      problems.map(\.text) == [
        "\"pallete\": expected only \(known), found an unknown member",
        "\"zzz\": expected only \(known), found an unknown member",
        "\"mode\": expected a text, found null",
      ])
    #expect(IDFReader.problems(in: Self.reply, specs: Self.specs).isEmpty)
  }
}
