import Core

/// Puts an IDF together from what was measured, what a person gave and what an extractor described. Pure: the same
/// input gives the same IDF, at no cost, so that a corrected name never pays for a call again.
///
/// Dimensions, format, transparency, edges and zones are the measurement's alone. Specs, then the reply, may choose
/// background and palette among the image's own colours. Everything else is the specs', then the reply's. Whatever is
/// said and not taken becomes a note.
package struct FactsMerge {
  /// Raised whenever the same input would give another IDF; part of the key of `render`.
  package static let version = "1"

  /// Fields in which a reply may be trusted against the measurement.
  package enum Trusted: String, Hashable, Sendable, Codable, CaseIterable {
    case background, palette
  }

  /// What an extractor, or the manifest's own `idf`, says.
  package struct Reply: Hashable, Sendable {
    package var facts: StatedFacts
    /// `given` where the manifest brought the IDF along.
    package var source: IDF.Source

    package init(facts: StatedFacts, source: IDF.Source) {
      self.facts = facts
      self.source = source
    }

    /// What comes before a value in a note.
    package var subject: String { source == .given ? "the manifest's idf" : "the reply" }
  }

  private let measured: Measurement
  private let specs: StatedFacts
  private let reply: Reply
  private let trust: Set<Trusted>
  private var idf: IDF
  private var sources: [String: IDF.Source] = [:]
  private var notes: [String]

  /// Merges; the notes are sentences, in the order of the fields.
  package static func merged(
    _ measured: Measurement, specs: StatedFacts, reply: Reply, trust: Set<Trusted> = []
  ) -> (idf: IDF, notes: [String]) {
    var merge = FactsMerge(measured, specs, reply, trust)
    merge.run()
    return (merge.idf, merge.notes)
  }

  private init(_ measured: Measurement, _ specs: StatedFacts, _ reply: Reply, _ trust: Set<Trusted>) {
    self.measured = measured
    self.specs = specs
    self.reply = reply
    self.trust = trust
    idf = measured.idf
    notes = measured.remarks
  }

  private mutating func run() {
    for field in ["dimensions", "transparency", "edges", "density_zones"] { sources[field] = .measured }
    compareMeasured()
    chooseBackground()
    choosePalette()
    take("specimens", specs.specimens, reply.facts.specimens, into: \.specimens)
    take("mode", specs.mode, reply.facts.mode, into: \.mode)
    take("purpose", specs.purpose, reply.facts.purpose, into: \.purpose)
    take("narrative", specs.narrative, reply.facts.narrative, into: \.narrative)
    take("motifs", optional(specs.motifs), optional(reply.facts.motifs), into: \.motifs)
    take("tags", optional(specs.tags), optional(reply.facts.tags), into: \.tags)
    take("placement", specs.placement, reply.facts.placement, into: \.placement)
    take("alt", specs.alt, reply.facts.alt, into: \.alt)
    notes += reply.facts.problems.map { "\($0); it was left out." }
    idf.sources = sources
  }

  // MARK: What is measured alone

  private mutating func compareMeasured() {
    let size = measured.dimensions
    for (facts, subject, _) in stated {
      if let said = facts.size, said.width != size.width || said.height != size.height {
        note(
          "dimensions",
          "\(subject) says \(said.width) × \(said.height); the image has "
            + "\(size.width) × \(size.height).")
      }
      if let format = facts.format, format.uppercased() != size.format {
        note(
          "format", "\(subject) says \"\(Excerpt.line(format, limit: 40))\"; the image is a \(size.format).")
      }
      if let said = facts.transparency, differs(said, measured.transparency) {
        note("transparency", "\(subject) says \(said); \(measured.transparency) was measured.")
      }
      if let said = facts.leftRight, said != measured.edges.leftRight { noteEdges(subject) }
      if let said = facts.topBottom, said != measured.edges.topBottom { noteEdges(subject) }
      let zones = otherZones(facts)
      if !zones.isEmpty {
        note(
          "density_zones",
          "\(subject) says otherwise of \(zones.joined(separator: ", ")); what was measured holds.")
      }
    }
  }

  private mutating func noteEdges(_ subject: String) {
    note("edges", "\(subject) says otherwise; what was measured holds.")
  }

  private func otherZones(_ facts: StatedFacts) -> [String] {
    measured.densityZones.measured.compactMap { name, zone in
      guard let said = facts.zones[name], differs(said, zone.coverage) else { return nil }
      return name
    }
  }

  /// Whether two shares differ by more than rounding to a percent.
  private func differs(_ one: Double, _ other: Double) -> Bool { abs(one - other) > 0.0051 }

  // MARK: Colours

  private mutating func chooseBackground() {
    sources["background"] = .measured
    for (facts, subject, source) in stated {
      guard let said = facts.background, said != idf.background else {
        if facts.background != nil, sources["background"] == .measured { sources["background"] = source }
        continue
      }
      if sources["background"] == .given {
        noteContradiction("background", kept: idf.background, said: said)
      } else if source == .described && trust.contains(.background) || isChoosable(background: said) {
        idf.background = said
        sources["background"] = source
      } else {
        note(
          "background", "\(subject) says \(said), which is not the image's; \(idf.background) was measured.")
      }
    }
  }

  /// A colour of an opaque image; what is transparent stays so, and nothing becomes it.
  private func isChoosable(background: String) -> Bool {
    measured.background != IDF.transparent && background != IDF.transparent && isInImage(background)
  }

  private mutating func choosePalette() {
    sources["palette"] = .measured
    for (facts, subject, source) in stated {
      guard !facts.primary.isEmpty || !facts.accents.isEmpty else { continue }
      let isTrusted = source == .described && trust.contains(.palette)
      let primary = facts.primary.filter { isTrusted || isInImage($0) }
      let accents = facts.accents.filter { isTrusted || isInImage($0) }
      let missing = (facts.primary + facts.accents).filter { !primary.contains($0) && !accents.contains($0) }
      if !missing.isEmpty {
        note("palette", "\(subject) names \(missing.prefix(8).joined(separator: ", ")), not in the image.")
      }
      guard !primary.isEmpty || !accents.isEmpty else { continue }
      let palette = IDF.Palette(
        primary: primary.isEmpty ? measured.palette.primary : primary,
        accents: facts.accents.isEmpty
          ? measured.palette.accents.filter { !primary.contains($0) } : accents)
      if sources["palette"] == .given {
        if palette != idf.palette {
          note("palette", "the manifest's colours hold; \(subject) has others.")
        }
        continue
      }
      idf.palette = palette
      sources["palette"] = source
    }
  }

  /// Whether a colour looks like one of those that cover at least 1 % of the image.
  private func isInImage(_ hex: String) -> Bool {
    guard let colour = Self.place(of: hex) else { return false }
    let own =
      measured.colours.map(\.hex) + measured.palette.primary + measured.palette.accents + [
        measured.background
      ]
    return own.compactMap(Self.place).contains { $0.distance(to: colour) <= Oklab.nameReach }
  }

  private static func place(of hex: String) -> Oklab? {
    RGB(hex).map { Oklab($0) }
  }

  // MARK: What pixels can't tell

  private mutating func take<Value: Hashable>(
    _ field: String, _ given: Value?, _ said: Value?, into path: WritableKeyPath<IDF, Value?>
  ) {
    guard let value = given ?? said else { return }
    idf[keyPath: path] = value
    sources[field] = given == nil ? reply.source : .given
    if given != nil, let said, said != value { noteContradiction(field, kept: value, said: said) }
  }

  private mutating func take(
    _ field: String, _ given: [String], _ said: [String], into path: WritableKeyPath<IDF, [String]>
  ) {
    let value = given.isEmpty ? said : given
    guard !value.isEmpty else { return }
    idf[keyPath: path] = value
    sources[field] = given.isEmpty ? reply.source : .given
    if !given.isEmpty, !said.isEmpty, Set(said) != Set(value) {
      noteContradiction(field, kept: value, said: said)
    }
  }

  private func optional<Element>(_ list: [Element]) -> [Element]? { list.isEmpty ? nil : list }

  // MARK: Notes

  /// What the specs and the reply say, with what to call them and whose word it is.
  private var stated: [(StatedFacts, String, IDF.Source)] {
    [(specs, "the manifest", .given), (reply.facts, reply.subject, reply.source)]
  }

  private mutating func note(_ field: String, _ text: String) {
    let line = "\(field): \(text)"
    if !notes.contains(line) { notes.append(line) }
  }

  private mutating func noteContradiction<Value>(_ field: String, kept: Value, said: Value) {
    note(
      field, "the manifest's \(Self.words(kept)) holds; \(reply.subject) says \(Self.words(said)).")
  }

  private static func words<Value>(_ value: Value) -> String {
    switch value {
    case let text as String: "\"\(Excerpt.line(text, limit: 60))\""
    case let list as [String]: "\"\(Excerpt.line(list.joined(separator: ", "), limit: 60))\""
    case let motifs as [IDF.Motif]:
      "\"\(Excerpt.line(motifs.map(\.name).joined(separator: ", "), limit: 60))\""
    default: "value"
    }
  }
}
