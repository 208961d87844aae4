import BatchModel
import Core
import Files
import GitRepository

/// What a command says of where it works: its options, the environment and the working directory.
public struct ProjectAddress: Sendable {
  /// Absolute: what `--repo` names, or the working directory.
  public var directory: String
  /// Whether `--repo` named the directory.
  public var isNamed: Bool
  public var environment: [String: String]
  private let option: String?

  public init(
    directory: String, isNamed: Bool = false, ledger: String? = nil, environment: [String: String]
  ) {
    self.directory = directory
    self.isNamed = isNamed
    self.environment = environment
    option = ledger
  }

  /// What `--ledger` names, or `LEDGERCTL_LEDGER`; an empty text names nothing.
  public var ledger: String? {
    [option, environment["LEDGERCTL_LEDGER"]].compactMap { $0 }.first { !$0.isEmpty }
  }
}

extension Project {
  /// Finds the project at an address without asking git; nil where it has no ledger yet.
  ///
  /// The search goes no higher than the nearest repository's top. A named ledger in a working tree belongs to that
  /// repository, one elsewhere to the repository that first used it. To act in a ledger of another repository than the
  /// one around the directory is refused (78); `acting` says that something is to be done there.
  public static func find(_ address: ProjectAddress, acting: Bool = false) throws(Fault) -> ProjectLayout? {
    try Configuration.refuseUnknownVariables(address.environment)
    let start = try ProjectPath.resolved(address.directory)
    let tree = SurroundingTree.around(start)
    if let named = address.ledger {
      let holder = try ProjectLayout.holder(named: named, from: address.directory)
      let layout = try layout(holder, tree, acting: acting || address.isNamed, address.environment)
      try layout.refuseLinks()
      return layout
    }
    guard let tree, tree.isLinked else {
      return try ProjectLayout.find(
        from: start, named: nil, worktree: tree.map { .init(top: $0.top, mainTop: $0.top) })
    }
    for shared in tree.sharedTops {
      if let found = try ProjectLayout.find(
        from: start, named: nil, worktree: .init(top: tree.top, mainTop: shared))
      {
        return found.outside(of: tree)
      }
    }
    return nil
  }

  /// The project at an address, with the ledger that it has or would be given; asks git where there is none yet.
  public static func place(
    _ address: ProjectAddress
  ) throws(Fault) -> (layout: ProjectLayout, hasLedger: Bool) {
    if let layout = try find(address, acting: true) { return (layout, true) }
    let repository = try GitRepository.discover(from: address.directory, environment: address.environment)
    let top = repository.layout.topLevel
    guard let tree = SurroundingTree.around(try ProjectPath.resolved(address.directory)), tree.isLinked else {
      return (ProjectLayout(root: top, in: top), false)
    }
    return (ProjectLayout(root: top, in: tree.topForLedger).outside(of: tree), false)
  }

  /// Lays out the project of the ledger in a folder, seen from a working tree.
  private static func layout(
    _ holder: String, _ tree: SurroundingTree?, acting: Bool, _ environment: [String: String]
  ) throws(Fault) -> ProjectLayout {
    var home = SurroundingTree.around(holder)
    if let found = home, ProjectPath.components(of: holder, below: found.gitFolder) != nil { home = nil }
    guard let tree else { return ProjectLayout(root: holder, in: holder) }
    guard let home else {
      let layout = ProjectLayout(root: tree.top, in: holder).outside(of: tree)
      if acting, let other = LedgerClaim.other(than: tree.commonFolder, on: layout.ledgerFolder),
        try !SharedHistory.exists(tree.commonFolder, other, environment: environment)
      {
        throw .ledgerOfAnother(layout.ledgerFolder, project: other.workingPath, repository: tree.top)
      }
      return layout
    }
    if home.commonFolder == tree.commonFolder {
      let below = ProjectPath.components(of: holder, below: home.top) ?? []
      return ProjectLayout(root: ProjectPath.appending(below, to: tree.top), in: holder)
    }
    guard acting else { return ProjectLayout(root: holder, in: holder) }
    throw .ledgerOfAnother(holder, project: home.top, repository: tree.top)
  }
}

extension String {
  /// The folder that a repository's git folder is known by: the one that holds `.git`, or a bare one itself.
  fileprivate var workingPath: String { hasSuffix("/.git") ? ProjectPath.parent(of: self) : self }
}

extension ProjectLayout {
  fileprivate init(root: String, in holder: String) {
    self.init(root: root, ledgerFolder: ProjectPath.appending([Self.folderName], to: holder))
  }

  /// The same, marked as the repository's where the ledger lies in none of its working trees.
  fileprivate func outside(of tree: SurroundingTree) -> ProjectLayout {
    let holder = ProjectPath.parent(of: ledgerFolder)
    let home = SurroundingTree.around(holder)
    let isOutside =
      home?.commonFolder != tree.commonFolder
      || ProjectPath.components(of: holder, below: tree.commonFolder) != nil
    return ProjectLayout(
      root: root, ledgerFolder: ledgerFolder, outsideOf: isOutside ? tree.commonFolder : nil)
  }
}

/// Whether two repositories are of one project: clones have their first commits in common.
enum SharedHistory {
  static func exists(
    _ one: String, _ other: String, environment: [String: String]
  ) throws(Fault) -> Bool {
    let git = try GitProgram(directory: "/", environment: environment)
    func firstCommits(_ folder: String) throws(Fault) -> Set<String> {
      let result = try git.run(
        ["rev-list", "--max-parents=0", "--all"],
        .init(answers: [0, 128], variables: ["GIT_DIR": folder], timeout: .seconds(30)))
      return Set(result.lines.map(String.init))
    }
    return try !firstCommits(one).isDisjoint(with: firstCommits(other))
  }
}
