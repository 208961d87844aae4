/// A repository on disk, through the git command's plumbing.
package struct GitRepository: Repository {
  package let layout: RepositoryLayout
  let git: GitProgram
  /// What the user's configuration says.
  let settings: GitSettings
  let environment: [String: String]
  let trees = TreeCache()
  /// What `askingAhead` has asked.
  var ahead: Meanwhile<Standing>?

  /// Finds the repository that a directory's working tree belongs to, as git finds it.
  ///
  /// `environment` is what git is looked up and run with; whatever it says in `GIT_` variables is left out,
  /// but for identities.
  package static func discover(
    from directory: String, environment: [String: String]
  ) throws(Fault) -> GitRepository {
    let found = try GitProgram(directory: directory, environment: environment)
    let listing = Meanwhile { () throws(Fault) in
      try found.run(["config", "--list", "-z", "--includes"], .init(guise: .asking)).fields
    }
    let located = Result { () throws(Fault) in try locate(directory, found) }
    let configuration = Result { () throws(Fault) in try listing.value() }
    var layout = try located.get()
    let settings = GitSettings(try configuration.get())
    layout.isSparse = settings.isSparse
    let git = GitProgram(
      found, pinnedTo: layout, filters: settings.filters.sorted(), hooks: settings.hooks.sorted())
    return GitRepository(layout: layout, git: git, settings: settings, environment: environment)
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
      throw .repositoryRefused(directory, result)
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
