/// What templates can name: the facts of an asset as values that are safe where they go.
enum TemplateNames {
  /// Names of single values; those of a kind of asset are true for one of them.
  static let root: Set<String> = [
    "asset_id", "background", "background_words", "bundle_path", "category", "context_path",
    "css_class", "densest_zone", "format", "handle", "has_background", "has_ground", "has_url", "height",
    "image_sha256", "is_icon", "is_pattern",
    "is_specimen", "is_wallpaper", "mode", "name", "narrative", "on_background", "production_path", "purpose",
    "quietest_zone", "score", "specs", "tokens_path", "url", "usage_path", "width",
  ]

  /// Names of lists, and of what an item of each holds.
  static let items: [String: Set<String>] = [
    "accents": ["hex", "index", "words"],
    "avoid": ["text"],
    "contexts": ["context", "opacity", "purpose", "size"],
    "primary": ["hex", "index", "words"],
    "specimens": ["text"],
    "use": ["text"],
    "zones": ["percent", "words"],
  ]

  /// Returns the values for a template, each under a name of the two tables above; absent ones are left out.
  static func values(_ facts: AssetFacts, _ escaping: TextEscaping) -> TemplateObject {
    let input = facts.input
    let guide = UsageGuide(facts)
    let dimensions = input.idf.dimensions
    let texts: [String: String?] = [
      "asset_id": input.asset.text,
      "name": escaping.escaped(input.name),
      "category": escaping.escaped(input.category),
      "score": JSONNumber(input.score).text,
      "mode": escaping.escaped(facts.mode),
      "purpose": escaping.escaped(facts.purpose),
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
      "on_background": facts.background?.readable,
      "quietest_zone": facts.quietest.words,
      "densest_zone": facts.densest.words,
    ]
    var members: [String: any Sendable] = texts.compactMapValues { $0 }
    for (name, list) in lists(facts, guide, escaping) { members[name] = TemplateList(items: list) }
    members["specs"] = TemplateValue.of(input.specs, escaping)
    members["is_" + guide.kind.rawValue] = true
    members["has_url"] = input.url == nil ? nil : true
    if facts.background != nil { members["has_background"] = true }
    if facts.hasGround { members["has_ground"] = true }
    return TemplateObject(members: members)
  }

  private static func lists(
    _ facts: AssetFacts, _ guide: UsageGuide, _ escaping: TextEscaping
  ) -> [String: [TemplateObject]] {
    func texts(_ list: [String]) -> [TemplateObject] {
      list.map { TemplateObject(members: ["text": $0], text: $0) }
    }
    func colours(_ list: [SRGBColour]) -> [TemplateObject] {
      list.enumerated().map { index, colour in
        TemplateObject(
          members: ["index": String(index + 1), "hex": colour.hex, "words": colour.words], text: colour.hex)
      }
    }
    return [
      "specimens": texts(facts.specimens.compactMap(escaping.escaped)),
      "primary": colours(facts.primary),
      "accents": colours(facts.accents),
      "zones": facts.zones.map {
        TemplateObject(members: ["words": $0.words, "percent": String($0.percent)], text: $0.words)
      },
      "contexts": guide.contexts.map {
        TemplateObject(members: [
          "context": $0.name, "purpose": $0.purpose, "size": $0.size,
          "opacity": Decimals.text($0.opacityPercent, places: 2),
        ])
      },
      "use": texts(guide.use),
      "avoid": texts(guide.avoid),
    ]
  }
}
