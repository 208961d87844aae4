import Core
import Synchronization

/// What is known of one commit's folders. A commit never changes, so neither does what was read of it.
package final class TreeCache: Sendable {
  private struct Known {
    var commit: GitID?
    /// By path, the top's empty; without entries where there is no such folder.
    var folders: [String: [String: TreeEntry]] = [:]
  }

  private let known = Mutex(Known())

  /// Keeps what is right in folders, in place of what was known of another commit.
  package func keep(_ folders: [String: [String: TreeEntry]], at commit: GitID) {
    known.withLock { known in
      if known.commit != commit { known = Known(commit: commit) }
      known.folders.merge(folders) { $1 }
    }
  }

  /// What is right in a folder, where that is known.
  package func folder(_ path: String, at commit: GitID) -> [String: TreeEntry]? {
    known.withLock { $0.commit == commit ? $0.folders[path] : nil }
  }

  /// The entries at paths that are known, and the paths that are not.
  package func entries(
    at commit: GitID, _ paths: [String]
  ) -> (found: [String: TreeEntry], unknown: [String]) {
    known.withLock { known in
      guard known.commit == commit else { return ([:], paths) }
      var found: [String: TreeEntry] = [:]
      var unknown: [String] = []
      for path in paths {
        let slash = path.lastIndex(of: "/")
        let folder = slash.map { String(path[..<$0]) } ?? ""
        let name = slash.map { String(path[path.index(after: $0)...]) } ?? path
        if let entries = known.folders[folder] { found[path] = entries[name] } else { unknown.append(path) }
      }
      return (found, unknown)
    }
  }
}
