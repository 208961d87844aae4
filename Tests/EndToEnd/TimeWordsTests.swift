import Foundation
import GitRepository
import Subprocesses
import Testing

@testable import Runner

@Suite("Times, durations and names on the command line")
struct TimeWordsTests {
  @Test("A time is a date, a date and a clock time, RFC 3339, a day's name, or how long ago")
  func times() async throws {
    let folder = try SampleFolder()
    folder.environment["TZ"] = "Australia/Melbourne"
    #expect(try await folder.ledgerctl("run", "batch.json").exit == 0)
    let count = try await folder.events().count
    for time in [
      "2h", "-2h", "1h30m", "30d", "yesterday", "1970-01-02", "2020-02-29", "2020-02-29 10:00",
      "2020-02-29T10:00:30", "2020-02-29T10:00:00+11:00",
    ] {
      #expect(try await folder.events("--since", time).count == count, "since \(time)")
      #expect(try await folder.events("--until", time).isEmpty, "until \(time)")
      #expect(try await folder.ledgerctl("status", "--as-of", time).lines.isEmpty, "as of \(time)")
    }
    for time in ["now", "0s", "2999-01-01", "2999-01-01 00:00"] {
      #expect(try await folder.events("--until", time).count == count, "until \(time)")
    }
    #expect(try await folder.events("--since", "2999-01-01").isEmpty)
    #expect(try await folder.ledgerctl("status", "--as-of", "now").lines.count == 1)
  }

  @Test("Local times are those of the machine's time zone, summer time included")
  func localTimes() async throws {
    let folder = try SampleFolder()
    #expect(try await folder.ledgerctl("run", "batch.json").exit == 0)
    // Seconds since 1970 of moments in Melbourne: before, in and after its summer time.
    for (index, seconds) in [1_790_000_000, 1_795_000_000, 1_808_000_000].enumerated() {
      try await folder.sql(
        """
        DROP TRIGGER events_never_updated;
        UPDATE events SET time_ms = \(seconds)000 WHERE position = \(index + 1);
        CREATE TRIGGER events_never_updated BEFORE UPDATE ON events
        BEGIN
          SELECT RAISE(ABORT, 'events are never changed');
        END;
        """)
      folder.environment["TZ"] = "Australia/Melbourne"
      let local = try folder.shell("date -d @\(seconds) '+%Y-%m-%d %H:%M:%S'").dropLast()
      let minute = try folder.shell("date -d @\(seconds + 60) '+%Y-%m-%d %H:%M'").dropLast()
      for (words, isFound) in [
        (["--since", String(local)], true), (["--until", String(local)], true),
        (["--since", String(minute)], false),
      ] {
        let found = try await BuiltCommand.run(
          ["events", "--format", "jsonl"] + words, in: folder.root, environment: folder.environment)
        #expect(found.lines.contains { $0.contains("\"position\":\(index + 1),") } == isFound, "\(words)")
      }
      folder.environment["TZ"] = "UTC"
    }
  }

