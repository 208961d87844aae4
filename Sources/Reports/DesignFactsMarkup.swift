import AssetBundle
import BatchModel
import Core

/// Shows an asset's design facts: the colours as swatches, and each field with where it came from.
struct DesignFactsMarkup {
  private let idf: IDF?
  private let number: Int

  init(_ idf: IDF?, number: Int) {
    self.idf = idf
    self.number = number
  }

  var markup: Markup {
    guard let idf else {
      return
        "<h4>Design facts</h4>\n<p class=\"quiet\">No design facts are stored, or they can't be read.</p>"
    }
    return "\(swatches(idf))\n\(facts(idf))"
  }

  // MARK: Colours

  private func swatches(_ idf: IDF) -> Markup {
    let colours =
      [("background", idf.background)] + idf.palette.primary.map { ("primary", $0) }
      + idf.palette.accents.map { ("accent", $0) }
    let items = colours.map { swatch(role: $0.0, value: $0.1) }
    return "<h4>Colours</h4>\n<ul class=\"swatches\">\(Markup(joining: items))</ul>"
  }

  private func swatch(role: String, value: String) -> Markup {
    guard let colour = RGB(value) else {
      return """
        <li><span class="chip checkered"></span>\
        <span class="colour"><b>\(role)</b> <code>\(Markup.outside(value))</code></span></li>
        """
    }
    return """
      <li><svg class="chip" aria-hidden="true"><rect width="100%" height="100%" fill="\(colour.hex)"/></svg>\
      <span class="colour"><b>\(role)</b> \(colour.words) <code>\(colour.hex)</code></span>\
      <button type="button" class="copy" data-copy="\(colour.hex)" aria-label="Copy \(colour.hex)" hidden>\
      Copy</button></li>
      """
  }

  // MARK: Fields

  private func facts(_ idf: IDF) -> Markup {
    let rows = Self.fields(idf).map { field -> Markup in
      """
      <tr><th scope="row">\(field.name)</th><td>\(field.value)</td>\
      <td>\(source(field.name, in: idf))</td></tr>
      """
    }
    return """
      <h4 id="facts-\(number)">Design facts and where they came from</h4>
      <table class="idf" aria-labelledby="facts-\(number)">
      <thead><tr><th scope="col">Field</th><th scope="col">Value</th><th scope="col">From</th></tr></thead>
      <tbody>\(Markup(joining: rows, separator: "\n"))</tbody></table>
      """
  }

  private func source(_ field: String, in idf: IDF) -> Markup {
    guard let sources = idf.sources else { return "not recorded" }
    guard let source = sources[field] else { return "not recorded" }
    return "<span class=\"source \(source.rawValue)\">\(source.rawValue)</span>"
  }

  /// The fields that are set, under their names in `idf.json`.
  private static func fields(_ idf: IDF) -> [(name: String, value: Markup)] {
    var fields: [(name: String, value: Markup)] = [
      ("dimensions", "\(idf.dimensions.width) × \(idf.dimensions.height) \(idf.dimensions.format)"),
      ("background", .outside(idf.background)),
      ("palette", .outside((idf.palette.primary + idf.palette.accents).joined(separator: ", "))),
      ("density_zones", zones(idf.densityZones)),
    ]
    if let share = idf.transparency {
      fields.append(("transparency", "\(AssetCardMarkup.percent(share)) shines through"))
    }
    if let edges = idf.edges {
      fields.append(
        (
          "edges",
          "left and right \(edges.leftRight ? "meet" : "do not meet"), "
            + "top and bottom \(edges.topBottom ? "meet" : "do not meet")"
        ))
    }
    if let motifs = idf.motifs {
      let words = motifs.map { motif in motif.name + (motif.rationale.map { ": \($0)" } ?? "") }
      fields.append(("motifs", .outside(words.joined(separator: "; "))))
    }
    let texts: [(String, String?)] = [
      ("specimens", idf.specimens.isEmpty ? nil : idf.specimens.joined(separator: ", ")), ("mode", idf.mode),
      ("purpose", idf.purpose), ("narrative", idf.narrative), ("tags", idf.tags?.joined(separator: ", ")),
      ("placement", idf.placement), ("alt", idf.alt),
    ]
    return fields + texts.compactMap { name, text in text.map { (name, .outside($0)) } }
  }

  private static func zones(_ zones: IDF.DensityZones) -> Markup {
    let words = zones.measured.map { name, zone -> Markup in
      "<span class=\"zone\">\(name.replacing("_", with: " ")) \(AssetCardMarkup.percent(zone.coverage))</span>"
    }
    return Markup(joining: words, separator: ", ")
  }
}
