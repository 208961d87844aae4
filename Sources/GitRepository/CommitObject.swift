import Core

/// The exact bytes of a commit object, and what can be read from them.
package enum CommitObject {
  /// Writes a commit as git does: headers, an empty line, the message with one line feed at its end. Times
  /// are UTC.
  package static func bytes(of draft: CommitDraft, tree: GitID, message: String) -> [UInt8] {
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

  /// The variables that make git write an identity and a time as `bytes` does.
  package static func variables(of identity: String, _ role: String, timeMs: Int64) -> [(String, String)] {
    let parts = identity.split(separator: "<", maxSplits: 1, omittingEmptySubsequences: false)
    let name = parts[0].hasSuffix(" ") ? String(parts[0].dropLast()) : String(parts[0])
    return [
      ("GIT_\(role)_NAME", name), ("GIT_\(role)_EMAIL", parts.count == 2 ? String(parts[1].dropLast()) : ""),
      ("GIT_\(role)_DATE", "@\(max(0, timeMs / 1000)) +0000"),
    ]
  }

  /// A commit's bytes as they were before it was signed.
  package static func withoutSignature(_ bytes: [UInt8]) -> [UInt8] {
    var kept: [UInt8] = []
    var isHeader = true
    var isSignature = false
    for line in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
      if line.isEmpty { isHeader = false }
      if isHeader {
        // A header continues in lines that begin with a space.
        let goesOn = line.first == UInt8(ascii: " ")
        isSignature =
          goesOn
          ? isSignature : line.starts(with: "gpgsig ".utf8) || line.starts(with: "gpgsig-sha256 ".utf8)
        if isSignature { continue }
      }
      kept += line + [UInt8(ascii: "\n")]
    }
    return kept.dropLast()
  }

  /// The value of the first header with this name.
  package static func header(_ name: String, of bytes: [UInt8]) -> String? {
    for line in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
      if line.isEmpty { return nil }
      let text = String(decoding: line, as: UTF8.self)
      if text.hasPrefix("\(name) ") { return String(text.dropFirst(name.count + 1)) }
    }
    return nil
  }

  /// Tells whether a string can be the `Name <mail>` of a header.
  package static func isIdentity(_ text: String) -> Bool {
    guard let open = text.firstIndex(of: "<"), text.hasSuffix(">") else { return false }
    let mail = text[text.index(after: open)...].dropLast()
    let noSpecials = { (part: Substring) in
      !part.unicodeScalars.contains { $0 == "<" || $0 == ">" || $0.value < 32 || $0.value == 127 }
    }
    return text[..<open].hasSuffix(" ") && noSpecials(text[..<open]) && noSpecials(mail)
  }
}
