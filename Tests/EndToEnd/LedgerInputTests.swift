import Foundation
import Testing

@testable import Runner

@Suite("A ledger that is not as we left it, through the command")
struct LedgerInputTests {
  /// Something done to a ledger by a shell script in the repository, the exit, and words of the message.
  struct Harm: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var script: String
    var exit: Int32
    var says: String

    init(_ description: String, _ script: String, _ exit: Int32, _ says: String) {
      testDescription = description
      self.script = script
      self.exit = exit
      self.says = says
    }
  }

  private static func sql(_ text: String) -> String { "sqlite3 .ledger/ledger.db \"\(text)\" > /dev/null" }

  static let harms = [
    Harm(
      "random bytes", "rm .ledger/ledger.db-*; head -c 60000 /dev/urandom > .ledger/ledger.db", 74,
      "is damaged"),
    Harm("a text file", "rm .ledger/ledger.db-*; echo notes > .ledger/ledger.db", 74, "is damaged"),
    Harm(
      "cut in the middle", "\(sql("PRAGMA wal_checkpoint(TRUNCATE)")); truncate -s 9000 .ledger/ledger.db",
      74, "is damaged"),
    Harm(
      "a stranger's database", "rm .ledger/ledger.db*; \(sql("CREATE TABLE notes (text)"))", 74, "is damaged"),
    Harm("another application's id", sql("PRAGMA application_id = 7"), 74, "is damaged"),
    Harm("a table of somebody's", sql("CREATE TABLE notes (text)"), 74, "unexpected table \"notes\""),
    Harm("a view", sql("CREATE VIEW spy AS SELECT * FROM events"), 74, "unexpected view \"spy\""),
    Harm(
      "a trigger", sql("CREATE TRIGGER spy AFTER INSERT ON events BEGIN DELETE FROM batches; END"), 74,
      "unexpected trigger \"spy\""),
    Harm("a guard that is gone", sql("DROP TRIGGER events_never_deleted"), 74, "schema"),
    Harm("a newer version", sql("PRAGMA user_version = 99"), 78, "schema version 99"),
    Harm(
      "a database that is a link", "mv .ledger/ledger.db elsewhere; ln -s ../elsewhere .ledger/ledger.db", 78,
      "found a symbolic link"),
    Harm(
      "objects that are a link", "mv .ledger/objects elsewhere; ln -s ../elsewhere .ledger/objects", 78,
      "found a symbolic link"),
    Harm(
      "a head that is a link", "mv .ledger/head elsewhere; ln -s ../elsewhere .ledger/head", 78,
      "symbolic link"),
    Harm(
      "a ledger that is a link", "mv .ledger elsewhere; ln -s elsewhere .ledger", 78, "found a symbolic link"),
    Harm("a FIFO for a database", "rm .ledger/ledger.db*; mkfifo .ledger/ledger.db", 78, "FIFO"),
  ]

  @Test(
    "It is refused with 74 or 78 and its reason, by every verb that opens it, and stays as it is",
    arguments: harms)
  func refused(_ harm: Harm) async throws {
    let folder = try SampleFolder()
    #expect(try await folder.ledgerctl("run", "batch.json", "--until", "packaged").exit == 0)
    try folder.shell(harm.script)
    let before = try Self.digests(folder)
    for words in [["run", "batch.json"], ["status"], ["events"], ["resume"]] {
      let refused = try await BuiltCommand.run(words, in: folder.root, environment: folder.environment)
      #expect(refused.exit == harm.exit, "\(words): \(refused.errors)")
      #expect(
        refused.errors.hasPrefix("error: ") && refused.errors.contains(harm.says),
        "\(words): \(refused.errors)")
    }
    #expect(try Self.digests(folder) == before)
    #expect(!folder.exists("assets"))
    #expect(try folder.commits() == 1)
  }

  /// What the ledger's files hold, wherever they lie now; what readers keep beside the database aside.
  private static func digests(_ folder: SampleFolder) throws -> String {
    try folder.shell(
      "find .ledger/ elsewhere -type f ! -name '*-shm' -size +0 2> /dev/null | sort | xargs sha256sum || true"
    )
  }

  @Test("Whatever the umask, the ledger's files are for their owner alone")
  func modes() async throws {
    let folder = try SampleFolder()
    try folder.shell("umask 0; exec '\(BuiltCommand.path)' run batch.json --until packaged 2> /dev/null")
    let open = try folder.shell("find .ledger -perm /077 | sort")
    #expect(open == "", "\(open)")
    let modes = try folder.shell(
      "stat -c '%a %n' .ledger .ledger/ledger.db .ledger/objects .ledger/locks .ledger/head")
    #expect(
      modes == """
        700 .ledger
        600 .ledger/ledger.db
        700 .ledger/objects
        700 .ledger/locks
        600 .ledger/head

        """)
  }
}
