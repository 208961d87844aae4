import ArgumentParser
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

  var needsFolder: Bool { false }

  func perform(_ console: Console) async throws -> ExitStatus {
    console.out.write(SkillText.text)
    return .done
  }
}
