import Core
import Runner

/// Words of a command as one line that a shell reads back as the same words.
enum ShellText {
  static func line(_ words: [String]) -> String { words.map(ShellWord.quoted).joined(separator: " ") }
}
