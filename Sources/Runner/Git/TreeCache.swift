import Synchronization

/// What is known of one commit's tree. A commit never changes, so neither does what was read of it.
final class TreeCache: Sendable {
  private struct Known {
    var commit: GitID?
    /// nil for a path without an entry.
    var entries: [String: TreeEntry?] = [:]
    var children: [String: [String]] = [:]
  }

  private let known = Mutex(Known())

  /// Keeps what a listing of these paths and folders found, in place of what was known of another commit.
  ///
  /// `listed` may hold other entries as well.
  func keep(_ listed: [String: TreeEntry], of paths: [String], in folders: [String], at commit: GitID) {
    known.withLock { known in
      if known.commit != commit { known = Known(commit: commit) }
      for path in paths { known.entries[path] = .some(listed[path]) }
      for folder in folders {
        let start = folder + "/"
        let below = listed.keys.filter { $0.hasPrefix(start) }
        known.children[folder] = Set(below.map { String($0.dropFirst(start.count).prefix { $0 != "/" }) })
          .sorted()
      }
    }
  }

  /// The entries at paths that are known, and the paths that are not.
  func entries(
    at commit: GitID, _ paths: [String]
  ) -> (found: [String: TreeEntry], unknown: [String]) {
    known.withLock { known in
      guard known.commit == commit else { return ([:], paths) }
      var found: [String: TreeEntry] = [:]
      var unknown: [String] = []
      for path in paths {
        switch known.entries[path] {
        case nil: unknown.append(path)
        case .some(let entry): found[path] = entry
        }
      }
      return (found, unknown)
    }
  }

  /// The names below a folder, where they are known.
  func children(of folder: String, at commit: GitID) -> [String]? {
    known.withLock { $0.commit == commit ? $0.children[folder] : nil }
  }
}
