import Synchronization

/// The folders whose names this process has synced, so that none is synced for each of its files again.
package final class SettledFolders: Sendable {
  private let paths = Mutex<Set<String>>([])

  package func contains(_ path: String) -> Bool { paths.withLock { $0.contains(path) } }
  package func insert(_ path: String) { paths.withLock { _ = $0.insert(path) } }
}
