/// Recognises in a tool's words an error that the next call would bring again.
package enum PermanentError {
  /// Tells whether the arguments are what is refused, or that we don't do what the tool asks of its client.
  package static func isToldBy(_ text: String, tool: String) -> Bool {
    let words = text.prefix(4096).lowercased()
    return refusesArguments(words, tool: tool.lowercased()) || asksTheClient(words)
  }

  private static func refusesArguments(_ words: String, tool: String) -> Bool {
    // As servers of the TypeScript and Python SDKs say it: "Invalid arguments for tool x", "Input validation error: …".
    let phrases = [
      "invalid arguments for tool", "input validation error", "mcp error -32602", "error -32602",
    ]
    if phrases.contains(where: words.contains) { return true }
    // As pydantic does: "1 validation error for xArguments", "2 validation errors for call[x]". What is said of another
    // model is the tool's own trouble, such as with a reply of its model.
    return ["validation error for ", "validation errors for "].contains { phrase in
      guard let found = words.firstRange(of: phrase) else { return false }
      return words[found.upperBound...].prefix { !$0.isNewline }.contains(tool)
    }
  }

  private static func asksTheClient(_ words: String) -> Bool {
    let requests = ["elicitation", "sampling", "createmessage", "roots/list"]
    let refusals = [
      "method not found", "not supported", "does not support", "doesn't support", "unsupported", "-32600",
      "-32601",
    ]
    return requests.contains(where: words.contains) && refusals.contains(where: words.contains)
  }
}
