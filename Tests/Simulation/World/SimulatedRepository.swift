import Core
import FileStore
import Files
import GitRepository
import Runner

/// The world's repository, as one process reaches it.
struct SimulatedRepository: Repository {
  let world: World
  let process: SimulatedProcess

  var layout: RepositoryLayout {
    RepositoryLayout(
      topLevel: "/root", gitFolder: "/root/.git", commonFolder: "/root/.git", hooksFolder: "/root/.git/hooks",
      indexFile: "/root/.git/index", prefix: world.prefix, objectFormat: .sha1, isShallow: false,
      isSparse: false)
  }

  func perform<Value>(
    _ name: String, at site: FaultPlan.Site = .repository, _ effect: () throws(Fault) -> Value
  ) throws(Fault) -> Value {
    try world.performNow(site, name, by: process, effect)
  }

  // MARK: Before any work

  func identities() throws(Fault) -> Identities {
    try perform("identities") { () throws(Fault) in
      Identities(author: "A <a@example.com>", committer: "A <a@example.com>")
    }
  }

  func head() throws(Fault) -> HeadState {
    try perform("head") { () throws(Fault) in .branch(ref: world.git.head, tip: world.git.tip) }
  }

  func operationUnderWay() -> String? { world.merge }
  func unwritableFolder() -> String? { nil }
  func checkedOutElsewhere(_ ref: String) throws(Fault) -> String? {
    try perform("elsewhere") { () throws(Fault) in world.checkedOutElsewhere == ref ? "/elsewhere" : nil }
  }
  func attributes(of paths: [String], at commit: GitID?) throws(Fault) -> [String: [TargetAttribute]] { [:] }
  func contents(_ ids: [GitID], limitBytes: Int) throws(Fault) -> [GitID: [UInt8]] {
    try blobs(ids, limitBytes: limitBytes)
  }
  func keepLargeFiles(of commit: GitID, from source: (Digest) -> String) throws(Fault) {}
  func refreshLargeFiles(_ paths: [String], token: PrivateToken) {}
  func ignored(among paths: [String]) throws(Fault) -> Set<String> { [] }
  func hooksPresent() -> [PresentHook] { [] }
  func signing() throws(Fault) -> Signing { throw .git(.inputOutput) }
  func obstacles(
    to paths: [String], at commit: GitID?, inWorkingTree: Bool
  ) throws(Fault) -> [String: Obstacle] {
    try perform("obstacles") { () throws(Fault) in
      var found: [String: Obstacle] = [:]
      for path in paths {
        let folder = Disk.folders(above: path).first { folder in
          world.disk.files[folder] != nil || commit.flatMap { world.git.commits[$0]?.tree[folder] } != nil
        }
        if let folder { found[path] = Obstacle(path: folder, kind: .file) }
      }
      return found
    }
  }
  func isBranchName(_ name: String) throws(Fault) -> Bool { true }

  // MARK: Reading

  func tip(of ref: String) throws(Fault) -> GitID? {
    try perform("tip \(ref)") { () throws(Fault) in world.git.refs[ref] }
  }

  func isAncestor(_ commit: GitID, of other: GitID) throws(Fault) -> Bool {
    try perform("is-ancestor") { () throws(Fault) in world.git.isAncestor(commit, of: other) }
  }

  func entries(at commit: GitID, _ paths: [String]) throws(Fault) -> [String: TreeEntry] {
    try perform("entries") { () throws(Fault) in
      let tree = world.git.commits[commit]?.tree ?? [:]
      var found: [String: TreeEntry] = [:]
      for path in paths { found[path] = tree[path].map(Self.entry) }
      return found
    }
  }

  func children(of folder: String, at commit: GitID) throws(Fault) -> [String] {
    try perform("children") { () throws(Fault) in
      let start = folder.isEmpty || folder.hasSuffix("/") ? folder : folder + "/"
      let names = (world.git.commits[commit]?.tree ?? [:]).keys.filter { $0.hasPrefix(start) }
        .compactMap { $0.dropFirst(start.count).split(separator: "/").first.map(String.init) }
      return Set(names).sorted()
    }
  }

