import Core
import FileStore
import Runner

/// A git repository as values: commits with flat trees, refs, a reflog, the index and its locks.
struct GitModel {
  struct Commit {
    var bytes: [UInt8]
    var parent: GitID?
    var tree: [String: GitID]
  }

  struct IndexLock {
    /// Nil for one that the user left or holds.
    var token: PrivateToken?
    var index: [String: GitID]
    /// The process of ours that took it last.
    var holder: Int32?
  }

  var commits: [GitID: Commit] = [:]
  /// Commits that were ever made, collected ones too.
  private(set) var written: Set<GitID> = []
  var blobs: [GitID: Digest] = [:]
  var refs: [String: GitID] = [:]
  var head = "refs/heads/main"
  /// Lines of all reflogs: from where to where.
  var reflog: [(old: GitID?, new: GitID)] = []
  /// Commits where a ref has been.
  private(set) var reached: Set<GitID> = []
  var index: [String: GitID] = [:]
  var indexLock: IndexLock?
  /// Lock files of refs, with their bytes.
  var refLocks: [String: String] = [:]
  var moves = 0

  var tip: GitID? { refs[head] }

  static func id(_ bytes: some Sequence<UInt8>) -> GitID {
    guard let id = GitID(Digest.sha256(bytes).hex.prefix(40)) else {
      preconditionFailure("40 hexadecimal digits are an id.")
    }
    return id
  }

  mutating func blob(_ digest: Digest) -> GitID {
    guard let id = GitID(digest.hex.prefix(40)) else {
      preconditionFailure("40 hexadecimal digits are an id.")
    }
    blobs[id] = digest
    return id
  }

  static func treeID(_ tree: [String: GitID]) -> GitID {
    id(tree.sorted { $0.key < $1.key }.map { "\($0.key)\t\($0.value)\n" }.joined().utf8)
  }

  mutating func write(_ bytes: [UInt8], parent: GitID?, tree: [String: GitID]) -> GitID {
    let id = Self.id(bytes)
    commits[id] = Commit(bytes: bytes, parent: parent, tree: tree)
    written.insert(id)
    return id
  }

  /// Makes a commit as a user does: of the index given, with a message of its own.
  mutating func userCommit(parent: GitID?, tree: [String: GitID], message: String) -> GitID {
    moves += 1
    var text = "tree \(Self.treeID(tree))\n"
    if let parent { text += "parent \(parent)\n" }
    text +=
      "author U <u@example.com> \(moves) +0000\ncommitter U <u@example.com> \(moves) +0000\n\n\(message)\n"
    return write(Array(text.utf8), parent: parent, tree: tree)
  }

  mutating func move(_ ref: String, to id: GitID) {
    reflog.append((refs[ref], id))
    refs[ref] = id
    reached.insert(id)
  }

  /// Whether a commit is or has been in the history of a ref.
  func hasBeenReached(_ id: GitID) -> Bool { reached.contains { isAncestor(id, of: $0) } }

  func isAncestor(_ commit: GitID, of other: GitID) -> Bool {
    var next: GitID? = other
    while let id = next {
      if id == commit { return true }
      next = commits[id]?.parent
    }
    return false
  }

  func message(of id: GitID) -> String {
    guard let bytes = commits[id]?.bytes else { return "" }
    let text = String(decoding: bytes, as: UTF8.self)
    guard let gap = text.firstRange(of: "\n\n") else { return "" }
    return String(text[gap.upperBound...])
  }

  /// Everything that a ref or the reflog leads to.
  var known: Set<GitID> {
    var found: Set<GitID> = []
    for start in Array(refs.values) + reflog.map(\.new) {
      var next: GitID? = start
      while let id = next, found.insert(id).inserted { next = commits[id]?.parent }
    }
    return found
  }
}
