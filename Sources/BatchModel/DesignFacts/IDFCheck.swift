import Core
import StrictJSON

/// Checks the `idf` that a manifest brings along. No field is required, for what pixels tell is measured; but what is
/// there must be right to the letter, since a person wrote it and can correct it.
package struct IDFCheck {
  /// The most colours in a palette's list, and elements in any other list.
  package static let maxListed = 100
  /// Problems after which unknown fields are not listed any more.
  package static let maxProblems = 100

  private static let fields = [
    "schema", "dimensions", "background", "palette", "density_zones", "transparency", "edges", "specimens",
    "mode", "purpose", "narrative", "motifs", "tags", "placement", "alt",
  ]
  private static let zones = ["upper_left", "upper_right", "central", "lower_left", "lower_right"]

  private var problems: [IDFProblem] = []

  /// Everything that is wrong, in the order of the fields above.
  package static func problems(in value: JSONValue) -> [IDFProblem] {
    var check = IDFCheck()
    check.check(value)
    return check.problems
  }

  private mutating func check(_ value: JSONValue) {
    guard let members = value.members, !members.isEmpty else {
      report([], expected: "an object with at least one field", found: value)
      return
    }
    refuseUnknown(in: value, at: [], known: Self.fields)
    if let schema = value["schema"], schema.string != IDF.schema {
      report([.member("schema")], expected: "\"\(IDF.schema)\"", found: schema)
    }
    checkDimensions(value["dimensions"])
    if let ground = value["background"], ground.string?.lowercased() != IDF.transparent {
      colour(ground, at: [.member("background")], or: ", or \"transparent\"")
    }
    checkPalette(value["palette"])
    checkZones(value["density_zones"])
    if let share = value["transparency"] { self.share(share, at: [.member("transparency")]) }
    checkEdges(value["edges"])
    for name in ["specimens", "tags"] { checkTexts(value[name], at: [.member(name)]) }
    for name in ["mode", "purpose", "narrative", "placement", "alt"] {
      text(value[name], at: [.member(name)])
    }
    checkMotifs(value["motifs"])
  }

  private mutating func checkDimensions(_ given: JSONValue?) {
    let path = [LocatedJSON.Step.member("dimensions")]
    guard let given, isObject(given, at: path, expected: "an object") else { return }
    refuseUnknown(in: given, at: path, known: ["width", "height", "format"])
    for name in ["width", "height"] {
      guard let value = given[name] else { continue }
      let pixels = value.double.flatMap { Int(exactly: $0) }
      if pixels.map({ (1...Int(Int32.max)).contains($0) }) != true {
        report(path + [.member(name)], expected: "a whole number of pixels from 1", found: value)
      }
    }
    if let format = given["format"], format.string?.uppercased() != "PNG" {
      report(path + [.member("format")], expected: "\"PNG\"", found: format)
    }
  }

  private mutating func checkPalette(_ given: JSONValue?) {
    let path = [LocatedJSON.Step.member("palette")]
    guard let given,
      isObject(given, at: path, expected: "an object with \"primary\" and \"accents\"")
    else { return }
    refuseUnknown(in: given, at: path, known: ["primary", "accents"])
    colours(given["primary"], at: path + [.member("primary")], atLeast: 1)
    colours(given["accents"], at: path + [.member("accents")], atLeast: 0)
  }

  private mutating func colours(_ value: JSONValue?, at path: [LocatedJSON.Step], atLeast least: Int) {
    guard let elements = value?.array, (least...Self.maxListed).contains(elements.count) else {
      report(path, expected: "a list of \(least) to \(Self.maxListed) colours", found: value)
      return
    }
    for (index, element) in elements.enumerated() { colour(element, at: path + [.element(index)]) }
  }

  private mutating func colour(
    _ value: JSONValue, at path: [LocatedJSON.Step], or alternative: String = ""
  ) {
    if let text = value.string, RGB(text) != nil, text.utf8.count == 7 { return }
    report(path, expected: "a colour such as #1a2b3c\(alternative)", found: value)
  }

  private mutating func checkZones(_ given: JSONValue?) {
    let path = [LocatedJSON.Step.member("density_zones")]
    guard let given, isObject(given, at: path, expected: "an object with zones such as \"central\"") else {
      return
    }
    refuseUnknown(in: given, at: path, known: Self.zones)
    for name in Self.zones {
      guard let zone = given[name] else { continue }
      let own = path + [.member(name)]
      guard isObject(zone, at: own, expected: "an object with \"coverage\"") else { continue }
      refuseUnknown(in: zone, at: own, known: ["coverage"])
      share(zone["coverage"], at: own + [.member("coverage")])
    }
  }

  private mutating func checkEdges(_ given: JSONValue?) {
    let path = [LocatedJSON.Step.member("edges")]
    guard let given,
      isObject(given, at: path, expected: "an object with \"left_right\" and \"top_bottom\"")
    else { return }
    refuseUnknown(in: given, at: path, known: ["left_right", "top_bottom"])
    for name in ["left_right", "top_bottom"] where given[name]?.bool == nil {
      report(path + [.member(name)], expected: "true or false", found: given[name])
    }
  }

  private mutating func checkMotifs(_ given: JSONValue?) {
    let path = [LocatedJSON.Step.member("motifs")]
    guard let given else { return }
    guard let elements = given.array, elements.count <= Self.maxListed else {
      report(path, expected: "a list of at most \(Self.maxListed) motifs", found: given)
      return
    }
    for (index, motif) in elements.enumerated() {
      let own = path + [.element(index)]
      guard isObject(motif, at: own, expected: "an object with \"name\"") else { continue }
      refuseUnknown(in: motif, at: own, known: ["name", "rationale"])
      if motif["name"]?.string == nil {
        report(own + [.member("name")], expected: "a string", found: motif["name"])
      }
      text(motif["rationale"], at: own + [.member("rationale")])
    }
  }

  private mutating func checkTexts(_ value: JSONValue?, at path: [LocatedJSON.Step]) {
    guard let value else { return }
    guard let elements = value.array, elements.count <= Self.maxListed else {
      report(path, expected: "a list of at most \(Self.maxListed) strings", found: value)
      return
    }
    for (index, element) in elements.enumerated() { text(element, at: path + [.element(index)]) }
  }

  private mutating func text(_ value: JSONValue?, at path: [LocatedJSON.Step]) {
    if let value, value.string == nil { report(path, expected: "a string", found: value) }
  }

  private mutating func share(_ value: JSONValue?, at path: [LocatedJSON.Step]) {
    if value?.double.map({ (0...1).contains($0) }) != true {
      report(path, expected: "a number from 0 to 1", found: value)
    }
  }

  private mutating func isObject(
    _ value: JSONValue, at path: [LocatedJSON.Step], expected: String
  ) -> Bool {
    if value.members != nil { return true }
    report(path, expected: expected, found: value)
    return false
  }

  private mutating func refuseUnknown(in value: JSONValue, at path: [LocatedJSON.Step], known: [String]) {
    for member in value.members ?? []
    where !known.contains(member.name) && problems.count < Self.maxProblems {
      problems.append(
        IDFProblem(
          path: path + [.member(member.name)],
          expected: "only \(known.map { "\"\($0)\"" }.joined(separator: ", "))", found: "an unknown field",
          nearest: Spelling.nearest(to: member.name, among: known)))
    }
  }

  private mutating func report(_ path: [LocatedJSON.Step], expected: String, found: JSONValue?) {
    problems.append(IDFProblem(path: path, expected: expected, found: found.map(\.shown) ?? "nothing"))
  }
}

/// One way in which a manifest's `idf` is not a valid `idf/v1`.
package struct IDFProblem: Hashable, Sendable {
  package var path: [LocatedJSON.Step]
  package var expected: String
  package var found: String
  /// The field that was probably meant by an unknown one.
  package var nearest: String?

  /// In words, such as `"palette.primary[2]": expected a colour such as #1a2b3c, found "red"`.
  package var text: String {
    (path.isEmpty ? "the IDF" : "\"\(path.text)\"") + ": expected \(expected), found \(found)"
  }
}
