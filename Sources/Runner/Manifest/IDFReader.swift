/// Makes an `IDF` of what an extractor or a manifest says, checking all of it against `idf/v1`.
///
/// What is left out (or null) comes from the asset's `specs`, the dimensions from the image's own header.
/// Colours become lower case. Members that `idf/v1` does not know are passed over in a reply, and refused
/// in a manifest.
package struct IDFReader {
  /// The most colours in a palette's list and specimens in the list that a reply may hold.
  static let maxListed = 100
  /// Problems after which unknown members are not listed any more.
  static let maxProblems = 100

  private let value: JSONValue
  private let specs: JSONValue
  private let dimensions: IDF.Dimensions?
  private let refusesUnknown: Bool
  private var problems: [IDFProblem] = []

  /// Reads an extractor's reply, or a manifest's `idf`, for an image whose header has been read.
  package static func read(
    _ value: JSONValue, specs: JSONValue, dimensions: IDF.Dimensions
  ) throws(IDFProblems) -> IDF {
    var reader = IDFReader(value: value, specs: specs, dimensions: dimensions, refusesUnknown: false)
    let idf = reader.read()
    guard let idf, reader.problems.isEmpty else { throw IDFProblems(all: reader.problems) }
    return idf
  }

  /// Checks a manifest's `idf` before its image has been looked at.
  package static func problems(in value: JSONValue, specs: JSONValue) -> [IDFProblem] {
    var reader = IDFReader(value: value, specs: specs, dimensions: nil, refusesUnknown: true)
    _ = reader.read()
    return reader.problems
  }

  private init(value: JSONValue, specs: JSONValue, dimensions: IDF.Dimensions?, refusesUnknown: Bool) {
    self.value = value
    self.specs = specs
    self.dimensions = dimensions
    self.refusesUnknown = refusesUnknown
  }

  private mutating func read() -> IDF? {
    guard value.members != nil else {
      report([], expected: "an object", found: value)
      return nil
    }
    refuseUnknown(
      in: value, at: [],
      known: [
        "schema", "dimensions", "background", "palette", "density_zones", "transparency", "edges",
        "specimens", "mode", "purpose",
      ])
    if let schema = given("schema"), schema.string != IDF.schema {
      report([.member("schema")], expected: "\"\(IDF.schema)\"", found: schema)
    }
    let dimensions = readDimensions()
    let background = ground(required("background"), at: [.member("background")])
    let palette = readPalette()
    let zones = readZones()
    let transparency = share(given("transparency"), at: [.member("transparency")])
    let edges = readEdges()
    let specimens = texts(given("specimens") ?? specs["specimens"], at: [.member("specimens")])
    let mode = text(given("mode") ?? specs["mode"], at: [.member("mode")])
    let purpose = text(given("purpose") ?? specs["purpose"], at: [.member("purpose")])
    guard let dimensions, let background, let palette, let zones else { return nil }
    return IDF(
      dimensions: dimensions, background: background, palette: palette, densityZones: zones,
      transparency: transparency, edges: edges, specimens: specimens, mode: mode, purpose: purpose)
  }

  /// The member as the reply has it; a null there counts as left out, but in a manifest as a wrong type.
  private func given(_ name: String) -> JSONValue? {
    guard let member = value[name], refusesUnknown || member != .null else { return nil }
    return member
  }

  private mutating func required(_ name: String) -> JSONValue? {
    if let member = given(name) ?? specs[name] { return member }
    problems.append(
      IDFProblem(path: [.member(name)], expected: Self.meanings[name] ?? "a value", found: "nothing"))
    return nil
  }

  private static let meanings = [
    "background": "a colour such as #1a2b3c, or \"transparent\"",
    "palette": "an object with \"primary\" and \"accents\"",
    "density_zones": "an object with \"upper_left\", \"central\" and \"lower_right\"",
  ]

  private static let zones = ["upper_left", "upper_right", "central", "lower_left", "lower_right"]

  private mutating func readDimensions() -> IDF.Dimensions? {
    guard let given = given("dimensions") else { return dimensions }
    let path = [LocatedJSON.Step.member("dimensions")]
    guard given.members != nil else {
      report(path, expected: "an object", found: given)
      return nil
    }
    refuseUnknown(in: given, at: path, known: ["width", "height", "format"])
    let width = size(given["width"], at: path + [.member("width")], header: dimensions?.width)
    let height = size(given["height"], at: path + [.member("height")], header: dimensions?.height)
    if let format = given["format"], format.string?.uppercased() != "PNG" {
      report(path + [.member("format")], expected: "\"PNG\"", found: format)
    }
    return dimensions ?? IDF.Dimensions(width: width, height: height)
  }

  /// Checks a width or height: a whole number of pixels, and the header's where that is known.
  private mutating func size(_ value: JSONValue?, at path: [LocatedJSON.Step], header: Int?) -> Int {
    guard let value else { return header ?? 0 }
    guard let double = value.double, let pixels = Int(exactly: double), pixels > 0, pixels <= Int(Int32.max)
    else {
      report(path, expected: "a whole number of pixels from 1", found: value)
      return header ?? 0
    }
    if let header, header != pixels {
      report(path, expected: "\(header) as in the image's header", found: value)
    }
    return pixels
  }

  private mutating func readPalette() -> IDF.Palette? {
    guard let given = required("palette") else { return nil }
    let path = [LocatedJSON.Step.member("palette")]
    guard given.members != nil else {
      report(path, expected: "an object with \"primary\" and \"accents\"", found: given)
      return nil
    }
    refuseUnknown(in: given, at: path, known: ["primary", "accents"])
    let primary = colours(given["primary"], at: path + [.member("primary")], atLeast: 1)
    let accents = colours(given["accents"], at: path + [.member("accents")], atLeast: 0)
    return IDF.Palette(primary: primary, accents: accents)
  }

  private mutating func colours(_ value: JSONValue?, at path: [LocatedJSON.Step], atLeast least: Int)
    -> [String]
  {
    guard let elements = value?.array, (least...Self.maxListed).contains(elements.count) else {
      report(path, expected: "a list of \(least) to \(Self.maxListed) colours", found: value)
      return []
    }
    return elements.enumerated().compactMap { index, element in colour(element, at: path + [.element(index)])
    }
  }

  private mutating func colour(
    _ value: JSONValue?, at path: [LocatedJSON.Step], or alternative: String = ""
  ) -> String? {
    guard let value else { return nil }
    if let text = value.string?.lowercased(), text.utf8.count == 7, text.hasPrefix("#"),
      text.dropFirst().allSatisfy({ $0.isASCII && $0.isHexDigit })
    {
      return text
    }
    report(path, expected: "a colour such as #1a2b3c\(alternative)", found: value)
    return nil
  }

  /// Reads a background: a colour, or the word for none.
  private mutating func ground(_ value: JSONValue?, at path: [LocatedJSON.Step]) -> String? {
    if value?.string?.lowercased() == IDF.transparent { return IDF.transparent }
    return colour(value, at: path, or: ", or \"transparent\"")
  }

  private mutating func readEdges() -> IDF.Edges? {
    guard let given = given("edges") else { return nil }
    let path = [LocatedJSON.Step.member("edges")]
    guard given.members != nil else {
      report(path, expected: "an object with \"left_right\" and \"top_bottom\"", found: given)
      return nil
    }
    refuseUnknown(in: given, at: path, known: ["left_right", "top_bottom"])
    var sides: [Bool] = []
    for name in ["left_right", "top_bottom"] {
      guard case .bool(let meets)? = given[name] else {
        report(path + [.member(name)], expected: "true or false", found: given[name])
        continue
      }
      sides.append(meets)
    }
    return sides.count == 2 ? IDF.Edges(leftRight: sides[0], topBottom: sides[1]) : nil
  }

  /// Checks a share that may be left out.
  private mutating func share(_ value: JSONValue?, at path: [LocatedJSON.Step]) -> Double? {
    guard let value else { return nil }
    guard let share = value.double, (0...1).contains(share) else {
      report(path, expected: "a number from 0 to 1", found: value)
      return nil
    }
    return share
  }

  private mutating func readZones() -> IDF.DensityZones? {
    guard let given = required("density_zones") else { return nil }
    let path = [LocatedJSON.Step.member("density_zones")]
    guard given.members != nil else {
      report(path, expected: "an object with \"upper_left\", \"central\" and \"lower_right\"", found: given)
      return nil
    }
    refuseUnknown(in: given, at: path, known: Self.zones)
    let upperLeft = zone(given["upper_left"], at: path + [.member("upper_left")])
    let central = zone(given["central"], at: path + [.member("central")])
    let lowerRight = zone(given["lower_right"], at: path + [.member("lower_right")])
    let upperRight = given["upper_right"].flatMap { zone($0, at: path + [.member("upper_right")]) }
    let lowerLeft = given["lower_left"].flatMap { zone($0, at: path + [.member("lower_left")]) }
    guard let upperLeft, let central, let lowerRight else { return nil }
    return IDF.DensityZones(
      upperLeft: upperLeft, upperRight: upperRight, central: central, lowerLeft: lowerLeft,
      lowerRight: lowerRight)
  }

  private mutating func zone(_ value: JSONValue?, at path: [LocatedJSON.Step]) -> IDF.Zone? {
    guard let value, value.members != nil else {
      report(path, expected: "an object with \"coverage\"", found: value)
      return nil
    }
    refuseUnknown(in: value, at: path, known: ["coverage"])
    guard let coverage = value["coverage"]?.double, (0...1).contains(coverage) else {
      report(path + [.member("coverage")], expected: "a number from 0 to 1", found: value["coverage"])
      return nil
    }
    return IDF.Zone(coverage: coverage)
  }

  private mutating func texts(_ value: JSONValue?, at path: [LocatedJSON.Step]) -> [String] {
    guard let value else { return [] }
    guard let elements = value.array, elements.count <= Self.maxListed else {
      report(path, expected: "a list of at most \(Self.maxListed) texts", found: value)
      return []
    }
    return elements.enumerated().compactMap { index, element in text(element, at: path + [.element(index)]) }
  }

  private mutating func text(_ value: JSONValue?, at path: [LocatedJSON.Step]) -> String? {
    guard let value else { return nil }
    if value.string == nil { report(path, expected: "a text", found: value) }
    return value.string
  }

  private mutating func refuseUnknown(in value: JSONValue, at path: [LocatedJSON.Step], known: [String]) {
    guard refusesUnknown, let members = value.members else { return }
    for member in members where !known.contains(member.name) && problems.count < Self.maxProblems {
      problems.append(
        IDFProblem(
          path: path + [.member(member.name)],
          expected: "only \(known.map { "\"\($0)\"" }.joined(separator: ", "))", found: "an unknown member",
          nearest: Spelling.nearest(to: member.name, among: known)))
    }
  }

  private mutating func report(_ path: [LocatedJSON.Step], expected: String, found: JSONValue?) {
    problems.append(IDFProblem(path: path, expected: expected, found: found.map(\.shown) ?? "nothing"))
  }
}

/// One way in which a value is no `idf/v1`.
package struct IDFProblem: Hashable, Sendable {
  package var path: [LocatedJSON.Step]
  package var expected: String
  package var found: String
  /// The member that was probably meant by an unknown one.
  package var nearest: String?

  /// In words, such as `"palette.primary[2]": expected a colour such as #1a2b3c, found "red"`.
  package var text: String {
    (path.isEmpty ? "the IDF" : "\"\(path.text)\"") + ": expected \(expected), found \(found)"
  }
}

/// Everything that was found wrong with an IDF; never empty.
package struct IDFProblems: Error, Hashable, Sendable {
  package var all: [IDFProblem]

  /// All problems in one line.
  package var message: String { all.map(\.text).joined(separator: "; ") }
}
