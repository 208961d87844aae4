import BatchModel

/// How an asset of a category is put on a page: sizes and opacities by context, where it belongs and where
/// not. Says of the image only what was measured.
package struct UsageGuide: Sendable {
  /// A place on a page. `name` is part of a CSS class, `size` a CSS value.
  package struct Context: Hashable, Sendable {
    package let name: String
    package let purpose: String
    package let size: String
    package let opacityPercent: Int
  }

  package let kind: AssetKind
  package let contexts: [Context]
  package let use: [String]
  package let avoid: [String]

  package init(_ facts: AssetFacts) {
    kind = facts.input.kind
    // What is dense has to step back further behind text.
    let faint = max(6, 24 - facts.meanDensityPermille * 16 / 1000)
    switch kind {
    case .pattern:
      contexts = Self.pattern(width: facts.cssWidth, faint: faint)
      use = [Self.repeats(facts.seams), "Behind text, at the opacities above."].compactMap { $0 }
      avoid = [
        Self.seam(facts.seams), "Stretched: the tile keeps its proportions of \(facts.proportions).",
        "Behind long text at more than \(faint) % opacity.",
      ].compactMap { $0 }
    case .wallpaper:
      contexts = Self.wallpaper(faint: faint, hasRoom: facts.roomForText != nil)
      use = [
        "Once per page: behind a hero or a title, or alone, up to \(facts.cssWidth) × \(facts.cssHeight) px.",
        facts.roomForText.map { "With text in the \($0.words), of which \($0.percent) % is covered." },
      ].compactMap { $0 }
      avoid = [
        Self.seam(facts.seams), "Behind forms, tables and long text.", Self.enlarged(facts),
      ].compactMap { $0 }
    case .specimen:
      contexts = Self.specimen(width: facts.cssWidth, faint: faint)
      use = [
        "As the picture of an article, a card or a gallery, shown whole.",
        facts.isTransparent
          ? "On any ground its colours stand out from: the background is transparent." : nil,
      ].compactMap { $0 }
      avoid = [
        facts.densest.percent > 0
          ? "With text over the \(facts.densest.words), of which \(facts.densest.percent) % is covered."
          : nil,
        Self.enlarged(facts),
      ].compactMap { $0 }
    case .icon:
      contexts = Self.icon(width: facts.cssWidth)
      use = [
        "Beside a label, in buttons, lists and navigation; there with `alt=\"\"`.",
        "With clear space of 25 % of its size around it.",
      ]
      avoid = [
        Self.enlarged(facts), "As the only indicator of a state: add text.",
      ]
    }
  }

  private static func enlarged(_ facts: AssetFacts) -> String {
    "Larger than \(facts.cssWidth) × \(facts.cssHeight) px: it would be enlarged."
  }

  /// Which way a tile can be repeated; nil where its edges were not compared or never match.
  private static func repeats(_ seams: IDF.Edges?) -> String? {
    switch (seams?.leftRight, seams?.topBottom) {
    case (true, true): "Repeated to any size: opposite edges match."
    case (true, false): "Repeated horizontally: the left and right edges match."
    case (false, true): "Repeated vertically: the top and bottom edges match."
    default: nil
    }
  }

  /// Where a seam shows; nil where the edges were not compared or all match.
  private static func seam(_ seams: IDF.Edges?) -> String? {
    switch (seams?.leftRight, seams?.topBottom) {
    case (true, false): "Repeated vertically: the top and bottom edges differ, so that a seam shows."
    case (false, true): "Repeated horizontally: the left and right edges differ, so that a seam shows."
    case (false, false): "As a repeating tile: opposite edges differ, so that seams show."
    default: nil
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

  /// A title needs room where nothing is, or an image that steps back.
  private static func wallpaper(faint: Int, hasRoom: Bool) -> [Context] {
    [
      Context(
        name: "hero", purpose: "behind a title", size: "cover", opacityPercent: hasRoom ? 85 : faint * 2),
      Context(name: "full", purpose: "on its own, no text", size: "cover", opacityPercent: 100),
      Context(name: "page", purpose: "behind running text", size: "cover", opacityPercent: faint),
    ]
  }

  /// Sizes of the image, none above its own; one that would be the same as the next larger is left out.
  private static func specimen(width: Int, faint: Int) -> [Context] {
    var contexts = [
      Context(name: "feature", purpose: "the main picture", size: "\(width)px", opacityPercent: 100)
    ]
    for (name, purpose, size) in [
      ("card", "in a card or a gallery", 320), ("inline", "beside running text", 160),
    ] where size < width {
      contexts.append(Context(name: name, purpose: purpose, size: "\(size)px", opacityPercent: 100))
    }
    return contexts + [
      Context(name: "ghost", purpose: "decoration behind text", size: "\(width)px", opacityPercent: faint)
    ]
  }

  private static func icon(width: Int) -> [Context] {
    [
      ("inline", "in a line of text", "1.25em", 100), ("button", "in buttons and lists", "1.5rem", 100),
      ("tile", "above a heading", "3rem", 100), ("disabled", "disabled state", "1.5rem", 40),
    ].map { name, purpose, size, opacity in
      Context(name: name, purpose: purpose, size: "min(\(size), \(width)px)", opacityPercent: opacity)
    }
  }
}
