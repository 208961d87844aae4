import Core
import FileStore

/// A git repository as a batch sees it. All paths are relative to its top level, all refs are full, such as
/// `refs/heads/main`.
///
/// No call runs a program of the user's, but for `build` where the draft asks for hooks or a signature; none
/// changes what the user has staged. Calls wait for git, a few milliseconds each.
package protocol Repository: Sendable {
  var layout: RepositoryLayout { get }

  // MARK: Before any work

  /// Who commits here, from configuration and the identity variables of the environment; 78 where nobody is
  /// configured.
  func identities() throws(Fault) -> Identities
  /// Who would commit, and what is checked out.
  func standing() -> Standing
  func head() throws(Fault) -> HeadState
  /// A merge, rebase, cherry-pick, revert, bisect or am that waits to be finished.
  func operationUnderWay() -> String?
  /// The first folder git must write to and can't.
  func unwritableFolder() -> String?
  /// The other worktree that has the branch checked out.
  func checkedOutElsewhere(_ ref: String) throws(Fault) -> String?
  /// Attributes that a target's bytes depend on, as the working tree's rules say or those of a commit; paths
  /// without one are left out.
  func attributes(of paths: [String], at commit: GitID?) throws(Fault) -> [String: [TargetAttribute]]
  /// The file whose rule gives a path an attribute, as a user would name it; nil where that is not known.
  func attributeSource(
    _ attribute: TargetAttribute, of path: String, at commit: GitID?
  ) throws(Fault) -> String?
  /// Those of the paths that git ignores; a tracked path never is.
  func ignored(among paths: [String]) throws(Fault) -> Set<String>
  /// The user's hooks that have to do with commits.
  func hooksPresent() -> [PresentHook]
  /// How a commit would be signed; 78 where git's configuration can't sign.
  func signing() throws(Fault) -> Signing
  /// What keeps files from being put at paths: at a commit, and in the working tree and the index where it goes there;
  /// paths without obstacles are left out.
  func obstacles(
    to paths: [String], at commit: GitID?, inWorkingTree: Bool
  ) throws(Fault) -> [String: Obstacle]
  /// All that is to be known of paths as targets: what is ignored, attributes, obstacles and status.
  func targetFacts(
    of paths: [String], at commit: GitID?, inWorkingTree: Bool
  ) throws(Fault) -> TargetFacts
  /// Begins to ask what a survey of targets needs, which then waits for it; for whoever looks once, at things that
  /// nobody changes meanwhile.
  func askAhead(of paths: [String], folders: [String], at commit: GitID?, inWorkingTree: Bool)
  /// Whether `refs/heads/<name>` can be a branch.
  func isBranchName(_ name: String) throws(Fault) -> Bool

  // MARK: Reading

  /// The commit a ref points to; nil where there is no such ref.
  func tip(of ref: String) throws(Fault) -> GitID?
  /// Whether a commit is another's ancestor or the same; false for one that is not in the repository.
  func isAncestor(_ commit: GitID, of other: GitID) throws(Fault) -> Bool
  /// The entries at paths of a commit; paths without one are left out.
  func entries(at commit: GitID, _ paths: [String]) throws(Fault) -> [String: TreeEntry]
  /// Names directly below a folder of a commit's tree; none where there is no such folder.
  func children(of folder: String, at commit: GitID) throws(Fault) -> [String]
  /// Reads ahead what will be asked of a commit: the entries at paths and their folders, the names in folders.
  func lookAhead(at commit: GitID, paths: [String], folders: [String]) throws(Fault)
  /// The bytes of blobs; a blob that is missing or larger than the limit is left out.
  func blobs(_ ids: [GitID], limitBytes: Int) throws(Fault) -> [GitID: [UInt8]]
  /// The bytes of files with these blobs: where a blob is a pointer of Git LFS, those that it keeps. A file whose
  /// bytes are not here or more than the limit is left out.
  func contents(_ ids: [GitID], limitBytes: Int) throws(Fault) -> [GitID: [UInt8]]
  /// The status of paths compared to a commit.
  func status(of paths: [String], at commit: GitID?) throws(Fault) -> [String: PathStatus]
  /// The bytes of a commit object; nil where it is missing.
  func commitBytes(_ id: GitID) throws(Fault) -> [UInt8]?
  /// The newest commit from a tip on that changed a path, or anything below it, with the batch that its message names.
  func lastChange(of path: String, from tip: GitID) throws(Fault) -> (commit: GitID, batch: String?)?
  /// What a commit changed against its first parent.
  func changes(of commit: GitID) throws(Fault) -> [TreeChange]

  // MARK: Making a commit

  /// Writes blobs, trees and the commit, and syncs them. `scratch` is a folder for a private index; `token`
  /// tells concurrent builds apart. Idempotent, but for signatures.
  func build(_ draft: CommitDraft, scratch: String, token: PrivateToken) throws(Fault) -> BuildOutcome
  /// Writes recorded bytes of a commit again, and checks that everything it needs is there. Idempotent.
  func writeCommit(_ bytes: [UInt8]) throws(Fault) -> GitID
  /// Makes sure that Git LFS keeps what a commit's own pointers stand for; `source` is where those bytes are.
  /// Idempotent.
  func keepLargeFiles(of commit: GitID, from source: (Digest) -> String) throws(Fault)
  /// Moves a ref from one commit to another, or makes it where `old` is nil; only if it is still there.
  /// `committer` and `subject` go to the reflog.
  func compareAndSwap(
    _ ref: String, from old: GitID?, to new: GitID, committer: String, subject: String
  ) throws(Fault) -> SwapOutcome
  /// Makes a ref outlast a power cut: git syncs what its file holds, not its name.
  func syncRef(_ ref: String) throws(Fault)
  /// Removes a ref's lock files that hold our bytes; returns one that is left, because it isn't provably
  /// ours.
  func clearRefLocks(_ ref: String, holding new: GitID) throws(Fault) -> LockFile?

  // MARK: The user's index

  /// Takes `index.lock` with the finished new index in it: the user's index of this moment, with the changes
  /// made to those of their paths that still have the old entry, and everything else as the user staged it.
  ///
  /// A lock left by an earlier try with the same token is taken over, so runs that may be here at the same
  /// time must not share one; and one who gives up must call `releaseIndex`, or the lock stays. Waits for a
  /// foreign one as long as `patience`. HEAD can't be moved by others while the lock is held, so look at it
  /// afterwards.
  func holdIndex(
    for changes: [TreeChange], token: PrivateToken, patience: Duration
  ) throws(Fault) -> IndexOutcome
  /// Lets the user's index know of working files that were written again and hold what Git LFS keeps for them: git
  /// can't tell without its program. Without it the index is right too: nothing is done where it is locked.
  func refreshLargeFiles(_ paths: [String], token: PrivateToken)
  /// Makes the held index the user's index and frees the lock. Does nothing where no index is held.
  func publishIndex(token: PrivateToken) throws(Fault)
  /// Whether the user's index is locked by us: by this run or by one that was killed.
  func holdsIndex(token: PrivateToken) -> Bool
  /// What the index held by a killed run has as a commit has it, and the user's index has not: with the entries of the
  /// user's index as the old ones. None where that run's commit never came, or where the held
  /// index is damaged.
  func changesHeld(token: PrivateToken, at commit: GitID) throws(Fault) -> [TreeChange]
  /// Frees the lock if it is ours, and leaves the user's index as it was.
  func releaseIndex(token: PrivateToken)

  // MARK: Recovery

  /// The commits in the history of a tip, which is that of `ref`, whose message has this line, the newest first.
  func commits(
    withLine line: String, in tip: GitID, of ref: String
  ) throws(Fault) -> [(id: GitID, message: String)]
  /// The message of the newest commit in a tip's history that changed a path; nil where that is not known.
  func lastMessage(touching path: String, at tip: GitID) throws(Fault) -> String?
  /// Finds commits whose message has all these lines, such as a batch's trailers: in the history of `ref`, of
  /// any other ref, and in reflogs that show that a ref was there and left. Commits of the branch come first.
  func commits(withLines lines: [String], from ref: String) throws(Fault) -> [FoundCommit]
}

/// Where a repository's parts are, and what kind it is.
package struct RepositoryLayout: Hashable, Sendable {
  /// The working tree's top folder, absolute as all these.
  package var topLevel: String
  /// This worktree's own git folder.
  package var gitFolder: String
  /// The git folder that all worktrees share.
  package var commonFolder: String
  package var hooksFolder: String
  package var indexFile: String
  /// The directory that discovery started from, relative to the top level, ending in `/`; empty at the top.
  package var prefix: String
  package var objectFormat: ObjectFormat
  package var isShallow: Bool
  /// Only a part of the tree is checked out.
  package var isSparse: Bool

  package init(
    topLevel: String, gitFolder: String, commonFolder: String, hooksFolder: String, indexFile: String,
    prefix: String, objectFormat: ObjectFormat, isShallow: Bool, isSparse: Bool
  ) {
    self.topLevel = topLevel
    self.gitFolder = gitFolder
    self.commonFolder = commonFolder
    self.hooksFolder = hooksFolder
    self.indexFile = indexFile
    self.prefix = prefix
    self.objectFormat = objectFormat
    self.isShallow = isShallow
    self.isSparse = isSparse
  }

  package var isLinkedWorktree: Bool { gitFolder != commonFolder }
}
