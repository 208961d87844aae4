import Core
import Ledger
import Testing

@Suite("The head file") struct LedgerHeadFileTests {
  private let home = TemporaryFolder()
  private var folder: LedgerFolder { LedgerFolder(home.path) }

  @Test("What is written is read, a later head replaces it, an earlier one does not")
  func writeAndRead() throws {
    #expect(try LedgerHeadFile.read(in: folder) == nil)
    let first = LedgerHead(position: 7, hash: .sha256([1]))
    try LedgerHeadFile.write(first, in: folder)
    #expect(TemporaryFolder.bytes(of: folder.head) == Array("7 \(first.hash.hex)\n".utf8))
    let second = LedgerHead(position: 8, hash: .sha256([2]))
    try LedgerHeadFile.write(second, in: folder)
    try LedgerHeadFile.write(first, in: folder)
    #expect(try LedgerHeadFile.read(in: folder) == second)
    #expect(TemporaryFolder.names(in: home.path + "/tmp") == [])
  }

  @Test(
    "Anything else in the file is damage, and is replaced by the next head",
    arguments: [
      "", "7", "7 abc\n", "-1 \(Digest.zero)\n", "7 \(Digest.zero)", "7 \(Digest.zero)\nmore\n", "\u{0}",
    ])
  func damage(_ text: String) async throws {
    TemporaryFolder.write(Array(text.utf8), to: folder.head)
    guard case .damaged(folder.head, _) = await failure(of: { _ = try LedgerHeadFile.read(in: folder) })
    else {
      Issue.record("expected damaged")
      return
    }
    let head = LedgerHead(position: 1, hash: .zero)
    try LedgerHeadFile.write(head, in: folder)
    #expect(try LedgerHeadFile.read(in: folder) == head)
  }
}
