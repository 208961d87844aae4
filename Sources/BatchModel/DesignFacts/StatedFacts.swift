import StrictJSON

/// What somebody says of an image: an extractor's reply, or a manifest's `specs` or `idf`. Nothing is required, and
/// many spellings are understood; what can't be used is named in `problems` and left out.
package struct StatedFacts: Hashable, Sendable {
  package var size: Size?
  package var format: String?
  /// `#rrggbb` or `transparent`.
  package var background: String?
  package var primary: [String] = []
  package var accents: [String] = []
  /// Coverage by zone, 0 to 1.
  package var zones: [String: Double] = [:]
  package var transparency: Double?
  package var leftRight: Bool?
  package var topBottom: Bool?
  package var specimens: [String] = []
  package var mode: String?
  package var purpose: String?
  package var narrative: String?
  package var motifs: [IDF.Motif] = []
  package var tags: [String] = []
  package var placement: String?
  package var alt: String?
  /// What could not be used, such as `palette: "warm" is not a colour`.
  package var problems: [String] = []

  /// Pixels.
  package struct Size: Hashable, Sendable {
    package var width: Int
    package var height: Int
  }

  /// The most colours, strings and problems that are taken from one list.
  package static let mostListed = 100

  package init() {}

  /// Reads what an object says; anything else says nothing.
  package init(_ value: JSONValue) {
    var reader = StatedFactsReader(value)
    self = reader.read()
  }

  /// Whether nothing at all was said that is understood.
  package var isEmpty: Bool {
    var plain = self
    plain.problems = []
    return plain == StatedFacts()
  }

  /// The fields of an IDF and their other spellings: an object with one of them is meant as an answer.
  package static let fields: Set<String> = [
    "schema", "dimensions", "width", "height", "format", "background", "background_color",
    "background_colour", "palette", "colors", "colours", "primary", "secondary", "accent", "accents",
    "dominant_colors", "dominant_colours", "density_zones", "density", "transparency", "edges", "specimens",
    "mode", "purpose", "narrative", "motifs", "kr_motifs", "tags", "placement", "alt", "alt_text",
  ]
}

/// Reads `StatedFacts`, field by field.
private struct StatedFactsReader {
  private let value: JSONValue
  /// The object that holds the colours: `palette`, `colors` or the reply itself.
  private let colours: [JSONValue]
  private var facts = StatedFacts()

  init(_ value: JSONValue) {
    self.value = value
    colours = ["palette", "colors", "colours"].compactMap { value.given($0) }
  }

  mutating func read() -> StatedFacts {
    readSize()
    readColours()
    readZones()
    facts.transparency = value.given("transparency").flatMap(Self.share)
    facts.leftRight = value["edges"]?["left_right"]?.bool
    facts.topBottom = value["edges"]?["top_bottom"]?.bool
    facts.specimens = texts("specimens")
    facts.mode = text("mode")
    facts.purpose = text("purpose")
    facts.narrative = text("narrative")
    facts.motifs = motifs()
    facts.tags = texts("tags")
    facts.placement = text("placement")
    facts.alt = text("alt", "alt_text")
    return facts
  }

  // MARK: Fields

  private mutating func readSize() {
    let given = value.given("dimensions")
    facts.format = (given?.given("format") ?? value.given("format"))?.string
    if let text = given?.string {
      let sides = text.lowercased().split { "x×* ".contains($0) }.compactMap { Int($0) }
      if sides.count == 2 { facts.size = .init(width: sides[0], height: sides[1]) }
    } else if let width = Self.whole(given?.given("width") ?? value.given("width")),
      let height = Self.whole(given?.given("height") ?? value.given("height"))
    {
      facts.size = .init(width: width, height: height)
    }
  }

  private mutating func readColours() {
    let places = [value] + colours
    let grounds = places.flatMap { place in
      ["background", "background_color", "background_colour"].compactMap { place.given($0) }
    }
    if let ground = grounds.first { facts.background = background(ground) }
    facts.primary = list(["primary", "dominant_colors", "dominant_colours"], in: places)
    facts.accents = list(["accent", "accents", "secondary"], in: places)
    // A palette that is just a list of colours has no roles: all of it is the palette.
    if facts.primary.isEmpty, let plain = colours.first(where: { $0.array != nil }) {
      facts.primary = list(of: plain)
    }
  }

