import Core
import Runner

/// Makes the fault of arguments that can't be understood.
enum UsageFault {
  /// `message` is what the parser says.
  static func make(message: String, arguments: [String]) -> Fault {
    if let word = firstWord(arguments), !verbs.contains(word), message.contains("nexpected argument") {
      return .verbUnknown(word, known: verbs)
    }
    let verb = arguments.first { verbs.contains($0) }
    return .usage(
      sentence(message), help: (["ledgerctl"] + (verb.map { [$0] } ?? []) + ["--help"]).joined(separator: " ")
    )
  }

  /// The parser's words as all messages are: with a full stop at their end.
  private static func sentence(_ message: String) -> String {
    guard let last = message.last, !".?!".contains(last) else { return message }
    return message + "."
  }

  /// The first argument that is neither an option nor a global option's value.
  private static func firstWord(_ arguments: [String]) -> String? {
    var isValue = false
    for argument in arguments {
      if !isValue, !argument.hasPrefix("-") { return argument }
      isValue = !isValue && ["--repo", "--ledger", "--color"].contains(argument)
    }
    return nil
  }

  private static let verbs = LedgerCtl.configuration.subcommands.map { $0._commandName } + ["help"]
}
