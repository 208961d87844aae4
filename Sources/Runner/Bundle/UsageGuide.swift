/// How an asset of a category is put on a page: sizes and opacities by context, where it belongs and where
/// not.
package struct UsageGuide: Sendable {
  /// The four categories we have advice for. Any other is shown whole, like a specimen.
  package enum Kind: String, Sendable, CaseIterable {
    case wallpaper, pattern, specimen, icon

    /// The built-in category of this kind, such as `wallpapers`.
    var category: String { rawValue + "s" }

    static var categories: [String] { allCases.map(\.category) }

    /// Reads `wallpapers` or `wallpaper`, in any case.
    init?(category: String) {
      let lower = category.lowercased()
      guard let kind = Self.allCases.first(where: { lower == $0.rawValue || lower == $0.category }) else {
        return nil
      }
      self = kind
    }

    /// The kind of a category: as the configuration maps it, else by its name, else a specimen.
    init(of category: String, among kinds: [String: String]) {
      self = Kind(category: kinds[category] ?? category) ?? .specimen
    }
  }

  /// A place on a page. `name` is part of a CSS class, `size` a CSS value.
  struct Context: Sendable {
    let name: String
    let purpose: String
    let size: String
    let opacityPercent: Int
  }

  let kind: Kind
  let contexts: [Context]
  let use: [String]
  let avoid: [String]

  init(_ facts: AssetFacts) {
    let dimensions = facts.input.idf.dimensions
    kind = facts.input.kind
    // What is dense has to step back further behind text.
    let faint = max(6, 24 - facts.meanDensityPermille * 16 / 1000)
    let quiet = facts.quietest.words
    switch kind {
    case .pattern:
      contexts = Self.pattern(width: dimensions.width, faint: faint)
      use = [
        "Behind whole sections, cards and page margins: the tile repeats without a seam.",
        "At the opacities above when text runs over it.",
        "In print at the full size of the tile or larger.",
      ]
      avoid = [
        "As a picture of its own: cut at an edge, a tile looks broken.",
        "Stretched, turned or cropped: that opens the seams.",
        "Behind long text at more than \(faint) % opacity.",
      ]
    case .wallpaper:
      contexts = Self.wallpaper(faint: faint)
      use = [
        "Once a page: behind a hero, a title or a full screen.",
        "With text in the \(quiet), its quietest zone.",
        "On screens up to \(dimensions.width) px wide at their full sharpness.",
      ]
      avoid = [
        "As a repeating tile: the edges do not meet.",
        "Behind forms, tables and long text.",
        "Enlarged beyond \(dimensions.width) × \(dimensions.height) px.",
      ]
    case .specimen:
      contexts = Self.specimen(width: dimensions.width, faint: faint)
      use = [
        "As the picture of an article, a card or a gallery, shown whole.",
        facts.hasGround
          ? "On its own ground colour, so that its edge disappears."
          : "On any ground that its colours stand out from: the image is transparent.",
        "With a caption beside or below it.",
      ]
      avoid = [
        "Cropped or used as a tile: the motif is meant to be seen whole.",
        "With text over the \(facts.densest.words), where it is densest.",
        "Smaller than 96 px: details are lost.",
      ]
    case .icon:
      contexts = Self.icon
      use = [
        "Beside a label, in buttons, lists and navigation.",
        "At the sizes above, with the space of a quarter of its size around it.",
        "With a text alternative where there is no label.",
      ]
      avoid = [
        "As a background or a tile.",
        "Smaller than 16 px or larger than \(max(dimensions.width, dimensions.height)) px.",
        "As the only sign of a state: add words.",
      ]
    }
  }

  private static func pattern(width: Int, faint: Int) -> [Context] {
    [
      Context(name: "page", purpose: "behind running text", size: "\(width)px", opacityPercent: faint),
      Context(
        name: "section", purpose: "behind headings and short text", size: "\(width)px",
        opacityPercent: min(100, faint * 2)),
      Context(
        name: "card", purpose: "behind a card's content", size: "\(max(1, width / 2))px",
        opacityPercent: min(100, faint * 3 / 2)),
      Context(name: "hero", purpose: "on its own, no text", size: "\(width)px", opacityPercent: 100),
    ]
  }

  private static func wallpaper(faint: Int) -> [Context] {
    [
      Context(name: "hero", purpose: "with a title in the quiet zone", size: "cover", opacityPercent: 85),
      Context(name: "full", purpose: "on its own, no text", size: "cover", opacityPercent: 100),
      Context(
        name: "page", purpose: "behind running text", size: "cover", opacityPercent: faint),
    ]
  }

  private static func specimen(width: Int, faint: Int) -> [Context] {
    [
      Context(name: "feature", purpose: "the main picture", size: "\(width)px", opacityPercent: 100),
      Context(
        name: "card", purpose: "in a card or a gallery", size: "\(min(width, 320))px", opacityPercent: 100),
      Context(
        name: "inline", purpose: "beside running text", size: "\(min(width, 160))px", opacityPercent: 100),
      Context(
        name: "ghost", purpose: "decoration behind text",
        size: "\(width)px", opacityPercent: faint),
    ]
  }

  private static let icon: [Context] = [
    Context(name: "inline", purpose: "in a line of text", size: "1.25em", opacityPercent: 100),
    Context(name: "button", purpose: "in buttons and lists", size: "1.5rem", opacityPercent: 100),
    Context(name: "tile", purpose: "above a heading", size: "3rem", opacityPercent: 100),
    Context(name: "disabled", purpose: "what can't be used now", size: "1.5rem", opacityPercent: 40),
  ]
}
