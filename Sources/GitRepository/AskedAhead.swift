import Core
import Subprocesses
import Synchronization

/// What git has been asked before it is needed.
package final class AskedAhead: Sendable {
  /// Of a working tree's paths.
  package struct Facts: Sendable {
    package let paths: Set<String>
    package let ignored: Meanwhile<Set<String>>
    package let attributes: Meanwhile<[String: [TargetAttribute]]>
  }

  private let asked = Mutex<(trees: Meanwhile<Void>?, facts: Facts?)>((nil, nil))

  package func begin(_ trees: Meanwhile<Void>?, _ facts: Facts?) { asked.withLock { $0 = (trees, facts) } }

  /// Waits for the folders of the commit to be in the cache; one that could not be read is asked for again.
  package func waitForTrees() { try? asked.withLock { $0.trees }?.value() }

  /// What was asked, if it was asked of all these paths.
  package func facts(of paths: [String]) -> Facts? {
    asked.withLock { $0.facts }.flatMap { $0.paths.isSuperset(of: paths) ? $0 : nil }
  }
}

extension GitRepository {
  package func askAhead(of paths: [String], folders: [String], at commit: GitID?, inWorkingTree: Bool) {
    let trees = commit.map { commit in
      Meanwhile { () throws(Fault) in try readTrees(at: commit, paths: paths, folders: folders) }
    }
    let facts =
      inWorkingTree
      ? AskedAhead.Facts(
        paths: Set(paths), ignored: Meanwhile { () throws(Fault) in try ignored(among: paths) },
        attributes: Meanwhile { () throws(Fault) in try attributes(of: paths, at: nil) }) : nil
    ahead.begin(trees, facts)
  }
}
