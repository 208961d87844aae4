import BatchModel
import Core
import Files
import GitRepository
import Ledger

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Where a project's things are: its root, the ledger's folder, and what lies in there.
///
/// The project root is the folder that holds `.ledger/`, with two exceptions. In a linked git worktree the ledger
/// is the main worktree's, and the root is the same sub-folder of the linked one, so that targets land where the
/// user works. A ledger outside of the working tree works in the repository around the working directory.
public struct ProjectLayout: Hashable, Sendable {
  /// The name of the ledger's folder in the project root.
  public static let folderName = LedgerFolder.name

  /// Absolute path that targets are relative to.
  public let root: String
  /// Absolute path of `.ledger`.
  public let ledgerFolder: String
  /// The repository that a ledger outside of its working trees works for: the git folder its worktrees share.
  let outsideOf: String?

  init(root: String, ledgerFolder: String, outsideOf: String? = nil) {
    self.root = root
    self.ledgerFolder = ledgerFolder
    self.outsideOf = outsideOf
  }

  public var ledgerDatabase: String { ledgerFolder + "/ledger.db" }
  public var objects: String { ledgerFolder + "/objects" }
  public var locks: String { ledgerFolder + "/locks" }
  public var temporary: String { ledgerFolder + "/tmp" }
  public var head: String { ledgerFolder + "/head" }
  public var ledgerLock: String { locks + "/ledger.lock" }
  /// `ledger.yaml` in the project's root; a linked worktree without one has the one beside the shared ledger.
  public var configuration: String {
    let own = ProjectPath.appending(["ledger.yaml"], to: root)
    if outsideOf != nil || ProjectPath.kind(of: own) != nil { return own }
    return ProjectPath.appending(["ledger.yaml"], to: ProjectPath.parent(of: ledgerFolder))
  }

  /// Files in the root that look like the configuration and are not read, each in words for the user.
  public var unreadConfigurations: [String] {
    let names = ["ledger.yml", "Ledger.yaml", "Ledger.yml", ".ledger.yaml", ".ledger.yml"]
    let own = FileFacts(at: configuration)
    return names.map { ProjectPath.appending([$0], to: root) }.filter { path in
      let found = FileFacts(at: path)
      return (found.kind == .file || found.kind == .link) && !found.isSameFile(as: own)
    }.map { "\"\($0)\" is not read: the configuration is \"ledger.yaml\"." }
  }

  /// The lock of a batch; its name is a digest, so that no id can become a path and ids equal but for case
  /// differ.
  public func batchLock(_ batch: BatchID) -> String {
    "\(locks)/b-\(Digest.sha256(batch.text.utf8)).lock"
  }

  /// A git working tree a command was started in, as git reports it.
  public struct GitWorktree: Hashable, Sendable {
    /// Top folder of the working tree; the search for `.ledger` goes no higher.
    public var top: String
    /// Top folder of the main working tree; the same as `top` unless this is a linked one.
    public var mainTop: String

    public init(top: String, mainTop: String) {
      self.top = top
      self.mainTop = mainTop
    }
  }

  /// Finds the project a command works on; nil where no folder on the way up holds a ledger.
  ///
  /// - Parameters:
  ///   - workingDirectory: where the search starts.
  ///   - named: what `--ledger` or `LEDGERCTL_LEDGER` says: the project root, or `.ledger` itself; then nothing
  ///     is searched, and a ledger that isn't there is a fault (78).
  ///   - worktree: the git working tree around `workingDirectory`, if any.
  /// - Throws: a fault (78) where `.ledger` is a symbolic link, or holds one.
  public static func find(
    from workingDirectory: String, named: String?, worktree: GitWorktree?
  ) throws(Fault) -> ProjectLayout? {
    let tree = try worktree.map { given throws(Fault) in
      GitWorktree(
        top: try ProjectPath.resolved(given.top), mainTop: try ProjectPath.resolved(given.mainTop))
    }
    if let named { return try layout(try holder(named: named, from: workingDirectory), tree) }
    let start = try ProjectPath.resolved(workingDirectory)
    if let holder = try holder(from: start, upTo: tree?.top) { return try layout(holder, tree) }
    guard let tree, tree.top != tree.mainTop,
      let below = ProjectPath.components(of: start, below: tree.top)
    else { return nil }
    let counterpart = ProjectPath.appending(below, to: tree.mainTop)
    return try holder(from: counterpart, upTo: tree.mainTop).map { found throws(Fault) in
      try layout(found, tree)
    }
  }

