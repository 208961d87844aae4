import Core

/// What HEAD says.
package enum HeadState: Hashable, Sendable {
  /// On a branch, such as `refs/heads/main`; `tip` is nil before its first commit.
  case branch(ref: String, tip: GitID?)
  case detached(GitID)

  /// The commit that is checked out; nil on a branch before its first.
  package var commit: GitID? {
    switch self {
    case .branch(_, let tip): tip
    case .detached(let commit): commit
    }
  }
}

/// An entry of a tree or of the index.
package struct TreeEntry: Hashable, Sendable {
  /// Octal as git writes it: `100644` a file, `100755` an executable one, `120000` a link, `160000` a
  /// submodule, `040000` a folder.
  package var mode: String
  package var id: GitID

  package init(mode: String, id: GitID) {
    self.mode = mode
    self.id = id
  }
}

/// What a commit did to a path.
package struct TreeChange: Hashable, Sendable {
  package var path: String
  /// nil where the path is new.
  package var old: TreeEntry?
  /// nil where the path is removed.
  package var new: TreeEntry?

  package init(path: String, old: TreeEntry?, new: TreeEntry?) {
    self.path = path
    self.old = old
    self.new = new
  }
}

/// The status of a path in tip, index and working tree.
package struct PathStatus: Hashable, Sendable {
  package enum Working: Hashable, Sendable {
    case absent
    /// A regular file; `id` is the blob that its bytes make as they are.
    case file(id: GitID)
    case folder
    /// A link, device, FIFO or socket.
    case special
  }

  /// What the user's index holds of a path.
  package enum Staged: Hashable, Sendable {
    case absent
    case entry(TreeEntry)
    /// In a merge conflict.
    case conflicted

    /// What is staged, outside of a conflict.
    package var entry: TreeEntry? {
      if case .entry(let entry) = self { entry } else { nil }
    }
  }

  package var tip: TreeEntry?
  package var staged: Staged
  package var working: Working
  /// The working file holds what the tip holds, after the conversion of line ends that git does on its own and
  /// that of Git LFS.
  package var workingMatchesTip: Bool
  /// The same of what is staged.
  package var workingMatchesIndex: Bool
  /// What the tip holds, where it is a pointer of Git LFS.
  package var pointer: LargeFilePointer?

  package init(
    tip: TreeEntry?, staged: Staged, working: Working, workingMatchesTip: Bool,
    workingMatchesIndex: Bool, pointer: LargeFilePointer? = nil
  ) {
    self.tip = tip
    self.staged = staged
    self.working = working
    self.workingMatchesTip = workingMatchesTip
    self.workingMatchesIndex = workingMatchesIndex
    self.pointer = pointer
  }

  /// Tracked at the tip, and neither staged nor working file differ from it.
  package var isUnmodified: Bool {
    guard let tip else { return false }
    return staged == .entry(tip) && workingMatchesTip
  }

  /// Nothing is at the path: not at the tip, not staged, not in the working tree.
  package var isAbsent: Bool { tip == nil && staged == .absent && working == .absent }
}

/// A hook of the user's that has to do with commits.
package struct PresentHook: Hashable, Sendable {
  /// `pre-commit`, or `hook.lint` for one that is made by configuration.
  package var name: String
  /// git passes over a hook file that is not.
  package var isExecutable: Bool

  package init(name: String, isExecutable: Bool = true) {
    self.name = name
    self.isExecutable = isExecutable
  }

  /// A commit for which the user's hooks are asked for runs it.
  package var runsWhereAsked: Bool {
    ["pre-commit", "prepare-commit-msg", "commit-msg"].contains(name) || name.hasPrefix("hook.")
  }
}

/// A git attribute of a target that makes git's bytes differ from those in the working tree.
package enum TargetAttribute: Hashable, Sendable {
  /// A clean filter of the user's.
  case filter(String)
  /// Git LFS keeps the bytes, and the commit holds a pointer to them.
  case lfs
  /// The same, but a program of the user's changes the bytes before.
  case lfsExtension(String)
  case ident
  case encoding(String)
  /// Line ends are converted, whatever is in the file: harmless for bytes without CR LF, see
  /// `TargetAttribute.changes`.
  case text

  /// Whether git would store other bytes than these, so that the path would show as modified for ever.
  package func changes(_ bytes: [UInt8]) -> Bool {
    switch self {
    case .lfs: return false
    case .filter, .lfsExtension, .ident, .encoding: return true
    case .text: break
    }
    return zip(bytes, bytes.dropFirst()).contains { $0 == UInt8(ascii: "\r") && $1 == UInt8(ascii: "\n") }
  }
}

