import FileStore
import StrictJSON
import Testing

@testable import Runner

@Suite("An IDF is merged field by field")
struct FactsMergeTests {
  private let measured = ExtractorFixtures.measured

  private func merged(
    specs: JSONValue = [:], reply: JSONValue = [:], from source: IDF.Source = .described,
    trust: Set<FactsMerge.Trusted> = []
  ) -> (idf: IDF, notes: [String]) {
    FactsMerge.merged(
      measured, specs: StatedFacts(specs), reply: .init(facts: StatedFacts(reply), source: source),
      trust: trust)
  }

  @Test("With nothing said, everything was measured")
  func nothing() {
    let (idf, notes) = merged()
    var plain = idf
    plain.sources = nil
    #expect(plain == measured.idf && notes == [])
    #expect(Set(idf.sources?.values.map { $0 } ?? []) == [.measured])
    #expect(
      idf.sources?.keys.sorted() == [
        "background", "density_zones", "dimensions", "edges", "palette", "transparency",
      ])
  }

  @Test("Dimensions, format, zones, transparency and edges are the measurement's; another value is a note")
  func measuredAlone() {
    let (idf, notes) = merged(reply: [
      "dimensions": ["width": 600, "height": 400, "format": "JPEG"], "transparency": 0.5,
      "edges": ["left_right": false], "density_zones": ["central": 0.1, "upper_left": 0.18],
    ])
    #expect(idf.dimensions == measured.dimensions && idf.densityZones == measured.densityZones)
    #expect(
      notes == [
        "dimensions: the reply says 600 × 400; the image has 512 × 512.",
        "format: the reply says \"JPEG\"; the image is a PNG.",
        "transparency: the reply says 0.5; 0.0 was measured.",
        "edges: the reply says otherwise; what was measured holds.",
        "density_zones: the reply says otherwise of central; what was measured holds.",
      ])
  }

  @Test("A reply chooses among the image's colours, and nothing else")
  func chooses() {
    let (idf, notes) = merged(reply: [
      "background": "#c45d4c", "palette": ["primary": ["#7a9e82", "#ff00ff"], "accents": ["#d4a84b"]],
    ])
    #expect(idf.background == "#c45d4c" && idf.sources?["background"] == .described)
    #expect(idf.palette == .init(primary: ["#7a9e82"], accents: ["#d4a84b"]))
    #expect(notes == ["palette: the reply names #ff00ff, not in the image."])
    let other = merged(reply: ["background": "#ffffff", "palette": ["primary": ["#ff00ff"]]])
    #expect(other.idf.background == measured.background && other.idf.palette == measured.palette)
    #expect(other.idf.sources?["palette"] == .measured)
    #expect(other.notes.count == 2)
  }

  @Test("Only a server that is trusted says what is not in the image")
  func trusted() {
    let reply: JSONValue = ["palette": ["primary": ["#ff00ff"]], "background": "#ffffff"]
    let (idf, notes) = merged(reply: reply, trust: [.palette])
    #expect(idf.palette.primary == ["#ff00ff"] && idf.background == measured.background)
    #expect(notes == ["background: the reply says #ffffff, which is not the image's; #1a1714 was measured."])
    #expect(merged(reply: reply, trust: [.palette, .background]).notes == [])
  }

  @Test("A transparent ground stays transparent, and an opaque one opaque")
  func transparency() {
    var clear = measured
    clear.background = IDF.transparent
    let white = FactsMerge.merged(
      clear, specs: StatedFacts(),
      reply: .init(facts: StatedFacts(["background": "#c45c4b"]), source: .described))
    #expect(white.idf.background == IDF.transparent && white.notes.count == 1)
    #expect(merged(reply: ["background": "transparent"]).idf.background == measured.background)
  }

  @Test("What a person wrote is never overruled by a model")
  func givenFirst() {
    let (idf, notes) = merged(
      specs: ["mode": "Gallery", "specimens": ["Wattle"], "palette": ["primary": ["#d4a84b"]]],
      reply: [
        "mode": "Night", "purpose": "Pattern", "specimens": ["Oak"], "narrative": "A night.",
        "motifs": [["name": "leaf"]], "tags": ["n"], "placement": "hero", "alt": "Leaves",
        "palette": ["primary": ["#c45c4b"]],
      ], trust: [.palette])
    #expect(idf.mode == "Gallery" && idf.purpose == "Pattern" && idf.specimens == ["Wattle"])
    #expect(idf.palette.primary == ["#d4a84b"])
    #expect(
      idf.sources?.filter { $0.value != .measured } == [
        "mode": .given, "specimens": .given, "purpose": .described, "narrative": .described,
        "tags": .described,
        "motifs": .described, "placement": .described, "alt": .described, "palette": .given,
      ])
    #expect(
      notes == [
        "palette: the manifest's colours hold; the reply has others.",
        "specimens: the manifest's \"Wattle\" holds; the reply says \"Oak\".",
        "mode: the manifest's \"Gallery\" holds; the reply says \"Night\".",
      ])
  }

  @Test("An IDF of the manifest's is given, not described")
  func provided() {
    let (idf, _) = merged(reply: ["narrative": "A night.", "background": "#d4a84b"], from: .given)
    #expect(idf.sources?["narrative"] == .given && idf.sources?["background"] == .given)
  }

  @Test("What can't be used of a reply is a note")
  func unusable() {
    #expect(merged(reply: ["mode": 7]).notes == ["mode: expected text, found 7; it was left out."])
  }
}
