import BatchModel
import Core
import FileStore
import Files
import GitRepository

/// Tells a ledger from others in the same working tree, wherever that is moved, and whatever is left of the ledger.
///
/// By its place below the top of the working tree. 0.1.0 told ledgers by their absolute paths.
package struct LedgerMark: Hashable, Sendable {
  /// Path of the ledger's folder from the top of the working tree around it; absolute where there is none.
  var text: String
  /// Absolute path of the ledger's folder.
  var folder: String

  package init(_ text: String, folder: String) {
    self.text = text
    self.folder = folder
  }

  init(_ layout: ProjectLayout) {
    let folder = layout.ledgerFolder
    // A ledger outside works for a tree that has nothing to do with the one around it.
    let top = layout.outsideOf == nil ? SurroundingTree.around(ProjectPath.parent(of: folder))?.top : nil
    self.init(top.map { String(folder.dropFirst($0.count + ($0 == "/" ? 0 : 1))) } ?? folder, folder: folder)
  }

  /// For a batch's targets.
  func token(of batch: BatchID) -> PrivateToken {
    PrivateToken("\(text)/\(batch)", older: "\(folder)/tmp/\(batch)")
  }

  /// For git's index: of all batches, so that the next commit takes over what a killed one left. The commit lock keeps
  /// them apart.
  var tokenOfCommits: PrivateToken {
    PrivateToken(Self.ofCommits(text), older: Self.ofCommits(folder + "/tmp"))
  }

  /// For files that `verify --repair` and `show --to` write.
  var tokenOfRepairs: PrivateToken { PrivateToken(text, older: folder) }

  private static func ofCommits(_ text: String) -> String {
    "commit-" + Digest.sha256(text.utf8).hex.prefix(16)
  }
}
