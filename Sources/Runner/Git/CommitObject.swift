/// The exact bytes of a commit object, and what can be read from them.
enum CommitObject {
  /// Writes a commit as git does: headers, an empty line, the message with one line feed at its end. Times
  /// are UTC.
  static func bytes(of draft: CommitDraft, tree: GitID, message: String) -> [UInt8] {
    // Times before 1970 have no place in git.
    let seconds = max(0, draft.timeMs / 1000)
    var text = "tree \(tree)\n"
    if let parent = draft.parent { text += "parent \(parent)\n" }
    text += "author \(draft.author) \(seconds) +0000\n"
    text += "committer \(draft.committer) \(seconds) +0000\n\n"
    text += message
    if !message.hasSuffix("\n") { text += "\n" }
    return Array(text.utf8)
  }

  /// The value of the first header with this name.
  static func header(_ name: String, of bytes: [UInt8]) -> String? {
    for line in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
      if line.isEmpty { return nil }
      let text = String(decoding: line, as: UTF8.self)
      if text.hasPrefix("\(name) ") { return String(text.dropFirst(name.count + 1)) }
    }
    return nil
  }

  /// Tells whether a text can stand as `Name <mail>` in a header.
  static func isIdentity(_ text: String) -> Bool {
    guard let open = text.firstIndex(of: "<"), text.hasSuffix(">") else { return false }
    let mail = text[text.index(after: open)...].dropLast()
    let noSpecials = { (part: Substring) in
      !part.unicodeScalars.contains { $0 == "<" || $0 == ">" || $0.value < 32 || $0.value == 127 }
    }
    return text[..<open].hasSuffix(" ") && noSpecials(text[..<open]) && noSpecials(mail)
  }
}