  func blobs(_ ids: [GitID], limitBytes: Int) throws(Fault) -> [GitID: [UInt8]] {
    try perform("blobs") { () throws(Fault) in
      var found: [GitID: [UInt8]] = [:]
      for id in ids { found[id] = world.git.blobs[id].flatMap { world.disk.contents[$0] } }
      return found
    }
  }

  func status(of paths: [String], at commit: GitID?) throws(Fault) -> [String: PathStatus] {
    try perform("status") { () throws(Fault) in
      let tree = commit.flatMap { world.git.commits[$0]?.tree } ?? [:]
      var found: [String: PathStatus] = [:]
      for path in paths {
        let file = world.disk.files[path].flatMap { GitID($0.digest.hex.prefix(40)) }
        found[path] = PathStatus(
          tip: tree[path].map(Self.entry),
          staged: world.git.index[path].map { .entry(Self.entry($0)) } ?? .absent,
          working: file.map { .file(id: $0) } ?? .absent,
          workingMatchesTip: file != nil && file == tree[path],
          workingMatchesIndex: file != nil && file == world.git.index[path]
        )
      }
      return found
    }
  }

  func commitBytes(_ id: GitID) throws(Fault) -> [UInt8]? {
    try perform("commit bytes") { () throws(Fault) in world.git.commits[id]?.bytes }
  }

  func changes(of commit: GitID) throws(Fault) -> [TreeChange] {
    try perform("changes") { () throws(Fault) in
      guard let found = world.git.commits[commit] else { throw .git(.inputOutput) }
      return Self.changes(from: found.parent.flatMap { world.git.commits[$0]?.tree } ?? [:], to: found.tree)
    }
  }

  func lastChange(of path: String, from tip: GitID) throws(Fault) -> (commit: GitID, batch: String?)? {
    try perform("last change \(path)") { () throws(Fault) in
      var next: GitID? = tip
      while let id = next, let commit = world.git.commits[id] {
        let before = commit.parent.flatMap { world.git.commits[$0]?.tree } ?? [:]
        if Self.changes(from: before, to: commit.tree).contains(where: { "\($0.path)/".hasPrefix("\(path)/") }
        ) {
          let trailer = "Ledger-Batch: "
          let line = world.git.message(of: id).split(separator: "\n").first { $0.hasPrefix(trailer) }
          return (id, line.map { String($0.dropFirst(trailer.count)) })
        }
        next = commit.parent
      }
      return nil
    }
  }

  func commits(withLines lines: [String], from ref: String) throws(Fault) -> [FoundCommit] {
    try perform("search") { () throws(Fault) in
      let git = world.git
      let matching = git.known.filter { id in
        let message = git.message(of: id).split(separator: "\n").map(String.init)
        return lines.allSatisfy(message.contains)
      }
      let found = matching.compactMap { id in
        if let tip = git.refs[ref], git.isAncestor(id, of: tip) {
          return FoundCommit(id: id, place: .history)
        }
        if let other = git.refs.sorted(by: { $0.key < $1.key }).first(where: {
          git.isAncestor(id, of: $0.value)
        }) {
          return FoundCommit(id: id, place: .ref(other.key))
        }
        // A line of a git that was killed before it moved the ref leads nowhere.
        return git.reflog.contains { $0.old == id } ? FoundCommit(id: id, place: .reflog) : nil
      }
      return found.sorted { (Self.rank($0), $0.id.text) < (Self.rank($1), $1.id.text) }
    }
  }

  private static func rank(_ found: FoundCommit) -> Int {
    switch found.place {
    case .history: 0
    case .ref: 1
    case .reflog: 2
    }
  }

  static func entry(_ id: GitID) -> TreeEntry { TreeEntry(mode: "100644", id: id) }

  static func changes(from old: [String: GitID], to new: [String: GitID]) -> [TreeChange] {
    Set(old.keys).union(new.keys).sorted().filter { old[$0] != new[$0] }.map { path in
      TreeChange(path: path, old: old[path].map(entry), new: new[path].map(entry))
    }
  }
}
