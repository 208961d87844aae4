import Core
import Foundation
import SampleBatch
import Testing

@testable import Runner

/// Whoever can write the ledger's file can make its hashes fit: what is in it is input like any other.
@Suite("A ledger that says what no version of ours writes")
struct HostileLedgerTests {
  struct Harm: Sendable, CustomTestStringConvertible {
    var testDescription: String
    /// Done to the tables, which have no guards meanwhile.
    var statement: String
    /// Whether the batch's own events are what is wrong, so that nothing can be said of it.
    var isInEvents = true
  }

  private static let ends = ["9223372036854775807", "-9223372036854775808", "253402300800000", "-1"]

  static let harms =
    ends.map {
      Harm(
        testDescription: "an event's time is \($0)",
        statement: "UPDATE events SET time_ms = \($0) WHERE position = 9")
    }
    + ends.dropLast(2).flatMap { number in
      [
        Harm(
          testDescription: "durations of \(number)",
          statement: payload("duration_ms", number, "stage.completed")),
        Harm(
          testDescription: "a size of \(number)",
          statement: payload("outputs[0].size_bytes", number, "stage.completed")),
        Harm(testDescription: "a process \(number)", statement: payload("process", number, "run.started")),
        Harm(
          testDescription: "an attempt \(number)",
          statement: "UPDATE events SET attempt = \(number) WHERE attempt IS NOT NULL"),
      ]
    } + [
      Harm(
        testDescription: "a payload of 300 MB",
        statement: "UPDATE events SET payload = zeroblob(300000000) WHERE position = 9"),
      Harm(
        testDescription: "an asset with escapes",
        statement:
          "UPDATE events SET asset = asset || char(27) || ']52;c;cHduCg==' || char(7) WHERE asset IS NOT NULL"
      ),
      Harm(
        testDescription: "a stage with escapes",
        statement: "UPDATE events SET stage = stage || char(27) || '[2J' WHERE position = 9"),
      Harm(
        testDescription: "a type with escapes",
        statement: "UPDATE events SET type = type || char(155) || '2J' WHERE position = 9"),
      Harm(
        testDescription: "a payload with escapes",
        statement: "UPDATE events SET payload = CAST(payload || char(27) || '[2J' AS BLOB) WHERE position = 9"
      ),
      Harm(
        testDescription: "a batch with escapes",
        statement: "UPDATE events SET batch = batch || char(27) || ']52;c;cHduCg==' || char(7)",
        isInEvents: false),
      Harm(
        testDescription: "a batch table with escapes",
        statement: "UPDATE batches SET batch = batch || char(27) || '[2J', state = state || char(27)",
        isInEvents: false),
      Harm(
        testDescription: "a batch table at the numbers' end",
        statement: "UPDATE batches SET time_ms = 9223372036854775807, position = 9223372036854775807",
        isInEvents: false),
    ]

  private static func payload(_ member: String, _ number: String, _ type: String) -> String {
    "UPDATE events SET payload = CAST(json_set(payload, '$.\(member)', \(number)) AS BLOB) WHERE type = '\(type)'"
  }

  @Test(
    "No verb traps or lets an escape through; what can't be said is refused with 74 and the place",
    arguments: harms)
  func harmed(_ harm: Harm) async throws {
    let folder = try SampleFolder()
    #expect(try await folder.ledgerctl("run", "batch.json", "--until", "packaged").exit == 0)
    try folder.forge(harm.statement)
    let batch = SampleArt.batchID
    let verbs = [
      ["events"], ["events", "--format", "jsonl"], ["status"], ["status", batch], ["report", batch],
      ["explain", batch, "ASSET-3"],
      ["show", batch], ["plan", "batch.json"], ["verify"], ["verify", "--repair"], ["doctor"], ["prune"],
      ["retry", batch], ["resume", batch], ["cancel", batch],
    ]
    for words in verbs {
      let outcome = try await BuiltCommand.run(words, in: folder.root, environment: folder.environment)
      let said = outcome.text + outcome.errors
      #expect(outcome.exit >= 0, "\(words): signal \(-outcome.exit)")
      #expect(outcome.exit != 70, "\(words): \(said)")
      #expect(!said.unicodeScalars.contains { VisibleText.isHidden($0) && $0 != "\n" }, "\(words)")
      // What an event's payload says is told where it can be told, and the event itself always.
      let isTold = words[0] == "events" && harm.statement.contains("json_set")
      guard harm.isInEvents, !isTold, words[0] == "events" || words == ["report", batch] else { continue }
      #expect(outcome.exit == 74, "\(words): \(said.prefix(500))")
      #expect(said.contains("position"), "\(words): \(said.prefix(500))")
    }
  }