  /// The folder, resolved, whose `.ledger` is named by itself or by its `.ledger`; 78 where there is none.
  static func holder(named: String, from workingDirectory: String) throws(Fault) -> String {
    let path = named.hasPrefix("/") ? named : workingDirectory + "/" + named
    let parts = path.split(separator: "/")
    // Only the text tells that `.ledger` itself is meant: it must not be followed if it is a link.
    let holder = "/" + (parts.last == folderName[...] ? parts.dropLast() : parts[...]).joined(separator: "/")
    guard ProjectPath.exists(holder) else { throw .ledgerNotFound(holder) }
    let folder = try ProjectPath.resolved(holder)
    guard try holds(folder) else { throw .ledgerNotFound(folder) }
    return folder
  }

  /// Lays out the project whose ledger lies in `holder`, seen from a working tree.
  private static func layout(_ holder: String, _ tree: GitWorktree?) throws(Fault) -> ProjectLayout {
    var root = holder
    if let tree, tree.top != tree.mainTop, ProjectPath.components(of: holder, below: tree.top) == nil,
      let below = ProjectPath.components(of: holder, below: tree.mainTop)
    {
      root = ProjectPath.appending(below, to: tree.top)
    }
    let layout = ProjectLayout(root: root, ledgerFolder: ProjectPath.appending([folderName], to: holder))
    try layout.refuseLinks()
    return layout
  }

  private static func holder(from start: String, upTo ceiling: String?) throws(Fault) -> String? {
    var folder = start
    while true {
      if try holds(folder) { return folder }
      if folder == ceiling || folder == "/" { return nil }
      folder = ProjectPath.parent(of: folder)
    }
  }

  /// Tells whether a folder holds `.ledger`. A plain file of that name is not ours and is ignored.
  private static func holds(_ folder: String) throws(Fault) -> Bool {
    let path = ProjectPath.appending([folderName], to: folder)
    guard let kind = ProjectPath.kind(of: path) else { return false }
    if kind == .link { throw .ledgerEntryRefused(path, expected: .folder, found: .link) }
    return kind == .folder
  }

  /// Refuses a ledger in which a name of ours is a symbolic link or of another kind than it must be.
  ///
  /// Whoever opens one of these files afterwards still passes O_NOFOLLOW; this names the culprit beforehand.
  public func refuseLinks() throws(Fault) {
    guard ledgerFolder.utf8.count <= ProjectPath.longestLedgerFolder else {
      throw .pathUnusable(
        ledgerFolder,
        found: "\(ledgerFolder.utf8.count) bytes, of which \(ProjectPath.longestLedgerFolder) can be used")
    }
    for path in [ledgerFolder, objects, locks, temporary] { try refuse(path, unless: .folder) }
    for suffix in ["", "-wal", "-shm", "-journal"] { try refuse(ledgerDatabase + suffix, unless: .regular) }
    for name in ["head", ".gitignore", LedgerClaim.fileName] {
      try refuse(ledgerFolder + "/" + name, unless: .regular)
    }
    let names: [String]
    do throws(FileError) {
      names = try OpenFile.open(locks, O_RDONLY | O_DIRECTORY | O_NOFOLLOW).names()
    } catch {
      if error.number == ENOENT { return }
      throw .file("open", locks, error)
    }
    for name in names { try refuse(locks + "/" + name, unless: .regular) }
  }

  private func refuse(_ path: String, unless expected: FileKind) throws(Fault) {
    guard let found = ProjectPath.kind(of: path), found != expected else { return }
    throw .ledgerEntryRefused(path, expected: expected, found: found)
  }
}