  @Test(
    "What is not a time, duration or number is refused with what is valid, wherever it is",
    arguments: [
      (["events", "--since", "5"], ["2026-11-27", "yesterday", "2h", "a number without a unit, 5"]),
      (["events", "--until", "2026-02-30"], ["2026-11-27", "found \"2026-02-30\""]),
      (["events", "--since", "1w"], ["2h for two hours ago"]),
      (["status", "--as-of", "lately"], ["a position in the ledger", "2026-11-27"]),
      (
        ["run", "batch.json", "--max-wait", "5"],
        ["500ms, 30s, 1h30m, 2h or 30d", "a number without a unit, 5"]
      ),
      (["resume", "--max-wait", "1h1h"], ["500ms, 30s, 1h30m, 2h or 30d"]),
      (["retry", "x", "--max-wait", "-5s"], ["--max-wait"]),
      (["prune", "--keep", "30"], ["500ms, 30s, 1h30m, 2h or 30d"]),
      (["events", "--limit", "0"], ["a whole number from 1"]),
      (["events", "--after", "-1x"], ["--after"]),
    ])
  func refused(_ words: [String], _ told: [String]) async throws {
    let folder = try SampleFolder()
    let outcome = try await BuiltCommand.run(words, in: folder.root, environment: folder.environment)
    #expect(outcome.exit == 64)
    for part in told { #expect(outcome.errors.contains(part), "\(part): \(outcome.errors)") }
    let message = outcome.errors.split(separator: "\n").first ?? ""
    #expect(message.hasSuffix("."), "\(message)")
  }

  @Test("Durations are the same in flags, in ledger.yaml and in the environment")
  func durations() async throws {
    let folder = try SampleFolder()
    try folder.write("/ledger.yaml\n", to: ".git/info/exclude")
    try folder.write("limits: { max_wait: 1h30m }\n", to: "ledger.yaml")
    #expect(try await folder.ledgerctl("plan", "batch.json").exit == 0)
    try folder.write("limits: { max_wait: 90 }\n", to: "ledger.yaml")
    let file = try await folder.ledgerctl("plan", "batch.json")
    #expect(file.exit == 78 && file.errors.contains("500ms, 30s, 1h30m, 2h or 30d"), "\(file.errors)")
    try folder.write("", to: "ledger.yaml")
    folder.environment["LEDGERCTL_LIMITS_MAX_WAIT"] = "30d"
    #expect(try await folder.ledgerctl("plan", "batch.json").exit == 0)
    folder.environment["LEDGERCTL_LIMITS_MAX_WAIT"] = "5"
    let variable = try await folder.ledgerctl("plan", "batch.json")
    #expect(variable.exit == 78 && variable.errors.contains("1h30m"), "\(variable.errors)")
    folder.environment["LEDGERCTL_LIMITS_MAX_WAIT"] = nil
    #expect(try await folder.ledgerctl("run", "batch.json", "--max-wait", "1h30m").exit == 0)
    #expect(try await folder.ledgerctl("prune", "--keep", "1d12h").exit == 0)
  }

  @Test("An asset, a run or a type that the ledger does not have is an error, in every verb that filters")
  func unknownNames() async throws {
    let folder = try SampleFolder()
    #expect(try await folder.ledgerctl("run", "batch.json").exit == 0)
    for words in [
      ["events", "--asset", "NOPE"], ["events", "@last", "--asset", "NOPE"], ["status", "--asset", "NOPE"],
      ["status", "@last", "--asset", "NOPE"], ["events", "--run", "NOPE"], ["events", "--type", "NOPE"],
      ["events", "--asset", "NOPE", "--follow"],
    ] {
      let outcome = try await BuiltCommand.run(words, in: folder.root, environment: folder.environment)
      #expect(outcome.exit == 64 && outcome.errors.contains("NOPE") && outcome.output.isEmpty, "\(words)")
    }
    #expect(try await folder.ledgerctl("status", "--asset", "ASSET-33").errors.contains("Did you mean"))
    // In whatever case, as everywhere.
    #expect(
      try await folder.events("--asset", "asset-4") == (try await folder.events("--asset", "ASSET-4")))
    #expect(try await folder.ledgerctl("status", "--asset", "asset-4").lines.count > 1)
  }

  @Test(
    "A clock before 1970 or at the end of the year 9999 stops nothing",
    .enabled(if: FileManager.default.fileExists(atPath: "/usr/bin/faketime"), "needs faketime"),
    arguments: ["@1969-06-01 00:00:00", "@1902-01-01 00:00:00", "@9999-12-31 23:58:00"])
  func strangeClocks(_ clock: String) async throws {
    let folder = try SampleFolder()
    for words in [
      ["run", "batch.json"], ["status"], ["events", "--since", "2h"], ["events", "--since", "yesterday"],
      ["report", "@last"], ["verify"], ["explain", "@last", "ASSET-3"], ["plan", "batch.json"],
    ] {
      let command = Command(
        ["/usr/bin/faketime", "-f", clock, BuiltCommand.path] + words, environment: folder.environment,
        directory: folder.root)
      let result = try await ChildProcess.run(command)
      #expect(result.exit == .code(0), "\(words): \(String(decoding: result.errorTail, as: UTF8.self))")
    }
  }
}