/// A file to commit: its path in the repository, and where its bytes are.
package struct CommitFile: Hashable, Sendable {
  package var path: String
  /// Absolute path of the file whose bytes are taken as they are.
  package var source: String
  /// Git LFS keeps the bytes, and the commit holds a pointer.
  package var isLarge: Bool

  package init(path: String, source: String, isLarge: Bool = false) {
    self.path = path
    self.source = source
    self.isLarge = isLarge
  }
}

/// Everything a commit is made of. The same draft always makes the same commit.
package struct CommitDraft: Hashable, Sendable {
  /// nil for the first commit of a repository.
  package var parent: GitID?
  package var files: [CommitFile]
  /// Paths that leave; one that isn't there is no error.
  package var removing: [String]
  /// Paths that get an entry which the repository has already.
  package var restoring: [String: TreeEntry] = [:]
  package var message: String
  /// `Name <mail>`
  package var author: String
  package var committer: String
  /// Milliseconds since 1970; a commit holds whole seconds.
  package var timeMs: Int64
  /// Runs the user's `pre-commit`, `prepare-commit-msg` and `commit-msg` hooks on it.
  package var runsHooks = false
  /// Signs it as the user's git is set up to; then every build makes another commit.
  package var signs = false

  package init(
    parent: GitID?, files: [CommitFile], removing: [String] = [], message: String, author: String,
    committer: String, timeMs: Int64
  ) {
    self.parent = parent
    self.files = files
    self.removing = removing
    self.message = message
    self.author = author
    self.committer = committer
    self.timeMs = timeMs
  }
}

/// A commit that is written to the object store, synced, and that no branch knows of yet.
package struct BuiltCommit: Hashable, Sendable {
  package var id: GitID
  package var tree: GitID
  /// The commit object, exactly.
  package var bytes: [UInt8]
  package var changes: [TreeChange]

  package init(id: GitID, tree: GitID, bytes: [UInt8], changes: [TreeChange]) {
    self.id = id
    self.tree = tree
    self.bytes = bytes
    self.changes = changes
  }
}

package enum BuildOutcome: Hashable, Sendable {
  case built(BuiltCommit)
  /// The parent holds exactly these files already.
  case unchanged(tree: GitID)
}

/// What became of a compare and swap of a branch.
package enum SwapOutcome: Hashable, Sendable {
  case swapped
  /// The branch already was at the new commit.
  case alreadyThere
  /// The branch is somewhere else: at another commit, or gone.
  case moved(to: GitID?)
  /// A lock file is in the way.
  case locked(LockFile)
}

/// A lock file of git's that someone left or holds.
package struct LockFile: Hashable, Sendable {
  package var path: String
  package var sizeBytes: Int64
  /// Provably made by us: the same inode as our file, or our bytes.
  package var isOurs: Bool

  package init(path: String, sizeBytes: Int64, isOurs: Bool) {
    self.path = path
    self.sizeBytes = sizeBytes
    self.isOurs = isOurs
  }
}

/// What became of taking the user's index.
package enum IndexOutcome: Hashable, Sendable {
  /// `index.lock` is ours, and holds the finished new index.
  case held
  /// Someone else holds it.
  case locked(LockFile)
}

/// A commit of a batch that was found, and where.
package struct FoundCommit: Hashable, Sendable {
  package enum Place: Hashable, Sendable {
    /// In the history of the branch that was asked for.
    case history
    /// In the history of another ref.
    case ref(String)
    /// Only in a reflog.
    case reflog
  }

  package var id: GitID
  package var place: Place

  package init(id: GitID, place: Place) {
    self.id = id
    self.place = place
  }
}

/// Who a commit is by: `Name <mail>` each.
package struct Identities: Hashable, Sendable {
  package var author: String
  package var committer: String

  package init(author: String, committer: String) {
    self.author = author
    self.committer = committer
  }
}

/// What lies on the way to a path and keeps files from being put there.
package struct Obstacle: Hashable, Sendable {
  package enum Kind: Hashable, Sendable {
    /// A submodule, or a repository of its own.
    case repository
    case link
    /// A file where a folder must be.
    case file
    /// A folder where the file must be.
    case folder
    /// Something whose path differs only by case or accents, so that some file systems take both for one.
    case otherCase
  }

  /// The path of the obstacle, not of the target.
  package var path: String
  package var kind: Kind

  package init(path: String, kind: Kind) {
    self.path = path
    self.kind = kind
  }
}