  private mutating func background(_ given: JSONValue) -> String? {
    let text = Self.colourText(given)
    if text?.lowercased() == IDF.transparent { return IDF.transparent }
    if let hex = text.flatMap(ColourText.hex) { return hex }
    facts.problems.append("background: \(given.shown) is not a colour")
    return nil
  }

  /// All colours under several names, each once, in the order given.
  private mutating func list(_ names: [String], in places: [JSONValue]) -> [String] {
    var found: [String] = []
    for place in places {
      for name in names {
        guard let given = place.given(name) else { continue }
        for hex in list(of: given) where !found.contains(hex) { found.append(hex) }
      }
    }
    return Array(found.prefix(StatedFacts.mostListed))
  }

  /// A list of colours, or the one colour given in place of a list.
  private mutating func list(of given: JSONValue) -> [String] {
    let elements = given.array ?? [given]
    return elements.prefix(StatedFacts.mostListed).compactMap { element in
      if let hex = Self.colourText(element).flatMap(ColourText.hex) { return hex }
      if facts.problems.count < StatedFacts.mostListed {
        facts.problems.append("palette: \(element.shown) is not a colour")
      }
      return nil
    }
  }

  private mutating func readZones() {
    guard let given = value.given("density_zones") ?? value.given("density") else { return }
    for member in given.members ?? [] {
      let stated = member.value["coverage"] ?? member.value
      if let share = Self.share(stated) { facts.zones[member.name] = share }
    }
  }

  private mutating func motifs() -> [IDF.Motif] {
    guard let given = value.given("motifs") ?? value.given("kr_motifs") else { return [] }
    return (given.array ?? [given]).prefix(StatedFacts.mostListed).compactMap { element in
      if let name = Self.text(element) { return IDF.Motif(name: name) }
      func first(_ names: [String]) -> String? {
        names.lazy.compactMap { element.given($0).flatMap(Self.text) }.first
      }
      guard let name = first(["name", "motif", "title"]) else { return nil }
      return IDF.Motif(
        name: name, rationale: first(["rationale", "reason", "why", "meaning", "description"]))
    }
  }

  // MARK: Values

  /// The string under the first of the names; a list of strings is joined.
  private mutating func text(_ names: String...) -> String? {
    for name in names {
      guard let given = value.given(name) else { continue }
      if let text = Self.text(given) { return text }
      let texts = (given.array ?? []).compactMap(Self.text)
      if !texts.isEmpty { return texts.prefix(StatedFacts.mostListed).joined(separator: ", ") }
      facts.problems.append("\(name): expected text, found \(given.shown)")
    }
    return nil
  }

  private mutating func texts(_ name: String) -> [String] {
    guard let given = value.given(name) else { return [] }
    let texts = (given.array ?? [given]).prefix(StatedFacts.mostListed).compactMap { element in
      Self.text(element) ?? element.given("name").flatMap(Self.text)
    }
    if texts.isEmpty, given.array?.isEmpty != true {
      facts.problems.append("\(name): expected a list of strings, found \(given.shown)")
    }
    return texts
  }

  private static func text(_ value: JSONValue) -> String? {
    guard let text = value.string, !text.allSatisfy(\.isWhitespace) else { return nil }
    return text
  }

  /// A colour as text, or within an object such as `{"hex": "#1a1714", "name": "ink"}`.
  private static func colourText(_ value: JSONValue) -> String? {
    value.string ?? value["hex"]?.string ?? value["value"]?.string ?? value["color"]?.string
  }

  /// A share as a number from 0 to 1, or as `"18%"`.
  private static func share(_ value: JSONValue) -> Double? {
    var share = value.double
    if let text = value.string {
      share =
        text.hasSuffix("%") ? Double(text.dropLast().filter { $0 != " " }).map { $0 / 100 } : Double(text)
    }
    guard let share, (0...1).contains(share) else { return nil }
    return share
  }

  private static func whole(_ value: JSONValue?) -> Int? {
    let number = value?.double ?? value?.string.flatMap { Double($0.replacing("px", with: "")) }
    return number.flatMap { Int(exactly: $0) }
  }
}
