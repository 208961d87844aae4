import GitRepository
import Testing

@testable import Runner

@Suite("What a commit message must be")
struct MessageRulesTests {
  private static let good = "feat(assets): Add demo\n\nBody.\n\nLedger-Batch: b\nLedger-Head: 1:a\n"

  @Test("The message of a batch passes")
  func good() throws {
    try MessageRules.check(Self.good, required: ["Ledger-Batch: b", "Ledger-Head: 1:a"])
  }

  @Test(
    "Whatever would hide or break the trailers is named",
    arguments: [
      ("", MessageRules.Defect.empty), (" \n\nA: b\n", .empty), ("s\u{0}\n\nA: b", .control),
      ("s\r\n\nA: b", .control),
      ("s\n\n---\n\nA: b", .separator(line: 3)), ("s\n\n--- \n\nA: b", .separator(line: 3)),
      ("s\nmore\n\nA: b", .crowdedSubject), ("s\n\nA: b\nno trailer", .trailers(line: 4)),
      ("s\n\nA_b: c", .trailers(line: 3)), ("s\n\nLedger-Head: 1:a", .missing("Ledger-Batch: b")),
      ("s\n\nLedger-Batch: b\n\nbody: x", .missing("Ledger-Batch: b")), ("s", .missing("Ledger-Batch: b")),
      ("s\n\nLedger-Batch: b\nLedger-Batch: b", .missing("Ledger-Batch: b")),
    ])
  func defects(message: String, defect: MessageRules.Defect) {
    #expect(throws: defect) { try MessageRules.check(message, required: ["Ledger-Batch: b"]) }
  }

  @Test("Identities are names and mail addresses, nothing that ends a header")
  func identities() {
    #expect(CommitObject.isIdentity("Ada <a@b>") && CommitObject.isIdentity("Ünal B. <>"))
    for text in ["Ada", "<a@b>", "Ada <a@b> x", "A\n <a>", "A<b> <c>", "A <b>>"] {
      #expect(!CommitObject.isIdentity(text), "\(text)")
    }
  }
}
