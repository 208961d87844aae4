import Core
import FileStore
import GitRepository
import Runner

/// A repository with one of the deliberate bugs of `Mutant`.
struct BentRepository: Repository {
  let sound: any Repository
  let world: World
  let process: SimulatedProcess
  let bug: Mutant

  var layout: RepositoryLayout { sound.layout }
  func identities() throws(Fault) -> Identities { try sound.identities() }
  func head() throws(Fault) -> HeadState { try sound.head() }
  func operationUnderWay() -> String? { sound.operationUnderWay() }
  func unwritableFolder() -> String? { sound.unwritableFolder() }
  func checkedOutElsewhere(_ ref: String) throws(Fault) -> String? { try sound.checkedOutElsewhere(ref) }
  func attributes(of paths: [String], at commit: GitID?) throws(Fault) -> [String: [TargetAttribute]] {
    try sound.attributes(of: paths, at: commit)
  }
  func contents(_ ids: [GitID], limitBytes: Int) throws(Fault) -> [GitID: [UInt8]] {
    try sound.contents(ids, limitBytes: limitBytes)
  }
  func keepLargeFiles(of commit: GitID, from source: (Digest) -> String) throws(Fault) {
    try sound.keepLargeFiles(of: commit, from: source)
  }
  func refreshLargeFiles(_ paths: [String], token: PrivateToken) {
    sound.refreshLargeFiles(paths, token: token)
  }
  func ignored(among paths: [String]) throws(Fault) -> Set<String> { try sound.ignored(among: paths) }
  func hooksPresent() -> [PresentHook] { sound.hooksPresent() }
  func signing() throws(Fault) -> Signing { try sound.signing() }
  func obstacles(
    to paths: [String], at commit: GitID?, inWorkingTree: Bool
  ) throws(Fault) -> [String: Obstacle] {
    try sound.obstacles(to: paths, at: commit, inWorkingTree: inWorkingTree)
  }
  func isBranchName(_ name: String) throws(Fault) -> Bool { try sound.isBranchName(name) }
  func tip(of ref: String) throws(Fault) -> GitID? { try sound.tip(of: ref) }
  func isAncestor(_ commit: GitID, of other: GitID) throws(Fault) -> Bool {
    try sound.isAncestor(commit, of: other)
  }
  func entries(at commit: GitID, _ paths: [String]) throws(Fault) -> [String: TreeEntry] {
    try sound.entries(at: commit, paths)
  }
  func children(of folder: String, at commit: GitID) throws(Fault) -> [String] {
    try sound.children(of: folder, at: commit)
  }
  func blobs(_ ids: [GitID], limitBytes: Int) throws(Fault) -> [GitID: [UInt8]] {
    try sound.blobs(ids, limitBytes: limitBytes)
  }
  func status(of paths: [String], at commit: GitID?) throws(Fault) -> [String: PathStatus] {
    try sound.status(of: paths, at: commit)
  }
  func commitBytes(_ id: GitID) throws(Fault) -> [UInt8]? { try sound.commitBytes(id) }
  func changes(of commit: GitID) throws(Fault) -> [TreeChange] { try sound.changes(of: commit) }

  func build(_ draft: CommitDraft, scratch: String, token: PrivateToken) throws(Fault) -> BuildOutcome {
    let outcome = try sound.build(draft, scratch: scratch, token: token)
    if bug == .swapBeforeIntent, case .built(let commit) = outcome {
      _ = try sound.compareAndSwap(
        world.git.head, from: draft.parent, to: commit.id, committer: draft.committer, subject: "too early")
    }
    return outcome
  }
  func writeCommit(_ bytes: [UInt8]) throws(Fault) -> GitID { try sound.writeCommit(bytes) }
  func compareAndSwap(
    _ ref: String, from old: GitID?, to new: GitID, committer: String, subject: String
  ) throws(Fault) -> SwapOutcome {
    switch bug {
    case .confirmWithoutSwap: return .swapped
    case .swapWithoutComparing:
      let now = try sound.tip(of: ref)
      return try sound.compareAndSwap(ref, from: now, to: new, committer: committer, subject: subject)
    default: return try sound.compareAndSwap(ref, from: old, to: new, committer: committer, subject: subject)
    }
  }
  func syncRef(_ ref: String) throws(Fault) { try sound.syncRef(ref) }
  func clearRefLocks(_ ref: String, holding new: GitID) throws(Fault) -> LockFile? {
    try sound.clearRefLocks(ref, holding: new)
  }
  func holdIndex(
    for changes: [TreeChange], token: PrivateToken, patience: Duration
  ) throws(Fault) -> IndexOutcome {
    try sound.holdIndex(for: changes, token: token, patience: patience)
  }
  func publishIndex(token: PrivateToken) throws(Fault) {
    if bug == .stagedForgotten { world.git.indexLock?.index["notes/staged.txt"] = nil }
    if bug != .indexLeftLocked { try sound.publishIndex(token: token) }
  }
  func lastChange(of path: String, from tip: GitID) throws(Fault) -> (commit: GitID, batch: String?)? {
    try sound.lastChange(of: path, from: tip)
  }
  func holdsIndex(token: PrivateToken) -> Bool { sound.holdsIndex(token: token) }
  func changesHeld(token: PrivateToken, at commit: GitID) throws(Fault) -> [TreeChange] {
    try sound.changesHeld(token: token, at: commit)
  }
  func releaseIndex(token: PrivateToken) { sound.releaseIndex(token: token) }
  func commits(withLines lines: [String], from ref: String) throws(Fault) -> [FoundCommit] {
    let found = bug == .landedCommitNotFound ? [] : try sound.commits(withLines: lines, from: ref)
    guard bug == .reflogBelieved, found.isEmpty else { return found }
    let line = world.git.reflog.last { line in
      let message = world.git.message(of: line.new).split(separator: "\n").map(String.init)
      return lines.allSatisfy(message.contains)
    }
    return line.map { [FoundCommit(id: $0.new, place: .reflog)] } ?? []
  }
}
