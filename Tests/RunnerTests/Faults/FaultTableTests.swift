import Files
import Foundation
import GitRepository
import Subprocesses
import Testing

@testable import Runner

@Suite("Every message that a user can see")
struct FaultTableTests {
  static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  @Test("Every factory of a fault is in the table, and nothing else")
  func factories() throws {
    let sources = Self.root.appendingPathComponent("Sources")
    var names: Set<String> = []
    for path in try FileManager.default.subpathsOfDirectory(atPath: sources.path)
    where path.contains("/Fault+") && !path.hasSuffix("/Fault+AnyError.swift") {
      let text = try String(contentsOf: sources.appendingPathComponent(path), encoding: .utf8)
      for match in text.matches(of: /\n  (?:package )?static func ([a-zA-Z]+)\(/) {
        names.insert(String(match.1))
      }
    }
    #expect(names.count > 90)
    #expect(names.symmetricDifference(FaultTable.areas.flatMap(\.rows).map(\.factory)) == [])
  }

  @Test(
    "Every message says something in one line, every code is spelt as codes are, every exit is in the contract"
  )
  func form() {
    for row in FaultTable.areas.flatMap(\.rows) {
      let fault = row.fault
      #expect(fault.kind != nil, "\(row.factory)")
      #expect(!fault.message.isEmpty && !fault.message.contains("\n"), "\(row.factory)")
      #expect(fault.hint.map { !$0.isEmpty && !$0.contains("\n") } ?? true, "\(row.factory)")
      #expect(fault.exit != .done, "\(row.factory)")
      #expect(!fault.message.contains("Optional("), "\(row.factory)")
    }
  }

  @Test("A fault exits with its code's status, but for those that say otherwise")
  func exits() {
    let mayDiffer: Set<FaultCode> = [
      .interrupted, .badCommitMessage, .configurationValue, .configurationUnknown,
    ]
    for row in FaultTable.areas.flatMap(\.rows) {
      guard let kind = row.fault.kind, !mayDiffer.contains(kind) else { continue }
      #expect(row.fault.exit == kind.exit, "\(row.factory)")
    }
  }

  @Test("Every code is spelt as codes are and has its message")
  func codes() {
    for code in FaultCode.allCases {
      #expect(code.rawValue.wholeMatch(of: /[a-z][a-z0-9_]*/) != nil, "\(code)")
    }
    let told =
      FaultTable.areas.flatMap(\.rows).compactMap(\.fault.kind)
      + RefusalTable.rows.compactMap(\.told?.code).compactMap(FaultCode.init)
    // Told in events alone, or turned into another before anyone sees it.
    let unseen: Set<FaultCode> = [.ownLimit, .grantLapsed, .hookKilled]
    #expect(Set(FaultCode.allCases).subtracting(told) == unseen)
  }

  @Test("A fault that puts a stage off is recorded with its own reason")
  func reasons() {
    let full: Set<FaultCode?> = [.diskFull, .gitDiskFull, .ledgerDiskFull]
    let held: Set<FaultCode?> = [.batchHeld, .commitLockHeld, .gitLocked, .ledgerBusy, .indexLockLost]
    for row in FaultTable.areas.flatMap(\.rows) {
      let fault = row.fault
      let expected: StageDeferral.Reason? =
        switch fault.exit {
        case .canGoOn, .disk, .configuration:
          full.contains(fault.kind)
            ? .diskFull
            : held.contains(fault.kind)
              ? .lockHeld : [.limited, .waitsTooLong].contains(fault.kind) ? .limited : .surroundings
        case .inTheWay: .inTheWay
        default: nil
        }
      #expect(StageOutcome.surroundings(fault) == expected, "\(row.factory)")
      guard case .deferred(let deferral) = StageOutcome.ofBatch(fault) else {
        Issue.record("\(row.factory) does not put the batch's stage off.")
        continue
      }
      #expect(deferral.reason == expected ?? .surroundings && deferral.code == fault.code)
    }
    #expect(full.union(held).isSubset(of: FaultTable.areas.flatMap(\.rows).map(\.fault.kind)))
  }

  @Test("What a program said last is told, in one line, with what belongs together")
  func lastWords() {
    func words(_ text: String) -> String {
      ProcessResult(exit: .code(1), output: [], errorTail: Array(text.utf8)).lastWords
    }
    #expect(words("") == "it said nothing")
    #expect(
      words("fatal: unknown repository extension found:\n\trefstorage\n")
        == "fatal: unknown repository extension found: refstorage")
    #expect(
      words("trim....Passed\ncheck json....\u{1b}[41mFailed\u{1b}[m\n\na.json: line 3.\n")
        == "trim....Passed; check json....Failed; a.json: line 3")
    let many = (1...100).map { "line \($0)" }.joined(separator: "\n")
    #expect(words(many).hasPrefix("line 95; ") && words(many).hasSuffix("line 100"))
    #expect(words(String(repeating: "x", count: 9000)).count <= 601)
  }

  @Test("Whatever an extractor answers has a code, an exit status of the contract and a next step")
  func refusals() {
    let codes = RefusalTable.rows.compactMap(\.told?.code)
    #expect(codes.count == RefusalTable.rows.count)
    #expect(
      Set(codes) == [
        "limited", "daily_quota", "extractor_timeout", "extractor_unavailable", "extractor_protocol",
        "bad_reply", "rejected", "surroundings",
      ])
    let exits = Dictionary(grouping: RefusalTable.rows.compactMap(\.told), by: \.code)
      .mapValues { Set($0.map(\.exit)) }
    #expect(exits.values.allSatisfy { $0.count == 1 })
    #expect(exits["limited"] == [.canGoOn] && exits["daily_quota"] == [.canGoOn])
    #expect(exits["extractor_timeout"] == [.extractorUnavailable])
    #expect(exits["extractor_protocol"] == [.protocolBroken])
    #expect(exits["bad_reply"] == [.someFailed] && exits["rejected"] == [.someFailed])
  }

  @Test("docs/errors.md is the table; LEDGERCTL_WRITE_DOCS=1 writes it")
  func document() throws {
    let file = Self.root.appendingPathComponent("docs/errors.md")
    let text = Self.markdown()
    if ProcessInfo.processInfo.environment["LEDGERCTL_WRITE_DOCS"] == "1" {
      try Data(text.utf8).write(to: file)
    }
    #expect(try String(contentsOf: file, encoding: .utf8) == text)
  }

  static func markdown() -> String {
    var text = """
      # Errors

      Every message, with example values, as the tests hold it. The code and the exit status are stable; words may get
      better. `LEDGERCTL_WRITE_DOCS=1 swift test --filter FaultTableTests` writes this file.

      """
    for area in FaultTable.areas {
      text += "\n## \(area.title)\n\n| code | exit | message | hint |\n|---|---|---|---|\n"
      for row in area.rows {
        let fault = row.fault
        let hint = fault.hint.map(cell) ?? ""
        text += "| `\(fault.code)` | \(fault.exit.rawValue) | \(cell(fault.message)) | \(hint) |\n"
      }
    }
    return text + RefusalTable.markdown()
  }

  /// A string as a cell of a table: nothing in it is markup but what is in backquotes.
  private static func cell(_ text: String) -> String {
    text.replacingOccurrences(of: "|", with: "\\|").replacingOccurrences(of: "<", with: "&lt;")
      .replacingOccurrences(of: "*", with: "\\*").replacingOccurrences(of: "_", with: "\\_")
  }
}
