/// What git has to say of paths as targets; paths of which there is nothing to say are left out.
package struct TargetFacts: Hashable, Sendable {
  package var ignored: Set<String>
  package var attributes: [String: [TargetAttribute]]
  package var obstacles: [String: Obstacle]
  /// Empty where the working tree does not count.
  package var status: [String: PathStatus]
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

  package func lookAhead(at commit: GitID, paths: [String], folders: [String]) throws(Fault) {}
}

/// Who would commit, and what is checked out.
package typealias Standing = (identities: Result<Identities, Fault>, head: Result<HeadState, Fault>)

/// Most of a call's time is a program's start, so git is asked at the same time what does not depend on each other.
extension GitRepository {
  package func targetFacts(
    of paths: [String], at commit: GitID?, inWorkingTree: Bool
  ) throws(Fault) -> TargetFacts {
    let obstacles = try obstacles(to: paths, at: commit, inWorkingTree: inWorkingTree)
    // Git refuses to say what is ignored beyond a link or in a submodule.
    let free = paths.filter { obstacles[$0] == nil }
    let ignored = Meanwhile { () throws(Fault) in try self.ignored(among: free) }
    let attributes = Meanwhile { () throws(Fault) in
      try self.attributes(of: free, at: inWorkingTree ? nil : commit)
    }
    let status = Result { () throws(Fault) in inWorkingTree ? try self.status(of: paths, at: commit) : [:] }
    return try TargetFacts(
      ignored: ignored.value(), attributes: attributes.value(), obstacles: obstacles, status: status.get())
  }

  package func standing() -> Standing {
    if let ahead, let standing = try? ahead.value() { return standing }
    let asked = Meanwhile { () throws(Fault) in try self.identities() }
    let head = Result { () throws(Fault) in try self.head() }
    return (Result { () throws(Fault) in try asked.value() }, head)
  }

  /// The same repository, which asks now, beside other work, who would commit and what is checked out: right for
  /// whoever looks once and goes.
  func askingAhead() -> GitRepository {
    var repository = self
    repository.ahead = Meanwhile { () throws(Fault) in self.standing() }
    return repository
  }
}
