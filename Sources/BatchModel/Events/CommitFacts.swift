import Core

/// A path in the user's working tree that the batch writes or removes, as it was found before placing.
public struct PlannedTarget: Hashable, Sendable, Codable {
  public enum Found: String, Hashable, Sendable, Codable {
    case absent, identical, replaced
    /// A path of the asset's earlier bundle that is no longer used: it leaves.
    case removed
  }

  /// What the file is to its asset.
  public enum Role: String, Hashable, Sendable, Codable {
    /// One of the bundle's own files.
    case bundle
    /// The production image.
    case image
  }

  /// Relative to the project root, with `/`.
  public var path: String
  public var asset: AssetID
  public var role: Role
  public var found: Found
  /// What goes there; absent where the path is removed.
  public var digest: Digest?
  /// The old bytes, kept as an object, where something is replaced or removed.
  public var old: Digest?

  public init(
    path: String, asset: AssetID, role: Role, found: Found, digest: Digest?, old: Digest?
  ) {
    self.path = path
    self.asset = asset
    self.role = role
    self.found = found
    self.digest = digest
    self.old = old
  }
}

/// What `batch.placed` says.
public struct Placement: Hashable, Sendable, Codable {
  public var targets: [PlannedTarget]
  /// Folders that placing made, outermost first.
  public var createdFolders: [String]
  /// False where the batch's branch is not the one checked out: then nothing was placed, and the commit alone is made.
  public var inWorkingTree: Bool

  public init(targets: [PlannedTarget], createdFolders: [String], inWorkingTree: Bool) {
    self.targets = targets
    self.createdFolders = createdFolders
    self.inWorkingTree = inWorkingTree
  }

  package enum CodingKeys: String, CodingKey {
    case targets
    case createdFolders = "created_folders"
    case inWorkingTree = "in_working_tree"
  }
}

/// What `commit.intended` says: everything needed to make the same commit again.
public struct CommitIntent: Hashable, Sendable, Codable {
  public var ref: String
  /// Tip the new commit is based on; absent for the first commit of a branch.
  public var old: String?
  public var new: String
  /// The exact bytes of the commit object.
  public var object: String
  /// What the commit is for; absent for the one that lands the batch.
  public var purpose: Purpose?

  /// Why a commit of a batch's is made, where it doesn't land the batch. Raw values are stored.
  public enum Purpose: String, Hashable, Sendable, Codable {
    /// It undoes the one that landed the batch.
    case revert
  }

  public init(ref: String, old: String?, new: String, object: String, purpose: Purpose? = nil) {
    self.ref = ref
    self.old = old
    self.new = new
    self.object = object
    self.purpose = purpose
  }
}

/// What `commit.confirmed` says.
public struct CommitConfirmation: Hashable, Sendable, Codable {
  public var sha: String
  public var ref: String
  public init(sha: String, ref: String) {
    self.sha = sha
    self.ref = ref
  }
}

/// What `commit.superseded` says: why the intent no longer fits.
public struct CommitSupersession: Hashable, Sendable, Codable {
  public var new: String
  public var reason: String
  public init(new: String, reason: String) {
    self.new = new
    self.reason = reason
  }
}

/// What `batch.completed` says.
public struct BatchCompletion: Hashable, Sendable, Codable {
  /// The tip already held exactly these bundles: there was nothing to commit.
  public var alreadyPresent: Bool
  public var commit: String?
  public var metrics: BatchMetrics

  public init(alreadyPresent: Bool, commit: String?, metrics: BatchMetrics) {
    self.alreadyPresent = alreadyPresent
    self.commit = commit
    self.metrics = metrics
  }

  package enum CodingKeys: String, CodingKey {
    case alreadyPresent = "already_present"
    case commit, metrics
  }
}

/// What `batch.cancelled` says.
public struct BatchCancellation: Hashable, Sendable, Codable {
  public var why: String
  /// Targets that were left as they are, because they no longer held what was placed.
  public var left: [String]
  /// Who asked, with which words; absent in events of 0.1.
  public var actor: RunActor?
  public var argv: [String]?

  public init(why: String, left: [String], actor: RunActor? = nil, argv: [String]? = nil) {
    self.why = why
    self.left = left
    self.actor = actor
    self.argv = argv
  }
}

/// What `batch.reverted` says: a landed batch's commit was undone by another.
public struct BatchReversion: Hashable, Sendable, Codable {
  /// The commit that undoes.
  public var commit: String
  /// The one that had landed the batch.
  public var reverts: String
  /// Files that stay in the working tree, because they no longer hold what the batch had placed.
  public var left: [String]

  public init(commit: String, reverts: String, left: [String]) {
    self.commit = commit
    self.reverts = reverts
    self.left = left
  }
}
