import Core
import Subprocesses

/// A repository on disk, through the git command's plumbing.
package struct GitRepository: Repository {
  package let layout: RepositoryLayout
  package let git: GitProgram
  /// What the user's configuration says.
  package let settings: GitSettings
  package let environment: [String: String]
  package let trees = TreeCache()
  package let ahead = AskedAhead()
  /// What HEAD was when the repository was found, if it was seen in passing.
  package private(set) var glance: HeadState?

  /// Finds the repository that a directory's working tree belongs to, as git finds it.
  ///
  /// `environment` is what git is looked up and run with; whatever it says in `GIT_` variables is left out,
  /// but for identities. `once` asks in passing what is checked out, and not again: for whoever looks once and goes.
  package static func discover(
    from directory: String, environment: [String: String], once: Bool = false
  ) throws(Fault) -> GitRepository {
    let found = try GitProgram(directory: directory, environment: environment)
    let listing = Meanwhile { () throws(Fault) in
      try found.run(["config", "--list", "-z", "--includes"], .init(guise: .asking)).fields
    }
    let located = Result { () throws(Fault) -> (layout: RepositoryLayout, head: HeadState?) in
      if once, let both = try locateWithHead(directory, found) { return (both.layout, both.head) }
      return (try locate(directory, found, environment), nil)
    }
    let configuration = Result { () throws(Fault) in try listing.value() }
    var layout = try located.get().layout
    let settings = GitSettings(try configuration.get())
    layout.isSparse = settings.isSparse
    let git = GitProgram(
      found, pinnedTo: layout, filters: settings.filters.sorted(), hooks: settings.hooks.sorted())
    return GitRepository(
      layout: layout, git: git, settings: settings, environment: environment, glance: try located.get().head)
  }

  private static let layoutWords = [
    "rev-parse", "--path-format=absolute", "--is-bare-repository", "--is-inside-work-tree",
    "--show-object-format", "--is-shallow-repository", "--git-dir", "--git-common-dir", "--git-path", "hooks",
    "--git-path", "index", "--show-toplevel", "--show-prefix",
  ]

  /// Nil where anything is out of the ordinary.
  private static func locateWithHead(
    _ directory: String, _ git: GitProgram
  ) throws(Fault) -> (layout: RepositoryLayout, head: HeadState)? {
    let result = try git.run(layoutWords + branchAndTip, .init(answers: [0, 128], guise: .asking))
    let lines = result.lines
    guard result.succeeded, lines.count == 12, let layout = layout(lines.dropLast(2)),
      let head = branch(lines.suffix(2))
    else { return nil }
    return (layout, head)
  }

  private static func locate(
    _ directory: String, _ git: GitProgram, _ environment: [String: String]
  ) throws(Fault) -> RepositoryLayout {
    let result = try git.run(layoutWords, .init(answers: [0, 128], guise: .asking))
    let lines = result.lines
    guard result.succeeded else {
      if lines.first == "true" { throw .bareRepository(directory) }
      // Within the `.git` folder itself.
      if lines.count > 1, lines[1] == "false" { throw .noWorkingTree(directory) }
      let complaint = String(decoding: result.errorTail, as: UTF8.self)
      if complaint.contains("dubious ownership") { throw .foreignRepository(directory) }
      let gone = "fatal: not a git repository: "
      if let line = complaint.split(separator: "\n").first(where: { $0.hasPrefix(gone) }) {
        throw .gitFolderGone(directory, String(line.dropFirst(gone.count)))
      }
      if complaint.contains("not a git repository") {
        let names = ["GIT_DIR", "GIT_WORK_TREE"].filter { environment[$0] != nil }
        throw .noRepository(directory, ignored: names)
      }
      throw .repositoryRefused(directory, result)
    }
    guard let layout = layout(lines) else {
      throw .gitUnreadable(
        "rev-parse", "expected 10 lines without line feeds in any path, found \(lines.count)")
    }
    return layout
  }

  private static func layout(_ lines: [Substring]) -> RepositoryLayout? {
    let lines = lines.map(String.init)
    guard lines.count == 10, let format = ObjectFormat(rawValue: lines[2]) else { return nil }
    return RepositoryLayout(
      topLevel: lines[8], gitFolder: lines[4], commonFolder: lines[5], hooksFolder: lines[6],
      indexFile: lines[7],
      prefix: lines[9], objectFormat: format, isShallow: lines[3] == "true", isSparse: false)
  }
}
