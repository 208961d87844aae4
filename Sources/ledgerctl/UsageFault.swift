import Runner

/// Makes the fault of arguments that can't be understood.
enum UsageFault {
  /// `message` is what the parser says, `usage` the same with the verb's synopsis.
  static func make(message: String, usage: String, arguments: [String]) -> Fault {
    if let word = firstWord(arguments), !verbs.contains(word),
      message.contains("nexpected argument")
    {
      return unknownVerb(word)
    }
    let verb = arguments.first { verbs.contains($0) }
    return Fault(
      "usage", exit: .usage, message,
      hint: "See `\((["ledgerctl"] + (verb.map { [$0] } ?? []) + ["--help"]).joined(separator: " "))`.")
  }

  /// The first argument that is no option and no global option's value.
  private static func firstWord(_ arguments: [String]) -> String? {
    var isValue = false
    for argument in arguments {
      if !isValue, !argument.hasPrefix("-") { return argument }
      isValue = !isValue && ["--repo", "--ledger", "--color"].contains(argument)
    }
    return nil
  }

  private static func unknownVerb(_ word: String) -> Fault {
    Fault(
      "usage", exit: .usage, "There is no verb \"\(word)\".",
      hint: Spelling.nearest(to: word, among: verbs).map { "Did you mean `ledgerctl \($0)`?" }
        ?? "See `ledgerctl --help`.")
  }

  private static let verbs = LedgerCtl.configuration.subcommands.map { $0._commandName } + ["help"]
}
