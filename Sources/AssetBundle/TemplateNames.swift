import BatchModel
import Core
import StrictJSON

/// What templates can name: the facts of an asset as values that are safe where they go.
package enum TemplateNames {
  /// Names of single values; those of a kind of asset are true for one of them.
  package static let root: Set<String> = [
    "alt", "alt_html", "asset_id", "background", "background_repeat", "background_source", "background_words",
    "bundle_path", "category", "context_path", "contrast", "css_class", "css_height", "css_width",
    "densest_zone", "description", "description_quote", "description_source", "format", "handle",
    "has_background", "has_ground", "has_motifs", "has_specimens", "has_tags", "has_url", "height",
    "image_sha256", "is_background_kind", "is_icon", "is_pattern", "is_specimen", "is_wallpaper", "mode",
    "mode_quote", "mode_source", "motifs_quote", "motifs_source", "name", "narrative", "on_background",
    "palette_source", "placement", "placement_quote", "placement_source", "production_path", "purpose",
    "purpose_quote", "purpose_source", "quietest_zone", "scale", "score", "specimens_quote",
    "specimens_source", "specs", "tags_quote", "tags_source", "tokens_path", "url", "usage_path", "width",
  ]

  /// Names of lists, and of what an item of each holds.
  package static let items: [String: Set<String>] = [
    "accents": ["hex", "index", "words"],
    "avoid": ["text"],
    "contexts": ["context", "opacity", "purpose", "size"],
    "motifs": ["name", "rationale"],
    "primary": ["hex", "index", "words"],
    "specimens": ["text"],
    "tags": ["text"],
    "use": ["text"],
    "zones": ["percent", "words"],
  ]

  /// Returns the values for a template, each under a name of the two tables above; absent ones are left out.
  package static func values(_ facts: AssetFacts, _ escaping: TextEscaping) -> [String: TemplateValue] {
    let input = facts.input
    let guide = UsageGuide(facts)
    let dimensions = input.idf.dimensions
    let texts: [String: String?] = [
      "asset_id": input.asset.text,
      "name": escaping.escaped(input.name),
      "category": escaping.escaped(input.category),
      "score": JSONNumber(input.score).text,
      "scale": String(input.scale),
      "mode": escaping.escaped(input.idf.mode),
      "purpose": escaping.escaped(input.idf.purpose),
      "placement": escaping.escaped(input.idf.placement),
      "description": escaping.escaped(input.idf.narrative),
      "alt": escaping.escaped(facts.alt),
      "alt_html": TextEscaping.html(VisibleText.line(facts.alt)),
      "narrative": Narrative.text(facts, escaping),
      "width": String(dimensions.width),
      "height": String(dimensions.height),
      "format": escaping.escaped(dimensions.format),
      "image_sha256": input.image.hex,
      "bundle_path": input.targets.bundleFolder,
      "context_path": input.targets.context,
      "tokens_path": input.targets.tokens,
      "usage_path": input.targets.usage,
      "production_path": input.targets.production,
      "url": facts.url,
      "css_class": facts.cssClass,
      "handle": input.handle,
      "background": facts.background?.hex ?? IDF.transparent,
      "background_words": facts.background?.words ?? IDF.transparent,
      "on_background": facts.background.map { Contrast.text(on: $0).hex },
      "contrast": facts.background.map { Contrast.words(Contrast.ratio(Contrast.text(on: $0), $0)) },
      "css_width": String(facts.cssWidth),
      "css_height": String(facts.cssHeight),
      "background_repeat": backgroundRepeat(facts.seams),
      "quietest_zone": facts.quietest.words,
      "densest_zone": facts.densest.words,
    ]
    var members = texts.compactMapValues { $0 }.merging(sources(facts)) { $1 }.mapValues(TemplateValue.text)
    for (name, list) in lists(facts, guide, escaping) {
      members[name] = .list(list)
      if ["motifs", "specimens", "tags"].contains(name), !list.isEmpty {
        members["has_" + name] = .flag(true)
      }
    }
    members["specs"] = TemplateValue.of(input.specs, escaping)
    let marks = [
      "is_" + guide.kind.rawValue: true, "is_background_kind": guide.kind.isBackground,
      "has_url": input.url != nil, "has_background": facts.background != nil, "has_ground": facts.hasGround,
    ]
    for (name, isSet) in marks where isSet { members[name] = .flag(true) }
    return members
  }

  /// Where each section's content comes from, and what comes before it: a model's words are quoted.
  private static func sources(_ facts: AssetFacts) -> [String: String] {
    let fields = [
      "description": "narrative", "motifs": "motifs", "specimens": "specimens", "mode": "mode",
      "purpose": "purpose", "placement": "placement", "tags": "tags",
    ]
    var texts: [String: String] = [:]
    for (name, field) in fields {
      let source = facts.source(of: field)
      texts[name + "_source"] = words(source)
      texts[name + "_quote"] = source == .described ? "> " : ""
    }
    texts["background_source"] = words(facts.source(of: "background"))
    texts["palette_source"] = words(facts.source(of: "palette"))
    return texts
  }

  private static func words(_ source: IDF.Source) -> String {
    switch source {
    case .measured: "measured"
    case .given: "given"
    case .described: "described by the extractor"
    }
  }

  /// How a tile can be repeated without a seam; any way where that was not measured.
  private static func backgroundRepeat(_ seams: IDF.Edges?) -> String {
    switch (seams?.leftRight, seams?.topBottom) {
    case (true, false): "repeat-x"
    case (false, true): "repeat-y"
    case (false, false): "no-repeat"
    default: "repeat"
    }
  }

  private static func lists(
    _ facts: AssetFacts, _ guide: UsageGuide, _ escaping: TextEscaping
  ) -> [String: [TemplateValue]] {
    func texts(_ list: [String]) -> [TemplateValue] { list.map { .object(["text": $0], text: $0) } }
    func colours(_ list: [RGB]) -> [TemplateValue] {
      list.enumerated().map { index, colour in
        .object(
          ["index": String(index + 1), "hex": colour.hex, "words": colour.words], text: colour.hex)
      }
    }
    return [
      "specimens": texts(facts.input.idf.specimens.compactMap(escaping.escaped)),
      "tags": texts((facts.input.idf.tags ?? []).compactMap(escaping.escaped)),
      "motifs": (facts.input.idf.motifs ?? []).compactMap { motif in
        escaping.escaped(motif.name).map { name in
          var members = ["name": name]
          members["rationale"] = escaping.escaped(motif.rationale)
          return .object(members, text: name)
        }
      },
      "primary": colours(facts.primary),
      "accents": colours(facts.accents),
      "zones": facts.zones.map {
        .object(["words": $0.words, "percent": String($0.percent)], text: $0.words)
      },
      "contexts": guide.contexts.map {
        .object([
          "context": $0.name, "purpose": $0.purpose, "size": $0.size,
          "opacity": Decimals.text($0.opacityPercent, places: 2),
        ])
      },
      "use": texts(guide.use),
      "avoid": texts(guide.avoid),
    ]
  }
}
