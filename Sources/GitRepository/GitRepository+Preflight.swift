import Core
import Files

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// What is asked before any work.
extension GitRepository {
  package func identities() throws(Fault) -> Identities {
    if !git.namesIdentities, let plain = settings.plainIdentity {
      return Identities(author: plain, committer: plain)
    }
    let author = try identity("author")
    if !git.namesIdentities, !settings.tellsAuthorFromCommitter {
      return Identities(author: author, committer: author)
    }
    return Identities(author: author, committer: try identity("committer"))
  }

  private func identity(_ role: String) throws(Fault) -> String {
    let result = try git.run(
      ["var", "GIT_\(role.uppercased())_IDENT"], .init(answers: [0, 1, 128], guise: .asking))
    guard result.succeeded else { throw .noIdentity(role) }
    // `Name <mail> seconds zone`
    guard let text = String(validating: result.output, as: UTF8.self), let end = text.lastIndex(of: ">"),
      text[..<end].contains(" <"), !text[..<end].contains(where: \.isNewline)
    else { throw .unreadableIdentity(role) }
    return String(text[...end])
  }

  package func head() throws(Fault) -> HeadState {
    if let glance { return glance }
    // On a branch with a commit, as nearly always, one call says both.
    let both = try git.run(["rev-parse", "-q"] + Self.branchAndTip, .init(answers: [0, 1, 128]))
    if both.succeeded, let head = Self.branch(both.lines) { return head }
    let symbolic = try git.run(["symbolic-ref", "-q", "HEAD"], .init(answers: [0, 1]))
    let ref = symbolic.lines.first.map(String.init)
    let tip = try tip(of: ref ?? "HEAD")
    if let ref { return .branch(ref: ref, tip: tip) }
    guard let tip else { throw .gitUnreadable("symbolic-ref", "HEAD names neither a branch nor a commit") }
    return .detached(tip)
  }

  /// What `rev-parse` is asked for HEAD; fails where it has no commit.
  package static let branchAndTip = ["HEAD^{commit}", "--symbolic-full-name", "HEAD"]

  /// Reads the answer; nil where HEAD is not on a branch.
  package static func branch(_ lines: [Substring]) -> HeadState? {
    guard lines.count == 2, let tip = GitID(lines[0]), lines[1].hasPrefix("refs/heads/") else { return nil }
    return .branch(ref: String(lines[1]), tip: tip)
  }

  package func operationUnderWay() -> String? {
    if HookAncestry.hookUnderWay(environment: environment, gitFolder: layout.gitFolder) != nil {
      return "git commit"
    }
    let signs = [
      ("MERGE_HEAD", "merge"), ("rebase-merge", "rebase"), ("rebase-apply/applying", "am"),
      ("rebase-apply", "rebase"), ("CHERRY_PICK_HEAD", "cherry-pick"), ("REVERT_HEAD", "revert"),
      ("sequencer/todo", "cherry-pick or revert"), ("BISECT_LOG", "bisect"),
    ]
    if let sign = signs.first(where: { FileFacts(at: "\(layout.gitFolder)/\($0.0)").kind != .absent }) {
      return sign.1
    }
    return signs.first { $0.0.hasSuffix("_HEAD") && hasTableRef($0.0) }?.1
  }

  package func unwritableFolder() -> String? {
    let folders =
      [
        layout.gitFolder, layout.commonFolder, "\(layout.commonFolder)/objects",
        "\(layout.commonFolder)/refs",
      ] + reftableStacks
    return folders.first { access($0, W_OK | X_OK) != 0 }
  }

  package func checkedOutElsewhere(_ ref: String) throws(Fault) -> String? {
    let others = FileFacts(at: "\(layout.commonFolder)/worktrees").kind
    guard others == .folder else { return nil }
    let fields = try git.run(["worktree", "list", "--porcelain", "-z"]).fields
    // Each worktree is a run of fields that ends with an empty one.
    for record in fields.split(separator: "") {
      guard let first = record.first, first.hasPrefix("worktree "), record.contains("branch \(ref)") else {
        continue
      }
      let path = String(first.dropFirst("worktree ".count))
      let isPrunable = record.contains { $0 == "prunable" || $0.hasPrefix("prunable ") }
      if path != layout.topLevel && !isPrunable { return path }
    }
    return nil
  }

  package func ignored(among paths: [String]) throws(Fault) -> Set<String> {
    // This one takes no literal pathspecs; a leading `./` keeps a path from being read as magic.
    let result = try git.run(
      ["check-ignore", "-z", "--stdin"],
      .init(
        input: nulTerminated(paths.map { "./\($0)" }), answers: [0, 1],
        variables: ["GIT_LITERAL_PATHSPECS": "0"]))
    return Set(result.fields.map { $0.hasPrefix("./") ? String($0.dropFirst(2)) : $0 })
  }

  package func hooksPresent() -> [PresentHook] {
    let names = [
      "pre-commit", "prepare-commit-msg", "commit-msg", "post-commit", "reference-transaction",
      "post-index-change",
    ]
    let files = names.compactMap { name -> PresentHook? in
      let path = "\(layout.hooksFolder)/\(name)"
      guard FileFacts(following: path).kind == .file else { return nil }
      return PresentHook(name: name, isExecutable: access(path, X_OK) == 0)
    }
    return files + settings.hooks.map { PresentHook(name: "hook.\($0)") }
  }

  /// `a/b/c` lies in `a` and `a/b`, outermost first.
  package static func folders(above path: String) -> [String] {
    path.indices.filter { path[$0] == "/" }.map { String(path[..<$0]) }
  }

  package func isBranchName(_ name: String) throws(Fault) -> Bool {
    if name.hasPrefix("-") || name == "HEAD" || name.utf8.contains(0) { return false }
    return try git.run(["check-ref-format", "refs/heads/\(name)"], .init(answers: [0, 1])).succeeded
  }
}
