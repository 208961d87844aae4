import BatchModel
import Core

extension ReportPage {
  /// The page as one HTML document that needs no other file and no network.
  ///
  /// Its policy lets in this style and this script, by their digests, and pictures that are part of the page.
  package var html: String { document.html }

  private var document: Markup {
    """
    <!doctype html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta http-equiv="Content-Security-Policy" content="\(Self.policy)">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="referrer" content="no-referrer">
    <meta name="color-scheme" content="light dark">
    <title>\(head.batch.text): \(head.outcome)</title>
    <style>\(Self.style)</style>
    </head>
    <body>
    <a class="skip" href="#content">Skip to the content</a>
    \(HeadMarkup(head: head, assets: assets.count).markup)
    <main id="content">
    \(TimelineMarkup(timeline, names: names).section)
    \(cards)
    \(EventTableMarkup(events: events).section)
    \(verification)
    </main>
    <footer class="quiet">Made by ledgerctl \(head.toolVersion) of the ledger's events up to \
    \(CivilTime.rfc3339(ms: head.endedMs)).</footer>
    <script>\(Self.script)</script>
    </body>
    </html>

    """
  }

  /// Keeps everything out but what is in the page.
  private static var policy: Markup {
    """
    default-src 'none'; img-src data:; style-src '\(source(of: style))'; script-src '\(source(of: script))'; \
    base-uri 'none'; form-action 'none'
    """
  }

  private static func source(of markup: Markup) -> Markup {
    "sha256-\(Base64.text(of: Digest.sha256(markup.html.utf8).bytes))"
  }

  private var names: [AssetID: String] {
    Dictionary(assets.map { ($0.id, $0.name) }, uniquingKeysWith: { first, _ in first })
  }

  private var cards: Markup {
    let cards = assets.enumerated().map { AssetCardMarkup(card: $1, number: $0 + 1).article }
    return """
      <section aria-labelledby="assets-title">
      <h2 id="assets-title">Assets</h2>
      <div class="cards">\(Markup(joining: cards, separator: "\n"))</div>
      </section>
      """
  }

  private var verification: Markup {
    """
    <section aria-labelledby="verification-title">
    <h2 id="verification-title">Verification</h2>
    <p id="verification">Not verified in this report. Run <code>ledgerctl verify</code> where the ledger is: it \
    recomputes every event's hash and compares the ledger with its anchors.</p>
    </section>
    """
  }
}
