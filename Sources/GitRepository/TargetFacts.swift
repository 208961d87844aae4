import Core
import Subprocesses

/// What git has to say of paths as targets; paths of which there is nothing to say are left out.
package struct TargetFacts: Hashable, Sendable {
  package var ignored: Set<String>
  package var attributes: [String: [TargetAttribute]]
  package var obstacles: [String: Obstacle]
  /// Empty where the working tree does not count.
  package var status: [String: PathStatus]

  package init(
    ignored: Set<String>, attributes: [String: [TargetAttribute]], obstacles: [String: Obstacle],
    status: [String: PathStatus]
  ) {
    self.ignored = ignored
    self.attributes = attributes
    self.obstacles = obstacles
    self.status = status
  }
}

extension Repository {
  /// Asks one question after another.
  package func targetFacts(
    of paths: [String], at commit: GitID?, inWorkingTree: Bool
  ) throws(Fault) -> TargetFacts {
    let obstacles = try obstacles(to: paths, at: commit, inWorkingTree: inWorkingTree)
    return TargetFacts(
      ignored: try ignored(among: paths.filter { obstacles[$0] == nil }),
      attributes: try attributes(of: paths.filter { obstacles[$0] == nil }, at: inWorkingTree ? nil : commit),
      obstacles: obstacles, status: inWorkingTree ? try status(of: paths, at: commit) : [:])
  }

  package func standing() -> Standing {
    (Result { () throws(Fault) in try identities() }, Result { () throws(Fault) in try head() })
  }

  package func attributeSource(
    _ attribute: TargetAttribute, of path: String, at commit: GitID?
  ) throws(Fault) -> String? { nil }

  package func lookAhead(at commit: GitID, paths: [String], folders: [String]) throws(Fault) {}

  package func askAhead(of paths: [String], folders: [String], at commit: GitID?, inWorkingTree: Bool) {}
}

/// Who would commit, and what is checked out.
package typealias Standing = (identities: Result<Identities, Fault>, head: Result<HeadState, Fault>)

/// Most of a call's time is a program's start, so git is asked at the same time what does not depend on each other.
extension GitRepository {
  package func targetFacts(
    of paths: [String], at commit: GitID?, inWorkingTree: Bool
  ) throws(Fault) -> TargetFacts {
    let obstacles = try obstacles(to: paths, at: commit, inWorkingTree: inWorkingTree)
    let free = paths.filter { obstacles[$0] == nil }
    // Git refuses to say what is ignored beyond a link or in a submodule, of the working tree always.
    let hidden =
      try inWorkingTree
      ? [:]
      : self.obstacles(to: free, at: nil, inWorkingTree: true)
        .filter { $0.value.kind == .link || $0.value.kind == .repository }
    let ahead = ahead.facts(of: paths)
    let ignored = Meanwhile { () throws(Fault) in
      if let known = try? ahead?.ignored.value() { return known.intersection(free) }
      return try self.ignored(among: free.filter { hidden[$0] == nil })
    }
    let attributes = Meanwhile { () throws(Fault) in
      if let known = try? ahead?.attributes.value() {
        return known.filter { free.contains($0.key) }
      }
      return try self.attributes(of: free, at: inWorkingTree ? nil : commit)
    }
    let status = Result { () throws(Fault) -> [String: PathStatus] in
      if !inWorkingTree { return [:] }
      return try self.status(of: paths, at: commit)
    }
    return try TargetFacts(
      ignored: ignored.value(), attributes: attributes.value(), obstacles: obstacles, status: status.get())
  }

  package func standing() -> Standing {
    let asked = Meanwhile { () throws(Fault) in try self.identities() }
    let head = Result { () throws(Fault) in try self.head() }
    return (Result { () throws(Fault) in try asked.value() }, head)
  }
}
