import Core

extension Repository {
  package func commits(
    withLine line: String, in tip: GitID, of ref: String
  ) throws(Fault) -> [(id: GitID, message: String)] {
    var found: [(id: GitID, message: String)] = []
    for commit in try commits(withLines: [line], from: ref) where commit.place == .history {
      guard let bytes = try commitBytes(commit.id) else { continue }
      let text = String(decoding: bytes, as: UTF8.self)
      found.append((commit.id, text.firstRange(of: "\n\n").map { String(text[$0.upperBound...]) } ?? ""))
    }
    return found
  }

  package func lastMessage(touching path: String, at tip: GitID) throws(Fault) -> String? { nil }
}

extension GitRepository {
  package func commits(
    withLine line: String, in tip: GitID, of ref: String
  ) throws(Fault) -> [(id: GitID, message: String)] {
    let fields = try git.run(
      [
        "rev-list", tip.text, "--no-commit-header", "--format=%H%x00%B%x00", "--fixed-strings",
        "--grep=\(line)",
      ]
    ).output.split(separator: 0, omittingEmptySubsequences: false)
    var found: [(id: GitID, message: String)] = []
    for index in stride(from: 0, to: fields.count - 1, by: 2) {
      let name = String(decoding: fields[index], as: UTF8.self).drop { $0 == "\n" }
      let message = String(decoding: fields[index + 1], as: UTF8.self)
      // The search finds parts of lines; whole ones count.
      if let id = GitID(name), message.split(separator: "\n").contains(line[...]) {
        found.append((id, message))
      }
    }
    return found
  }

  package func lastMessage(touching path: String, at tip: GitID) throws(Fault) -> String? {
    let text = try git.run(
      ["rev-list", "-1", "--no-commit-header", "--format=%B%x00", tip.text, "--", path]
    ).text
    return text.isEmpty ? nil : text
  }
}
