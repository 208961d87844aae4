import BatchModel
import Core
import FileStore
import Files
import GitRepository

extension TargetPath {
  /// Checks a string; a refusal is a fault.
  init(checking text: String) throws(Fault) {
    do { self = try TargetPath(text) } catch { throw Fault.targetRefused(text, error) }
  }
}

extension Fault {
  static func targetIgnored(_ path: String) -> Fault {
    Fault(
      .targetIgnored, "The target \"\(path)\" is ignored by git.",
      hint: "Change `.gitignore`, or `layout` in ledger.yaml.", path: path)
  }

  /// `source` is the file whose rule decides, where that is known.
  static func targetAttribute(
    _ path: String, _ attribute: TargetAttribute, source: String? = nil
  ) -> Fault {
    let found =
      switch attribute {
      case .filter(let name): "\"filter=\(name)\""
      case .lfs: "\"filter=lfs\""
      case .lfsExtension(let name): "\"filter=lfs\", with `lfs.extension.\(name)` configured"
      case .ident: "\"ident\""
      case .encoding(let name): "\"working-tree-encoding=\(name)\""
      case .text: "\"text\""
      }
    return Fault(
      .targetAttribute,
      "The target \"\(path)\" has the git attribute \(found)"
        + (source.map { " from \"\($0)\"" } ?? "") + ", which would change its bytes.",
      hint: "Exclude the targets in `\(source ?? ".gitattributes")`, or change `layout` in ledger.yaml.",
      path: path)
  }

  static func targetObstacle(_ path: String, _ obstacle: Obstacle) -> Fault {
    let what =
      switch obstacle.kind {
      case .repository: "is a submodule or a repository of its own, expected a folder"
      case .link: "on the way is a symbolic link, expected a folder"
      case .file: "on the way is a file, expected a folder"
      case .folder: "is a folder in git, expected no file or one that an earlier batch placed"
      case .otherCase: "is in git, and differs only by case or accents"
      }
    return Fault(
      .targetObstacle, "The target \"\(path)\" can't be written: \"\(obstacle.path)\" \(what).",
      hint: "Move it away, or change `layout` in ledger.yaml.", path: path)
  }

  static func targetStaged(_ path: String) -> Fault {
    Fault(
      .targetStaged, "The target \"\(path)\" is staged in git's index, but not in the branch.",
      hint: "Commit it or unstage it with `git restore --staged`.", path: path)
  }

  static func targetNotOurs(
    _ path: String, asset: AssetID, isTracked: Bool, isBundle: Bool
  ) -> Fault {
    let found =
      isBundle
      ? "a file that was changed after an earlier batch placed it"
      : isTracked ? "a tracked file that no batch placed for this asset" : "an untracked file"
    return Fault(
      .targetNotOurs,
      "The target \"\(path)\" of asset \"\(asset)\" is in the way: "
        + "expected nothing, or an unchanged file of the asset's earlier bundle; found \(found).",
      hint: "Move or commit it, or give it up with `--force \(path)`.", asset: asset.text,
      path: path)
  }

  static func targetsDisappeared(_ path: String) -> Fault {
    Fault(
      .targetChanged, "The target \"\(path)\" was changed while it was being replaced.",
      hint: "Look at it, then run the same command again.", path: path)
  }

  static func oldBytesLost(_ path: String, _ old: Digest) -> Fault {
    Fault(
      .oldBytesLost,
      "\"\(path)\" can't be put back as it was: the copy \(old.hex.prefix(12)) of its bytes is lost, and the "
        + "branch has others.",
      hint: "Put the file back yourself, or leave something else there; then run the same command again.",
      path: path)
  }

  static func operationUnderWay(_ what: String) -> Fault {
    Fault(
      .gitOperation, "In this repository a \(what) is under way.",
      hint: what == "git commit"
        ? "Run the command after the commit: from the hook post-commit, say."
        : "Finish it or give it up, then run the same command again.")
  }

  static func gitNotWritable(_ path: String) -> Fault {
    Fault(
      .gitNotWritable, "Git's folder \"\(path)\" can't be written.",
      hint: "Fix its permissions.", path: path)
  }

  static func branchElsewhere(_ ref: String, path: String) -> Fault {
    Fault(
      .branchElsewhere, "The branch \"\(ref)\" is checked out in another worktree, \"\(path)\".",
      hint: "Run the command there, or choose another branch with `--branch`.", path: path)
  }

  static func headDetached(_ commit: GitID) -> Fault {
    Fault(
      .headDetached, "HEAD is detached at \(commit.text.prefix(12)): no branch is checked out.",
      hint: "Check a branch out, or name one with `--branch NAME`.")
  }

  static func branchOfATool(_ ref: String) -> Fault {
    Fault(
      .branchOfATool,
      "HEAD is on \"\(ref)\", which GitButler makes again and again: expected a branch that keeps its commits.",
      hint: "Name the branch to commit to with `--branch NAME`.")
  }

  static func branchNameRefused(_ name: String) -> Fault {
    Fault(
      .branchName, "\"\(name)\" can't be the name of a branch.",
      hint: "See `git check-ref-format --help` for what can.")
  }

  static func branchVanished(_ ref: String) -> Fault {
    Fault(
      .branchVanished,
      "The branch \"\(ref)\" of the batch is gone: expected it where it was at registration.",
      hint: "Make it again with `git branch`, or cancel the batch.")
  }

  static func lockInTheWay(_ lock: LockFile) -> Fault {
    Fault(
      .gitLocked,
      "Git's lock file \"\(lock.path)\" (\(lock.sizeBytes) bytes) is held by another process, "
        + "or was left by one that died.",
      hint: "If no git command is running here, remove it; then run the same command again.",
      path: lock.path)
  }

  static func branchKeepsMoving(_ ref: String) -> Fault {
    Fault(
      .branchMoving, "The branch \"\(ref)\" kept moving while the commit was made.",
      hint: "Run the same command again once it rests.")
  }

  static func intentUnreadable(_ sha: String) -> Fault {
    Fault(
      .intentUnreadable, "The recorded commit \"\(sha)\" can't be made again from its bytes.",
      hint: "See `ledgerctl verify`.")
  }

  static func batchNotSound(_ what: String) -> Fault {
    Fault(
      .outputDamaged, "An object of the batch was damaged while it was being committed: \(what).",
      hint: "Run the same command again: the stage that made it runs again.")
  }
}
