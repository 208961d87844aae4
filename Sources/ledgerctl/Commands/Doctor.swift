import ArgumentParser
import Core
import GitRepository
import Runner
import StrictJSON

/// Looks at everything a run depends on.
struct Doctor: Verb {
  static let configuration = CommandConfiguration(
    commandName: "doctor",
    abstract: "Looks at SQLite, git, file system, memory, extractor and configuration.",
    discussion: """
      Exits with 1 if a check fails. With --contact, the extractor is really started: an MCP server lists its tools, \
      a program is given an image of one pixel.

      Example:
        ledgerctl doctor --contact
      """)

  @OptionGroup var global: GlobalOptions
  @Flag(help: "Start the extractor: a server lists its tools, a program is given an image of one pixel.")
  var contact = false
  @Option(name: .customLong("format"), help: "Answer as text or json.")
  var answer = DocumentFormat.text

  var format: OutputFormat { answer.output }

  func perform(_ console: Console) async throws -> ExitStatus {
    let caller = console.caller
    let checkup = Checkup(global.address(from: caller), contacts: contact)
    let diagnosis = await checkup.examine()
    if format == .json {
      console.out.write(JSONWriter.compact(Self.json(diagnosis)) + "\n")
    } else {
      for check in diagnosis.checks { show(check, console) }
    }
    return diagnosis.isFine ? .done : .someFailed
  }

  private func show(_ check: Diagnosis.Check, _ console: Console) {
    let mark =
      check.isSkipped
      ? console.outStyle("skip", .quiet) + " "
      : check.isFine ? console.outStyle("ok", .good) + "   " : console.outStyle("bad", .bad) + "  "
    console.line("\(mark)\(PlanText.padded(check.name, 14))\(VisibleText.line(check.found))")
    if let hint = check.hint { console.line("     \(PlanText.padded("", 14))\(VisibleText.line(hint))") }
  }

  private static func json(_ diagnosis: Diagnosis) -> JSONValue {
    [
      "schema": "ledgerctl/doctor/v1", "fine": .bool(diagnosis.isFine),
      "checks": .array(
        diagnosis.checks.map { check in
          var members: [JSONValue.Member] = [
            .init("name", .string(check.name)), .init("fine", .bool(check.isFine)),
            .init("found", .string(check.found)),
          ]
          if check.isSkipped { members.append(.init("skipped", true)) }
          if let hint = check.hint { members.append(.init("hint", .string(hint))) }
          members.append(.init("facts", .object(check.facts)))
          return .object(members)
        }),
    ]
  }
}
