import Core
import Testing

@testable import Runner

@Suite("Spelling")
struct SpellingTests {
  @Test(
    "The word that was probably meant is found, and none where nothing is near",
    arguments: [
      ("batchid", "batch_id"), ("Batch-Id", "batch_id"), ("asets", "assets"), ("specimens", nil),
      ("scroe", "score"), ("pth", "path"), ("idff", "idf"), ("zzz", nil), ("", nil), ("description", nil),
      (String(repeating: "a", count: 10_000), nil),
    ] as [(String, String?)])
  func finds(_ word: String, _ meant: String?) {
    let known = ["batch_id", "assets", "asset_id", "path", "score", "specs", "idf"]
    #expect(Spelling.nearest(to: word, among: known) == meant)
  }
}
