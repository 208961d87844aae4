import Core
import StrictJSON

/// Which quota an extractor uses up: the one that is named, else what the server on the other side counts by.
///
/// Another time-out, price, environment or folder is not another quota.
package enum QuotaName {
  /// Programs that run another one, which the rest of the command names.
  private static let launchers: Set<String> = [
    "ash", "bash", "bun", "bunx", "dash", "deno", "env", "fish", "java", "ksh", "nice", "node", "nohup",
    "npm", "npx", "perl", "php", "pipx", "pnpm", "poetry", "py", "python", "ruby", "sh", "stdbuf", "timeout",
    "uv", "uvx", "xvfb-run", "yarn", "zsh",
  ]
  /// Words of launchers that say what to do, not which program.
  private static let verbs: Set<String> = ["dlx", "exec", "run", "tool", "x"]

  /// The name under which the limiter of an extractor is kept; holds nothing of the command itself.
  package static func limiter(of settings: ExtractorSettings) -> String {
    var parts = ["quota", settings.quota ?? ""]
    if settings.quota == nil {
      parts += [settings.kind.rawValue, settings.kind == .mcp ? settings.tool : "", settings.model ?? ""]
      parts += [program(of: settings.command)]
    }
    let digest = Digest.sha256(JSONWriter.compact(.array(parts.map(JSONValue.string))).utf8)
    return "extractor-\(digest.hex.prefix(16))"
  }

  /// The name of the program that a command is about, without folders: the script, where an interpreter runs one.
  package static func program(of command: [String]) -> String {
    guard let first = command.first.map(lastComponent) else { return "" }
    guard isLauncher(first) else { return first }
    let script = command.dropFirst().first { word in
      !word.hasPrefix("-") && !verbs.contains(word) && !isAssignment(word) && !isLauncher(lastComponent(word))
        && !isNumber(word)
    }
    return script.map(lastComponent) ?? first
  }

  private static func lastComponent(_ word: String) -> String {
    // A script's text is not a path: a slash in it says nothing.
    guard !word.contains(where: \.isWhitespace) else { return word }
    return word.split(separator: "/").last.map(String.init) ?? word
  }

  /// `python3.11` is `python`.
  private static func isLauncher(_ name: String) -> Bool {
    let plain = name.lowercased()
    if launchers.contains(plain) { return true }
    return launchers.contains(String(plain.prefix { $0.isLetter }))
      && plain.drop { $0.isLetter }.allSatisfy { $0.isNumber || $0 == "." }
  }

  /// `NAME=value`, as `env` takes it.
  private static func isAssignment(_ word: String) -> Bool {
    guard let equals = word.firstIndex(of: "="), equals != word.startIndex else { return false }
    return word[..<equals].allSatisfy { $0.isLetter || $0.isNumber || $0 == "_" }
  }

  /// What `nice` and `timeout` take before the program, such as `10` or `30s`.
  private static func isNumber(_ word: String) -> Bool {
    guard let first = word.first, first.isNumber else { return false }
    return word.drop { $0.isNumber || $0 == "." }.count <= 1
  }
}
