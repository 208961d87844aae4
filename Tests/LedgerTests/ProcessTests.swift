import EventLog
import Glibc
import Testing

@testable import SQLiteLedger

/// Several processes on one ledger, some of them killed.
@Suite("Processes on one ledger") struct ProcessTests {
  private let home = TemporaryFolder()
  private var folder: LedgerFolder { LedgerFolder(home.path + "/.ledger") }

  @Test("Eight processes that make one ledger at once all find it made, with one record a migration")
  func migratingTogether() throws {
    let children = (0..<8).map { _ in Child([Command.bench, "open", folder.path]) }
    for child in children {
      #expect(child.readToEnd() == "0")
      #expect(child.wait() == 0)
    }
    let count = Command.run("sqlite3", folder.database, "SELECT count(*) FROM migrations").output
    #expect(count == "2")
    #expect(try LedgerVerifier(folder).verify(integrity: .full).isWhole)
  }

  @Test("Four processes append at once; all finish, and the chain is intact")
  func appendingTogether() throws {
    let children = (0..<4).map { Child([Command.bench, "work", folder.path, "batch-\($0)", "40"]) }
    for child in children {
      #expect(child.readToEnd().split(separator: "\n").count == 40)
      #expect(child.wait() == 0)
    }
    let found = try LedgerVerifier(folder).verify(integrity: .full)
    #expect(found.isWhole, "\(found)")
    #expect(found.head.position == 160)
    #expect(found.batches == 4)
  }

  @Test("A process killed at any moment leaves all it was told is there, once, and the next continues")
  func killedWriters() throws {
    var acknowledged: [String] = []
    for turn in 0..<6 {
      let child = Child([Command.bench, "work", folder.path, "demo", "100000"])
      for _ in 0..<(3 + turn * 5) {
        if let line = child.readLine() { acknowledged.append(line) }
      }
      child.signal(SIGKILL)
      acknowledged += child.readToEnd().split(separator: "\n").map(String.init).filter { $0.count > 65 }
      #expect(child.wait() == 128 + SIGKILL)
    }
    let rows = Command.run(
      "sqlite3", "-separator", " ", folder.database, "SELECT position, lower(hex(hash)) FROM events"
    ).output
    let present = Set(rows.split(separator: "\n").map(String.init))
    #expect(acknowledged.count >= 6 * 3)
    #expect(acknowledged.allSatisfy(present.contains))
    let found = try LedgerVerifier(folder).verify(integrity: .full)
    #expect(found.isWhole, "\(found)")
  }

  @Test(
    "Killed at any write while the ledger is made, the next opening makes it whole",
    .enabled(if: Command.run("strace", "-V").status == 0),
    arguments: Array(stride(from: 1, through: 61, by: 3)))
  func killedMigration(_ write: Int) throws {
    let killed = Command.run(
      "strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=pwrite64,fdatasync,ftruncate,unlink,openat",
      "-e", "inject=pwrite64,fdatasync,ftruncate:signal=KILL:when=\(write)", Command.bench, "open",
      folder.path)
    #expect(killed.status == 128 + SIGKILL, "\(killed.output)")
    let again = Command.run(Command.bench, "open", folder.path)
    #expect(again.status == 0, "\(again.output) after write \(write)")
    let found = try LedgerVerifier(folder).verify(integrity: .full)
    #expect(found.isWhole, "\(found)")
    let count = Command.run("sqlite3", folder.database, "SELECT count(*) FROM migrations").output
    #expect(count == "2")
  }
}
