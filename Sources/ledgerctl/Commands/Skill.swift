import ArgumentParser
import Core
import GitRepository
import Runner

/// Prints the skill file.
struct Skill: Verb {
  static let configuration = CommandConfiguration(
    commandName: "skill",
    abstract: "Prints a skill file, from which a coding agent can work this command.",
    discussion: """
      Example:
        ledgerctl skill > .claude/skills/ledgerctl/SKILL.md
      """)

  @OptionGroup var global: GlobalOptions
  @Option(name: .customLong("format"), help: "Answer as text or json: the text as the content of a document.")
  var answer = DocumentFormat.text

  var format: OutputFormat { answer.output }

  var needsFolder: Bool { false }

  func perform(_ console: Console) async throws -> ExitStatus {
    let isWrapped = format == .json
    let text = SkillText.text
    console.out.write(isWrapped ? PrintedDocument(name: "skill", content: text).line : text)
    return .done
  }
}
