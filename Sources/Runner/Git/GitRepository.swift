/// A repository on disk, through the git command's plumbing.
package struct GitRepository: Repository {
  package let layout: RepositoryLayout
  let git: GitProgram
  /// Hooks that are made by configuration, as git 2.54 and newer have them.
  let configuredHooks: [String]

  /// Finds the repository that a directory's working tree belongs to, as git finds it.
  ///
  /// `environment` is what git is looked up and run with; whatever it says in `GIT_` variables is left out,
  /// but for identities.
  package static func discover(
    from directory: String, environment: [String: String]
  ) throws(Fault) -> GitRepository {
    let found = try GitProgram(directory: directory, environment: environment)
    var layout = try locate(directory, found)
    let configuration = try found.run(["config", "--list", "-z", "--includes"], .init(guise: .asking)).fields
    var filters: Set<String> = []
    var hooks: Set<String> = []
    for field in configuration {
      // A name, then a line feed and the value, which may be missing.
      let parts = field.split(separator: "\n", maxSplits: 1, omittingEmptySubsequences: false)
      let name = String(parts[0])
      if name == "core.sparsecheckout" { layout.isSparse = parts.count == 1 || isTrue(parts[1]) }
      if let filter = middle(of: name, after: "filter.") { filters.insert(filter) }
      if let hook = middle(of: name, after: "hook."), name.hasSuffix(".command") { hooks.insert(hook) }
    }
    let git = GitProgram(found, pinnedTo: layout, filters: filters.sorted(), hooks: hooks.sorted())
    return GitRepository(layout: layout, git: git, configuredHooks: hooks.sorted())
  }

  /// `spy` of `filter.spy.clean`, which may hold points itself; nil for another section or none in the
  /// middle.
  private static func middle(of name: String, after section: String) -> String? {
    guard name.hasPrefix(section), let point = name.dropFirst(section.count).lastIndex(of: ".") else {
      return nil
    }
    return String(name.dropFirst(section.count)[..<point])
  }

  private static func isTrue(_ value: Substring) -> Bool {
    ["true", "yes", "on", "1"].contains(value.lowercased())
  }

  private static func locate(_ directory: String, _ git: GitProgram) throws(Fault) -> RepositoryLayout {
    let result = try git.run(
      [
        "rev-parse", "--path-format=absolute", "--is-bare-repository", "--is-inside-work-tree",
        "--show-object-format",
        "--is-shallow-repository", "--git-dir", "--git-common-dir", "--git-path", "hooks", "--git-path",
        "index",
        "--show-toplevel", "--show-prefix",
      ], .init(answers: [0, 128], guise: .asking))
    let lines = result.lines.map(String.init)
    guard result.succeeded else {
      if lines.first == "true" { throw .bareRepository(directory) }
      // Within the `.git` folder itself.
      if lines.count > 1, lines[1] == "false" { throw .noWorkingTree(directory) }
      let complaint = String(decoding: result.errorTail, as: UTF8.self)
      if complaint.contains("dubious ownership") { throw .foreignRepository(directory) }
      if complaint.contains("not a git repository") { throw .noRepository(directory) }
      throw .gitFailed("rev-parse", result)
    }
    guard lines.count == 10, let format = ObjectFormat(rawValue: lines[2]) else {
      throw .gitUnreadable(
        "rev-parse", "expected 10 lines without line feeds in any path, found \(lines.count)")
    }
    return RepositoryLayout(
      topLevel: lines[8], gitFolder: lines[4], commonFolder: lines[5], hooksFolder: lines[6],
      indexFile: lines[7],
      prefix: lines[9], objectFormat: format, isShallow: lines[3] == "true", isSparse: false)
  }
}
