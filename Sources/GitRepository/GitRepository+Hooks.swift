import Core
import Files

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Running the user's hooks on a commit, where the configuration asks for them.
extension GitRepository {
  /// Runs the user's hooks on the private index, as `git commit` would, and returns the message they leave.
  package func runHooks(
    on draft: CommitDraft, _ options: GitProgram.Options, scratch: String
  ) throws(Fault) -> String {
    var options = options
    options.guise = .hooks
    options.answers = Set(0...255)
    options.variables["GIT_EDITOR"] = ":"
    for (name, value) in CommitObject.variables(of: draft.author, "AUTHOR", timeMs: draft.timeMs) {
      options.variables[name] = value
    }
    guard WholeFile.write(Array(draft.message.utf8), to: scratch) else { throw .gitFileUnwritable(scratch) }
    defer { unlink(scratch) }
    for hook in [
      ["pre-commit"], ["prepare-commit-msg", "--", scratch, "message"], ["commit-msg", "--", scratch],
    ] {
      let result = try git.run(["hook", "run", "--ignore-missing"] + hook, options)
      if !result.succeeded { throw .hookRefused(hook[0], result) }
    }
    guard let bytes = WholeFile.read(scratch) else { throw .gitFileUnwritable(scratch) }
    // As `git commit` tidies what hooks leave: white space at line ends, empty lines at the end.
    let tidy = try git.run(["stripspace"], .init(input: bytes)).output
    guard let text = String(validating: tidy, as: UTF8.self) else {
      throw .badMessage(.control, afterHooks: true)
    }
    return text
  }

  /// Makes sure that the batch's files are still in the index as they were packaged.
  package func checkAfterHooks(
    _ files: [(String, GitID)], of draft: CommitDraft, _ options: GitProgram.Options
  ) throws(Fault) {
    let staged = try stagedEntries(files.map(\.0) + draft.removing, variables: options.variables)
    for (path, blob) in files where staged[path] != .entry(TreeEntry(mode: "100644", id: blob)) {
      throw .hookChangedTarget(path)
    }
    for path in draft.removing where staged[path] != nil { throw .hookChangedTarget(path) }
  }
}

extension GitProgram.Options {
  /// The same with other exit statuses that are an answer.
  package static func accepting(_ answers: Set<Int32>, _ options: GitProgram.Options) -> GitProgram.Options {
    var options = options
    options.answers = answers
    return options
  }
}
