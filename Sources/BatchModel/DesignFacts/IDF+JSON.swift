import StrictJSON

extension IDF {
  /// The IDF in its own JSON form; what is nil is left out.
  package var json: JSONValue {
    func list(_ texts: [String]) -> JSONValue { .array(texts.map(JSONValue.string)) }
    var members: [JSONValue.Member] = [
      .init("schema", .string(schema)),
      .init(
        "dimensions",
        [
          "width": JSONValue(dimensions.width), "height": JSONValue(dimensions.height),
          "format": .string(dimensions.format),
        ]),
      .init("background", .string(background)),
      .init("palette", ["primary": list(palette.primary), "accents": list(palette.accents)]),
      .init(
        "density_zones",
        .object(densityZones.measured.map { .init($0.name, ["coverage": JSONValue($0.zone.coverage)]) })),
      .init("specimens", list(specimens)),
    ]
    if let transparency { members.append(.init("transparency", JSONValue(transparency))) }
    if let edges {
      members.append(
        .init("edges", ["left_right": .bool(edges.leftRight), "top_bottom": .bool(edges.topBottom)]))
    }
    for (name, text) in [
      ("mode", mode), ("purpose", purpose), ("narrative", narrative), ("placement", placement), ("alt", alt),
    ] {
      if let text { members.append(.init(name, .string(text))) }
    }
    if let motifs { members.append(.init("motifs", .array(motifs.map(\.json)))) }
    if let tags { members.append(.init("tags", list(tags))) }
    if let sources {
      members.append(
        .init("sources", .object(sources.map { .init($0.key, .string($0.value.rawValue)) })))
    }
    return JSONValue.object(members).canonical
  }
}

extension IDF.DensityZones {
  /// The zones that were measured, by the names they have in JSON, in the order of reading.
  package var measured: [(name: String, zone: IDF.Zone)] {
    let all: [(CodingKeys, IDF.Zone?)] = [
      (.upperLeft, upperLeft), (.upperRight, upperRight), (.central, central), (.lowerLeft, lowerLeft),
      (.lowerRight, lowerRight),
    ]
    return all.compactMap { key, zone in zone.map { (key.rawValue, $0) } }
  }
}

extension IDF.Motif {
  package var json: JSONValue {
    var members = [JSONValue.Member("name", .string(name))]
    if let rationale { members.append(.init("rationale", .string(rationale))) }
    return .object(members)
  }
}
