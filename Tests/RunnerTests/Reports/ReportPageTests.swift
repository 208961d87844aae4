import BatchModel
import Core
import Foundation
import Testing

@testable import Reports
@testable import Runner

@Suite("The page about a batch")
struct ReportPageTests {
  private static let hostile =
    "</script><script>alert(1)</script>\"' onload=alert(1) `{{x}}` & \u{202E}exe \u{1B}[31m\u{7}\n<img src=x>"

  /// A page that says it wherever text from outside can be.
  private static func page() -> ReportPage {
    var idf = IDF(
      dimensions: .init(width: 10, height: 10), background: hostile,
      palette: .init(primary: ["#102030", hostile], accents: [hostile]),
      densityZones: .init(
        upperLeft: .init(coverage: 0.125), central: .init(coverage: 1), lowerRight: .init(coverage: 0)),
      specimens: [hostile], mode: hostile, purpose: hostile, narrative: hostile,
      motifs: [.init(name: hostile, rationale: hostile)], tags: [hostile], placement: hostile, alt: hostile)
    idf.sources = ["background": .measured, "mode": .given, "narrative": .described]
    let card = ReportPage.AssetCard(
      id: Batches.asset(1), name: hostile, category: hostile, path: hostile, score: hostile, state: hostile,
      picture: .png([1, 2, 3], width: 4, height: 5), idf: idf, files: [.init(path: hostile, action: hostile)],
      problem: hostile, cost: [hostile])
    let failure = StageFailure(code: hostile, message: hostile, retryable: false, durationMs: 1)
    let events: [BatchEvent] = [
      .batchRegistered(Batches.registration(assets: 1)), .runStarted(Batches.run),
      .stageStarted(Batches.ref(1, .validate), StageStart()),
      .stageFailed(Batches.ref(1, .validate), failure),
      .assetRetried(Batches.asset(1), AssetRetry(by: hostile, from: .validate)),
      .commitSuperseded(CommitSupersession(new: hostile, reason: hostile)),
    ]
    return ReportPage(
      head: .init(
        batch: Batches.batch, outcome: hostile, commit: hostile, revertedBy: hostile, branch: hostile,
        cost: [hostile], saved: [hostile], toolVersion: hostile),
      assets: [card],
      events: events.enumerated().map {
        ReportEvent(
          position: Int64($0 + 1), stamped: StampedEvent($1, timeMs: Int64($0), run: hostile),
          summary: hostile)
      })
  }

  @Test("Text from outside is text wherever it is shown: no markup, no attribute's end, nothing hidden")
  func hostileText() {
    let html = Self.page().html
    #expect(html.components(separatedBy: "<script").count == 2)
    #expect(html.components(separatedBy: "</script").count == 2)
    #expect(html.components(separatedBy: "<img").count == 2)
    #expect(!html.contains("\"' onload") && !html.contains("{{x}}"))
    #expect(html.contains("&lt;/script&gt;&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39; onload"))
    #expect(!html.unicodeScalars.contains { VisibleText.isHidden($0) && $0 != "\n" })
    #expect(html.contains("\\u&#123;202e&#125;"))
  }

  @Test("The policy lets in this script and this style, and nothing from anywhere")
  func policy() throws {
    let html = Self.page().html
    func inner(_ tag: String) throws -> String {
      let open = try #require(html.firstRange(of: "<\(tag)>"))
      let close = try #require(html[open.upperBound...].firstRange(of: "</\(tag)>"))
      return String(html[open.upperBound..<close.lowerBound])
    }
    for tag in ["style", "script"] {
      let digest = Data(Digest.sha256(try inner(tag).utf8).bytes).base64EncodedString()
      #expect(html.contains("\(tag)-src 'sha256-\(digest)'"))
    }
    #expect(html.contains("content=\"default-src 'none'; img-src data:; style-src"))
    #expect(!html.contains("http://") && !html.contains("https://") && !html.contains(" style=\""))
  }

  @Test("Fields say where they came from, and a batch of 0.1 that it isn't recorded")
  func sources() {
    var page = Self.page()
    #expect(page.html.contains("<span class=\"source described\">described</span>"))
    page.assets[0].idf?.sources = nil
    #expect(page.html.contains("<td>not recorded</td>") && !page.html.contains("source described"))
    page.assets[0].idf = nil
    #expect(page.html.contains("No design facts are stored, or they can't be read."))
  }

  @Test("base64 is that of Foundation for every length up to 100")
  func base64() {
    for count in 0...100 {
      let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ count) }
      #expect(Base64.text(of: bytes) == Data(bytes).base64EncodedString())
    }
  }
}