  @Test("A time in the batch table that no event has is named as what differs")
  func tableTime() async throws {
    let folder = try SampleFolder()
    #expect(try await folder.ledgerctl("run", "batch.json", "--until", "packaged").exit == 0)
    try folder.forge("UPDATE batches SET time_ms = time_ms + 1")
    let verdict = try await folder.valid("verify", "verify", exit: 1)
    let message = try #require(
      verdict["findings"]?.array?.first { $0["check"] == "table" }?["message"]?.string)
    #expect(message.contains("expected the time ") && message.contains(" ms from 1970, found "), "\(message)")
  }

  @Test("A payload of 300 MB is refused before it takes up memory")
  func memory() async throws {
    let folder = try SampleFolder()
    #expect(try await folder.ledgerctl("run", "batch.json", "--until", "packaged").exit == 0)
    try folder.forge("UPDATE events SET payload = zeroblob(300000000) WHERE position = 9")
    for verb in ["events", "verify", "status \(SampleArt.batchID)"] {
      let most = try folder.shell(
        """
        python3 -c 'import resource, subprocess, sys
        subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)' \(BuiltCommand.path) \(verb)
        """)
      let kilobytes = try #require(Int(most.dropLast()))
      #expect(kilobytes < 150_000, "\(verb)")
    }
  }

  @Test("On a terminal a file's escapes are visible, and an image is refused")
  func shown() async throws {
    let folder = try SampleFolder()
    try folder.makeFolder("templates")
    try folder.write("# {{name}}\n\u{1B}]52;c;cHduCg==\u{7}\n", to: "templates/context.md")
    try folder.write("templates: templates\n", to: "ledger.yaml")
    #expect(try await folder.ledgerctl("run", "batch.json", "--until", "packaged").exit == 0)
    func onTerminal(_ file: String) throws -> String {
      try folder.shell(
        "script -qec '\(BuiltCommand.path) show \(SampleArt.batchID) ASSET-3 \(file)' /dev/null < /dev/null || true"
      )
    }
    let text = try onTerminal("context.md")
    #expect(text.contains(#"\u{1b}]52"#), "\(text)")
    #expect(!text.contains("\u{1B}]52"))
    let image = try onTerminal("asset-3.png")
    #expect(image.contains("is not shown on a terminal"), "\(image.prefix(300))")
    let piped = try await folder.ledgerctl("show", SampleArt.batchID, "ASSET-3", "context.md")
    #expect(piped.text.contains("\u{1B}]52"))
  }

  @Test("A batch table that differs in the time alone says the times")
  func times() async throws {
    let folder = try SampleFolder()
    #expect(try await folder.ledgerctl("run", "batch.json").exit == 0)
    try folder.forge("UPDATE batches SET time_ms = time_ms - 1")
    let verdict = try await folder.ledgerctl("verify")
    #expect(verdict.exit == 1)
    #expect(verdict.text.contains("expected the time "), "\(verdict.text)")
  }

  @Test(
    "A clock before 1970 or after 9999 stops nothing",
    arguments: ["@1969-06-01 00:00:00", "@9999-12-31 23:59:30"])
  func clock(time: String) async throws {
    let folder = try SampleFolder()
    try #require(FileManager.default.fileExists(atPath: "/usr/bin/faketime"), "scripts/setup brings faketime")
    for words in ["run batch.json", "events", "status", "report @last", "verify"] {
      let code = try folder.shell(
        "code=0; faketime -f '\(time)' \(BuiltCommand.path) \(words) > .home/said 2>&1 || code=$?; echo $code"
      )
      let said = String(decoding: try folder.read(".home/said"), as: UTF8.self)
      #expect(code == "0\n", "\(words): \(said)")
    }
  }
}

extension SampleFolder {
  /// Changes the ledger's tables as somebody does who can write its file, and leaves its schema as it was.
  fileprivate func forge(_ statement: String) throws {
    try write(statement, to: ".home/statement.sql")
    try shell(
      """
      python3 -c 'import sqlite3
      ledger = sqlite3.connect(".ledger/ledger.db", isolation_level=None)
      guards = ledger.execute("SELECT name, sql FROM sqlite_master WHERE type = ?", ("trigger",)).fetchall()
      for name, _ in guards: ledger.execute("DROP TRIGGER " + name)
      ledger.execute(open(".home/statement.sql").read())
      for _, text in guards: ledger.execute(text)'
      """)
  }
}
