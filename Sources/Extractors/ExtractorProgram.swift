import BatchModel
import Core
import Redaction
import Subprocesses

/// An outside program that extracts: how it is started and what it may see.
package struct ExtractorProgram: Sendable {
  /// The program and its arguments; the first is looked up in PATH, or relative to the project root where it
  /// has a `/`.
  package var words: [String]
  /// The project root: the working directory, and what a relative program is relative to.
  package var root: String
  /// What the program gets of our own environment.
  package var environment: [String: String]
  /// Names that the configuration hands on and that are not set; worth a hint where the program fails.
  package var unsetNames: [String]
  /// Takes the values of the handed-on variables out of strings.
  package var redactor: Redactor

  /// What every program gets to see, besides what the configuration names.
  package static let standardNames = ["PATH", "HOME", "LANG", "TMPDIR"]

  /// Picks PATH, HOME, LANG, TMPDIR and the named variables from the environment; nothing else is handed on.
  package init(words: [String], root: String, environmentNames: [String], surroundings: [String: String]) {
    self.words = words
    self.root = root
    let names = Set(Self.standardNames + environmentNames)
    environment = surroundings.filter { names.contains($0.key) }
    environment["PATH"] = surroundings["PATH"].map(Self.absoluteFolders)
    unsetNames = environmentNames.filter { surroundings[$0] == nil }
    redactor = Self.redactor(of: environmentNames, in: surroundings)
  }

  /// What takes the values of variables that are handed on out of strings.
  package static func redactor(of names: [String], in surroundings: [String: String]) -> Redactor {
    let secretNames = Set(names).subtracting(standardNames)
    return Redactor(secrets: surroundings.filter { secretNames.contains($0.key) }.values)
  }

  /// A search path without folders that are relative to the working directory: what lies in a project is started only
  /// where the configuration names it.
  package static func absoluteFolders(of path: String) -> String {
    path.split(separator: ":").filter { $0.hasPrefix("/") }.joined(separator: ":")
  }

  /// The program's name as messages say it: the first word, redacted.
  package var name: String { redactor.redact(words.first ?? "") }

  package var command: Command {
    var command = Command(words, environment: environment, directory: root)
    command.root = root
    command.takesDescendantsAlong = true
    return command
  }

  /// A hint at variables that are not set, to go behind the message of a program that failed; empty without
  /// any.
  package var unsetHint: String {
    unsetNames.isEmpty ? "" : " (not set: \(unsetNames.joined(separator: ", ")))"
  }

  /// Refuses a configured program that can't be started, before anything is asked of it; the embedded extractor needs
  /// none.
  package static func check(
    _ settings: ExtractorSettings, root: String, environment: [String: String]
  ) throws(Fault) {
    guard settings.kind != .local else { return }
    let program = ExtractorProgram(
      words: settings.command, root: root, environmentNames: settings.env, surroundings: environment)
    _ = try ProgramFile.checkedPath(of: program.command)
  }

  /// What a fault of starting the program means for the extraction.
  package func refusal(_ fault: Fault) -> ExtractorRefusal {
    let message = redactor.redact(fault.message)
    switch fault.exit {
    case .canGoOn, .disk: return .surroundings(message: message)
    case .interrupted: return .cancelled
    case .protocolBroken: return .protocolBroken(message: message, retryable: true)
    default:
      let reason: ExtractorRefusal.Reason =
        fault.kind == .programTimedOut ? .timeout : fault.exit == .configuration ? .notFound : .start
      return .unavailable(reason: reason, message: message + unsetHint)
    }
  }
}
