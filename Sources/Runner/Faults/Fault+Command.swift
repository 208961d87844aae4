import Core
import Files

/// Faults of the command itself: its arguments and what it writes.
extension Fault {
  /// Arguments that the parser does not take; `message` is the parser's.
  package static func usage(_ message: String, help: String) -> Fault {
    Fault(.usage, message, hint: "See `\(help)`.")
  }

  package static func verbUnknown(_ word: String, known: [String]) -> Fault {
    Fault(
      .usage, "There is no command \"\(word)\".",
      hint: synonyms[word.lowercased()].map { "Did you mean `ledgerctl \($0)`?" } ?? Spelling.nearest(
        to: word, among: known
      ).map { "Did you mean `ledgerctl \($0)`?" }
        ?? "See `ledgerctl --help`.")
  }

  /// What other tools call what a command of ours does.
  private static let synonyms = [
    "list": "status", "ls": "status", "log": "events", "history": "events", "version": "--version",
    "add": "run", "start": "run", "land": "run", "continue": "resume", "check": "doctor", "draft": "manifest",
    "undo": "cancel", "abort": "cancel", "delete": "cancel", "gc": "prune", "settings": "doctor",
    "cat": "show", "why": "explain", "diff": "plan", "create": "init", "new": "init",
  ]

  package static func wordUnreadable(_ word: String, index: Int) -> Fault {
    Fault(
      .usage, "Argument \(index) is not UTF-8 text: \"\(VisibleText.showing(word))\".",
      hint: "Rename the file or folder that it names.")
  }

  package static func threadsMissing(_ number: Int32) -> Fault {
    Fault(
      .outOfProcesses,
      "The threads that the command needs can't be made: \(FileError("pthread_create", number).text).",
      hint: "Raise the limit of processes (`ulimit -u`, or the container's), then run the same command again."
    )
  }

  package static func workingDirectoryGone(_ number: Int32) -> Fault {
    Fault(
      .pathUnusable, "The working directory can't be found: \(FileError("getcwd", number).text).",
      hint: "Change to a folder that is there.")
  }

  package static func outputFailed(_ reason: String) -> Fault {
    Fault(
      .outputFailed, "Can't write to standard output: \(reason).",
      hint: "Nothing else is affected: what was done is in the ledger.")
  }
}
