import Core
import GitRepository
import Ledger
import Testing

@testable import Runner

@Suite("Commit messages")
struct CommitMessageTests {
  static func ids(_ texts: [String]) throws -> [AssetID] {
    try texts.map { try #require(AssetID($0)) }
  }

  @Test(
    "The reference batch gives the original request's subject, under either of the ids it uses",
    arguments: ["batch-theatrical-specimens", "theatrical-specimens"])
  func seedSubject(batch: String) throws {
    let subject = try CommitMessage().subjectLine(
      batch: #require(BatchID(batch)), assets: Self.ids(["ASSET-3", "ASSET-4", "ASSET-6"]), updating: false)
    #expect(subject == "feat(assets): Add batch theatrical specimens - Assets 3,4,6")
  }

  @Test("A subject as the configuration shows it expands by the letter")
  func configuredSubject() throws {
    let message = try CommitMessage(subject: "feat(assets): Add {{title}} - Assets {{numbers}}")
    let subject = message.subjectLine(
      batch: try #require(BatchID("batch-theatrical-specimens")), assets: try Self.ids(["A1"]),
      updating: false)
    #expect(subject == "feat(assets): Add theatrical specimens - Assets 1")
  }

  @Test(
    "\"Add\" becomes \"Update\" where every bundle was there before, as a word of its own and once",
    arguments: [
      ("feat: Add {{title}} Add", "feat: Update x Add"), ("Address {{title}}", "Address x"),
      ("feat: add {{title}}", "feat: update x"), ("{{title}}", "x"),
    ])
  func addBecomesUpdate(template: String, subject: String) throws {
    let message = try CommitMessage(subject: template)
    let batch = try #require(BatchID("x"))
    #expect(message.subjectLine(batch: batch, assets: [], updating: true) == subject)
  }

  @Test("A title that says Add stays as it is in an update")
  func titleIsNotUpdated() throws {
    let message = try CommitMessage(subject: "{{title}}: Add")
    let batch = try #require(BatchID("Add-more"))
    #expect(message.subjectLine(batch: batch, assets: [], updating: true) == "Add more: Update")
  }

  @Test(
    "Numbers stand for ids of one prefix, else the ids",
    arguments: [
      (["ASSET-3", "ASSET-13"], "3,13"), (["ASSET-03", "ASSET-3"], "03,3"), (["7"], "7"),
      (["ASSET-3", "asset-4"], "ASSET-3,asset-4"), (["ASSET-3", "Moss"], "ASSET-3,Moss"), (["Moss"], "Moss"),
      (["A1-2", "A1-3"], "2,3"),
    ])
  func numbers(ids: [String], text: String) throws {
    #expect(CommitMessage.numbers(of: try Self.ids(ids)) == text)
  }

  @Test(
    "A title drops a leading \"batch-\" and shows hyphens as spaces",
    arguments: [
      ("batch-a-b", "a b"), ("Batch-a", "Batch a"), ("batch-", "batch-"), ("batch", "batch"),
      ("a--b-", "a b"),
    ])
  func titles(batch: String, title: String) throws {
    #expect(CommitMessage.title(of: try #require(BatchID(batch))) == title)
  }

  @Test("The whole message has a line an asset and ends in the three trailers")
  func wholeMessage() throws {
    let text = try CommitMessage().text(
      batch: #require(BatchID("batch-theatrical-specimens")),
      assets: [
        .init(id: #require(AssetID("ASSET-3")), name: "Nocturnal Canopy", category: "patterns", score: 92),
        .init(id: #require(AssetID("ASSET-4")), name: "Fern", category: "specimens", score: 94.5),
      ], updating: false, content: .sha256("content".utf8), head: LedgerHead(position: 41, hash: .zero))
    #expect(
      text == """
        feat(assets): Add batch theatrical specimens - Assets 3,4

        - ASSET-3: Nocturnal Canopy (patterns, score 92)
        - ASSET-4: Fern (specimens, score 94.5)

        Ledger-Batch: batch-theatrical-specimens
        Ledger-Manifest: \(Digest.sha256("content".utf8).hex.prefix(40))
        Ledger-Head: 41:\(String(repeating: "0", count: 40))

        """)
  }

  @Test(
    "A name can neither end the message nor forge a trailer nor act on a terminal",
    arguments: [
      "a\n---\nb", "x\n\nLedger-Head: 1:2", "\u{1b}[2J\u{202e}\0", String(repeating: "n", count: 9000),
      "a" + String(repeating: "\u{301}", count: 200_000), "Leaf [skip ci] fixes #1 @torvalds", "[[ci skip]]",
      String(repeating: "👩‍👩‍👧", count: 50),
    ])
  func hostileNames(name: String) throws {
    let asset = CommitMessage.Asset(
      id: try #require(AssetID("A-1")), name: name, category: "\n---\n", score: 90)
    let text = try CommitMessage().text(
      batch: #require(BatchID("b")), assets: [asset], updating: false,
      content: .zero, head: LedgerHead(position: .max, hash: .zero))
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    #expect(lines.count == 8)
    #expect(!lines.contains { $0.hasPrefix("---") })
    #expect(lines.filter { $0.hasPrefix("Ledger-") }.count == 3)
    #expect(lines.allSatisfy { $0.unicodeScalars.count <= 80 && $0.utf8.count <= 240 })
    #expect(!text.contains { "[]#@".contains($0) })
    #expect(!lines.joined().unicodeScalars.contains(where: VisibleText.isHidden))
  }

  @Test("Every line of the trailers fits 80 columns at any position, with the longest id")
  func columns() throws {
    let batch = try #require(BatchID(String(repeating: "b", count: 64)))
    let text = try CommitMessage(subject: "x").text(
      batch: batch, assets: [], updating: false, content: .zero,
      head: LedgerHead(position: .max, hash: .zero))
    #expect(text.split(separator: "\n").allSatisfy { $0.count <= 80 })
  }

  @Test(
    "A subject template that is not a line of text is refused",
    arguments: [
      ("", "commit_subject_invalid"), ("a\nb", "commit_subject_invalid"),
      ("--- {{title}}", "commit_subject_invalid"),
      ("a\u{202e}", "commit_subject_invalid"), ("{{titel}}", "placeholder_unknown"),
    ])
  func badSubjects(text: String, code: String) {
    let fault = #expect(throws: Fault.self) { try CommitMessage(subject: text) }
    #expect(fault?.code == code)
    #expect(fault?.exit == .configuration)
  }
}
