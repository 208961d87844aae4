import Core
import Files

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

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
        if let ref = refs.first {
          found.append(FoundCommit(id: id, place: .ref(String(ref))))
        } else if try hasBeenLeft(id) {
          found.append(FoundCommit(id: id, place: .reflog))
        }
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

  /// Whether a ref was ever moved away from a commit, by anyone's reflog.
  ///
  /// Git writes the reflog before it moves the ref: killed between, it leaves a line that leads to a commit where no ref
  /// ever was. Only a line that leads away shows that one was.
  private func hasBeenLeft(_ commit: GitID) throws(Fault) -> Bool {
    let start = Array("\(commit) ".utf8)
    let worktrees = "\(layout.commonFolder)/worktrees"
    if try tablesShowItLeft(commit) { return true }
    var waiting = ["\(layout.commonFolder)/logs"]
    waiting += try Self.paths(in: worktrees).map { "\($0)/logs" }
    while let path = waiting.popLast() {
      guard FileFacts(at: path).kind == .file else {
        waiting += try Self.paths(in: path)
        continue
      }
      guard let log = WholeFile.read(path) else { throw .gitUnreadable("reflog", path) }
      if log.split(separator: UInt8(ascii: "\n")).contains(where: { $0.starts(with: start) }) { return true }
    }
    return false
  }

  private static func paths(in folder: String) throws(Fault) -> [String] {
    try names(in: folder).map { "\(folder)/\($0)" }
  }

  /// What lies in a folder; nothing where there is no such folder.
  package static func names(in folder: String) throws(Fault) -> [String] {
    guard FileFacts(at: folder).kind == .folder else { return [] }
    do throws(FileError) {
      return try OpenFile.open(folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW).names()
    } catch {
      throw .file("read", folder, error)
    }
  }
}
