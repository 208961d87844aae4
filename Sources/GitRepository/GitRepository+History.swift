import Core
import Files

/// Looking at many commits at once, for proving a ledger against what was published.
extension GitRepository {
  package func lastChange(of path: String, from tip: GitID) throws(Fault) -> (commit: GitID, batch: String?)?
  {
    let result = try git.run([
      "log", "-1", "--format=%H%n%(trailers:key=Ledger-Batch,valueonly)", tip.text, "--", path,
    ])
    guard let commit = result.lines.first.flatMap({ GitID($0) }) else { return nil }
    let batch = result.lines.dropFirst().first { !$0.isEmpty }
    return (commit, batch.map(String.init))
  }

  /// A commit that refs lead to, with its message.
  package struct Message: Hashable, Sendable {
    package var id: GitID
    package var text: String

    /// The value of the last trailer with this name.
    package func trailer(_ name: String) -> String? {
      text.split(separator: "\n").last { $0.hasPrefix("\(name): ") }.map {
        String($0.dropFirst(name.count + 2))
      }
    }
  }

  /// What git says of itself, such as `git version 2.39.5`.
  package func version() throws(Fault) -> String { String(try git.run(["version"]).lines.first ?? "") }

  /// The messages of commits; those that are missing are left out.
  package func messages(of ids: [GitID]) throws(Fault) -> [GitID: Message] {
    var found: [GitID: Message] = [:]
    for start in stride(from: 0, to: ids.count, by: 512) {
      let part = Array(ids[start..<min(start + 512, ids.count)])
      for (id, bytes) in try commits(part) {
        let text = String(decoding: bytes, as: UTF8.self)
        let message = text.firstRange(of: "\n\n").map { String(text[$0.upperBound...]) } ?? ""
        found[id] = Message(id: id, text: message)
      }
    }
    return found
  }

  /// The commits in the history of these refs, those that are there, whose message has a line that begins with this
  /// text.
  package func messages(withLineStart start: String, in refs: Set<String>) throws(Fault) -> [Message] {
    var tips: [String] = []
    for ref in refs.sorted() { if let tip = try tip(of: ref) { tips.append(tip.text) } }
    guard !tips.isEmpty else { return [] }
    let fields = try git.run(
      [
        "rev-list", "--stdin", "--no-commit-header", "--format=%H%x00%B%x00", "--fixed-strings",
        "--grep=\(start)",
      ], .init(input: Array(tips.map { "\($0)\n" }.joined().utf8))
    ).output.split(separator: 0, omittingEmptySubsequences: false)
    var found: [Message] = []
    for index in stride(from: 0, to: fields.count - 1, by: 2) {
      let name = String(decoding: fields[index], as: UTF8.self).drop { $0 == "\n" }
      let text = String(decoding: fields[index + 1], as: UTF8.self)
      guard let id = GitID(name), text.split(separator: "\n").contains(where: { $0.hasPrefix(start) }) else {
        continue
      }
      found.append(Message(id: id, text: text))
    }
    return found
  }

  /// The paths that each of the commits changed, merges aside, by one call of git.
  package func changedPaths(of ids: [GitID]) throws(Fault) -> [GitID: [String]] {
    if ids.isEmpty { return [:] }
    let asked = Set(ids)
    let fields = try git.run(
      ["diff-tree", "--stdin", "-r", "--root", "--name-only", "--no-renames", "-z"],
      .init(input: Array(ids.map { "\($0)\n" }.joined().utf8))
    ).fields
    var paths: [GitID: [String]] = [:]
    var current: GitID?
    for field in fields {
      if let id = GitID(field.drop { $0 == "\n" }), asked.contains(id) {
        current = id
      } else if let current {
        paths[current, default: []].append(field)
      }
    }
    return paths
  }

  /// Those of the commits, all of which must be there, that a commit's history does not hold; nil stands for
  /// all refs.
  package func outside(_ ids: [GitID], historyOf tip: GitID?) throws(Fault) -> Set<GitID> {
    if ids.isEmpty { return [] }
    let input = Array(ids.map { "\($0)\n" }.joined().utf8)
    let lines = try git.run(
      ["rev-list", "--stdin", "--not", tip?.text ?? "--all"], .init(input: input)
    ).lines
    return Set(lines.compactMap { GitID($0) }).intersection(ids)
  }

  /// Where a ref that has vanished was last, by its reflog; nil where that is not known.
  package func lastKnown(_ ref: String) -> GitID? {
    guard let log = WholeFile.read("\(layout.commonFolder)/logs/\(ref)") else { return nil }
    let last = String(decoding: log, as: UTF8.self).split(separator: "\n").last
    let words = last?.split(separator: " ", maxSplits: 2) ?? []
    return words.count > 1 ? GitID(words[1]) : nil
  }
}
