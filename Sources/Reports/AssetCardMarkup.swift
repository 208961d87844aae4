import AssetBundle
import BatchModel
import Core

/// Makes the card of one asset.
struct AssetCardMarkup {
  let card: ReportPage.AssetCard
  /// Tells the elements of several cards apart.
  let number: Int

  var article: Markup {
    """
    <article class="card" id="asset-\(number)" aria-labelledby="asset-\(number)-title">
    <h3 id="asset-\(number)-title">\(Markup.outside(card.id.text)) \
    <span class="name">\(Markup.outside(card.name))</span></h3>
    <p class="quiet">\(Markup.outside(card.category)), score \(card.score), \
    <span class="state">\(card.state)</span></p>
    \(problem)\(picture)
    \(DesignFactsMarkup(card.idf, number: number).markup)
    \(taken)
    \(files)
    </article>
    """
  }

  private var problem: Markup {
    card.problem.map { "<p class=\"problem\"><b>Problem:</b> \(Markup.outside($0))</p>\n" } ?? ""
  }

  // MARK: Picture

  private var picture: Markup {
    switch card.picture {
    case .missing(let why): return "<p class=\"missing\">\(why)</p>"
    case .png(let bytes, let width, let height):
      let zones = zones
      let toggle: Markup =
        zones.html.isEmpty
        ? ""
        : """
        <input type="checkbox" id="zones-\(number)" class="zones-shown" checked>\
        <label for="zones-\(number)">Density zones: how much of each is not background</label>
        """
      return """
        <div class="figure">\(toggle)
        <figure><div class="picture"><img src="data:image/png;base64,\(Base64.text(of: bytes))" \
        width="\(width)" height="\(height)" alt="\(alternative)">\(zones)</div>
        <figcaption class="quiet">\(caption)</figcaption></figure></div>
        """
    }
  }

  /// What a reader who can't see the image is told.
  private var alternative: String { card.idf?.alt ?? "The image of \(card.id.text), \(card.name)" }

  private var caption: Markup {
    let path = Markup.outside(card.path)
    guard let size = card.idf?.dimensions else { return path }
    let isSmaller = if case .png(_, let width, _) = card.picture { width < size.width } else { false }
    return "\(path), \(size.width) × \(size.height) pixels\(isSmaller ? ", shown smaller" : "")"
  }

  /// The zones over the picture: the corners and the centre of a grid of three by three.
  private var zones: Markup {
    guard let zones = card.idf?.densityZones else { return "" }
    let places: [(IDF.Zone?, column: Int, row: Int)] = [
      (zones.upperLeft, 0, 0), (zones.upperRight, 2, 0), (zones.central, 1, 1), (zones.lowerLeft, 0, 2),
      (zones.lowerRight, 2, 2),
    ]
    let drawn = places.compactMap { zone, column, row -> Markup? in
      guard let zone else { return nil }
      let (x, y) = (Double(column) * 100 / 3, Double(row) * 100 / 3)
      return """
        <rect x="\(x)%" y="\(y)%" width="33.333%" height="33.333%"/>\
        <text x="\(x + 100 / 6)%" y="\(y + 100 / 6)%">\(Self.percent(zone.coverage))</text>
        """
    }
    return
      "<svg class=\"zones\" width=\"100%\" height=\"100%\" aria-hidden=\"true\">\(Markup(joining: drawn))</svg>"
  }

  /// A share as `18%` or `0.4%`.
  static func percent(_ share: Double) -> String {
    let tenths = Int((share * 1_000).rounded())
    return Decimals.text(max(0, tenths), places: 1) + "%"
  }

  // MARK: Effort and files

  private var taken: Markup {
    var facts: [(String, String)] = [("Worked", SpanText.text(ms: card.workedMs))]
    if card.waitedMs > 0 { facts.append(("Waited", SpanText.text(ms: card.waitedMs))) }
    if card.calls > 0 { facts.append(("Calls", String(card.calls))) }
    if !card.cost.isEmpty { facts.append(("Cost", card.cost.joined(separator: " and "))) }
    let items = facts.map { "<div><dt>\($0.0)</dt><dd>\($0.1)</dd></div>" as Markup }
    return "<h4>Effort</h4>\n<dl class=\"facts\">\(Markup(joining: items))</dl>"
  }

  private var files: Markup {
    guard !card.files.isEmpty else {
      return "<h4>Files</h4>\n<p class=\"quiet\">No file is placed.</p>"
    }
    let items = card.files.map { file -> Markup in
      "<li><code>\(Markup.outside(file.path))</code> <span class=\"quiet\">\(file.action)</span></li>"
    }
    return "<h4>Files</h4>\n<ul class=\"files\">\(Markup(joining: items))</ul>"
  }
}
