/// Finding a commit again that may have been made, moved, amended or thrown away.
extension GitRepository {
  package func commits(withLines lines: [String], from ref: String) throws(Fault) -> [FoundCommit] {
    // All worktrees' HEADs, all refs and all reflogs, in one walk.
    let fields = try git.run(
      [
        "rev-list", "--all", "--reflog", "--no-commit-header", "--format=%H%x00%B%x00", "--fixed-strings",
        "--all-match",
      ]
        + lines.map { "--grep=\($0)" }
    ).output.split(separator: 0, omittingEmptySubsequences: false)
    var candidates: [GitID] = []
    for index in stride(from: 0, to: fields.count - 1, by: 2) {
      let name = String(decoding: fields[index], as: UTF8.self).drop { $0 == "\n" }
      // The search finds parts of lines; whole ones count.
      let message = String(decoding: fields[index + 1], as: UTF8.self).split(whereSeparator: \.isNewline).map(
        String.init)
      if let id = GitID(name), lines.allSatisfy(message.contains) { candidates.append(id) }
    }
    var found: [FoundCommit] = []
    let tip = try tip(of: ref)
    for id in candidates {
      if let tip, try isAncestor(id, of: tip) {
        found.append(FoundCommit(id: id, place: .history))
      } else {
        let refs = try git.run(["for-each-ref", "--contains", id.text, "--format=%(refname)"]).lines
        found.append(FoundCommit(id: id, place: refs.first.map { .ref(String($0)) } ?? .reflog))
      }
    }
    return found.sorted { Self.rank($0) < Self.rank($1) }
  }

  private static func rank(_ found: FoundCommit) -> Int {
    switch found.place {
    case .history: 0
    case .ref: 1
    case .reflog: 2
    }
  }
}
