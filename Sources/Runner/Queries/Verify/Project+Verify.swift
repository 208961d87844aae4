import BatchModel
import Core
import FileStore
import Files
import GitRepository
import Ledger

extension Project {
  /// Proves that the ledger is intact, and that objects, placed files and commits are as it says. Changes
  /// nothing.
  ///
  /// `deep` has SQLite check its own structures as well, which takes long on a large ledger.
  public func verify(deep: Bool = false) async throws(Fault) -> LedgerReview {
    try await Verifier(project: self, isDeep: deep).verify()
  }

  /// What verifying finds where no ledger has been made yet: nothing, unless commits here are anchored in one.
  public static func verifyWithoutLedger(_ address: ProjectAddress) throws(Fault) -> LedgerReview {
    let repository: GitRepository
    do throws(Fault) {
      repository = try GitRepository.discover(from: address.directory, environment: address.environment)
    } catch {
      throw .noLedger(address.directory)
    }
    var review = LedgerReview()
    let absence = try CommitReview(repository).absence(isMissing: true)
    review.findings.append(
      absence ?? .init(.note, .chain, "There is no ledger yet: there is nothing to verify."))
    return review
  }

  /// Checks the ledger's events and the tables derived from them, and hands the events to a fold.
  func verifyLedger(
    anchors: [LedgerHead] = [], integrity: LedgerVerifier.Integrity = .none, folding fold: inout ReplayFold
  ) throws(Fault) -> LedgerVerification {
    do throws(StoreError) {
      return try LedgerVerifier(LedgerFolder(layout.ledgerFolder))
        .verify(anchors: anchors, integrity: integrity, folding: &fold)
    } catch {
      throw .ledger(error)
    }
  }
}

/// Looks at everything, the chain and the tables at the same time.
private struct Verifier {
  let project: Project
  let isDeep: Bool

  func verify() async throws(Fault) -> LedgerReview {
    var review = LedgerReview()
    let anchor = headFile(into: &review)
    var commits = try commitReview(into: &review)
    if commits != nil { try await lookAtCommits(&commits, into: &review) }
    let heads = [anchor].compactMap { $0 } + (commits?.anchors.map(\.head) ?? [])
    var fold = ReplayFold()
    let found = try project.verifyLedger(anchors: heads, integrity: isDeep ? .full : .none, folding: &fold)
    takeChain(found, headFile: anchor, into: &review)
    if let commits {
      review.findings += try commits.judge(
        found, batches: Set(fold.names).union(try await names()), elsewhere: try await elsewhere(commits))
    }
    try await lookForAbsence(found, headFile: anchor, commits, into: &review)
    // A broken chain has been told; what is read past the break proves nothing more.
    if found.finding == nil { takeReplay(found, fold, into: &review) }
    try lookAtObjects(fold, into: &review)
    if let commits { try lookAtFiles(fold, in: commits.repository, into: &review) }
    return review
  }

  /// Commits of this ledger's batches of which it says that another made them.
  private func elsewhere(_ commits: CommitReview) async throws(Fault) -> Set<GitID> {
    var found: Set<GitID> = []
    for batch in Set(commits.anchors.filter { !$0.isClaimed }.map(\.batch)) {
      var query = EventQuery(batch: batch)
      query.kinds = [.batchRegistered, .batchRevised, .batchCompleted]
      for event in try await project.events(matching: query) {
        switch try? BatchEvent(event) {
        case .batchRegistered(let fact)?, .batchRevised(let fact)?:
          found.formUnion((fact.elsewhere ?? []).compactMap { GitID($0) })
        case .batchCompleted(let fact)? where fact.alreadyPresent:
          if let commit = fact.commit.flatMap({ GitID($0) }) { found.insert(commit) }
        default: continue
        }
      }
    }
    return found
  }

  private func names() async throws(Fault) -> [String] { try await project.batches().map(\.batch) }

  // MARK: - Chain and tables

  private func headFile(into review: inout LedgerReview) -> LedgerHead? {
    do throws(StoreError) {
      return try LedgerHeadFile.read(in: LedgerFolder(project.layout.ledgerFolder))
    } catch {
      review.findings.append(.init(.error, .head, Fault.ledger(error).message, path: project.layout.head))
      return nil
    }
  }

  private func takeChain(
    _ chain: LedgerVerification, headFile: LedgerHead?, into review: inout LedgerReview
  ) {
    review.head = chain.head
    review.batches = chain.batches
    review.anchors = chain.anchors.count { $0.holds }
    review.anchoredPosition = chain.anchors.filter(\.holds).map(\.head.position).max() ?? 0
    if let finding = chain.finding {
      review.findings.append(
        .init(
          .error, .chain,
          "The event at position \(finding.position) is not what was appended: its "
            + "\(finding.subject.rawValue) should be "
            + "\"\(finding.expected)\" and is \"\(finding.found)\".",
          position: finding.position))
    }
    if let headFile, let anchor = chain.anchors.first(where: { $0.head == headFile }), !anchor.holds,
      chain.finding.map({ headFile.position < $0.position }) ?? true
    {
      let isCut = headFile.position > chain.head.position
      review.findings.append(
        .init(
          .error, .head,
          isCut
            ? "The ledger's tail is missing: the file \"head\" names position \(headFile.position), and "
              + "the ledger "
              + "ends at \(chain.head.position)."
            : "The ledger is not the one that was written: the file \"head\" names another hash for position "
              + "\(headFile.position).",
          position: isCut ? chain.head.position + 1 : headFile.position, path: project.layout.head))
    }
    for line in chain.integrity {
      review.findings.append(.init(.error, .structure, "SQLite says of the ledger's file: \(line)."))
    }
    for table in chain.tables { review.findings.append(finding(of: table)) }
  }

  /// What should be there and is not: the events of a ledger that commits are anchored in, and `.ledger/head`.
  private func lookForAbsence(
    _ chain: LedgerVerification, headFile: LedgerHead?, _ commits: CommitReview?,
    into review: inout LedgerReview
  ) async throws(Fault) {
    if chain.head.position == 0 {
      if let absence = try commits?.absence() { review.findings.append(absence) }
      return
    }
    guard headFile == nil, ProjectPath.kind(of: project.layout.head) == nil else { return }
    var query = EventQuery()
    query.kinds = [.runFinished]
    query.limit = 1
    // Each run writes it right after its last event: it may be missing only after that of the first.
    guard let first = try await project.events(matching: query).first, first.position < chain.head.position
    else { return }
    review.findings.append(
      .init(
        .error, .head,
        "The file \"head\" is missing, which each run writes at its end: nothing outside of the database says "
          + "where the ledger ended. The next run writes it again.",
        path: project.layout.head))
  }

  private func takeReplay(
    _ found: LedgerVerification, _ fold: ReplayFold, into review: inout LedgerReview
  ) {
    for event in fold.unreadable {
      review.findings.append(
        .init(.error, .replay, Fault.unreadable(event).message, position: event.position))
    }
    if let indexed = found.indexed, indexed != found.head.position {
      review.findings.append(
        .init(
          .error, .structure,
          "The index of batches leads to \(indexed) events of \(found.head.position).", repair: .tables))
    }
    if found.keysAgree == false {
      review.findings.append(
        .init(
          .error, .table, "The table of keys does not hold exactly the keys of the events.", repair: .tables))
    }
  }

  private func finding(of table: TableDisagreement) -> LedgerReview.Finding {
    switch table {
    case .batch(let expected?, let found?):
      let what =
        expected.state != found.state
        ? "state \"\(expected.state)\", found \"\(found.state)\""
        : (expected.version, expected.position) != (found.version, found.position)
          ? "version \(expected.version) at position \(expected.position), found \(found.version) at "
            + "\(found.position)"
          : "the time \(expected.timeMs) ms from 1970, found \(found.timeMs)"
      return .init(
        .error, .table, "The batch table is wrong about batch \"\(expected.batch)\": expected \(what).",
        position: expected.position, batch: expected.batch, repair: .tables)
    case .batch(let expected?, nil):
      return .init(
        .error, .table, "The batch table lacks batch \"\(expected.batch)\".", position: expected.position,
        batch: expected.batch, repair: .tables)
    case .batch(nil, let found):
      return .init(
        .error, .table, "The batch table has a batch \"\(found?.batch ?? "")\" that no event knows.",
        batch: found?.batch, repair: .tables)
    case .keyMissing(_, let position), .keyStray(_, let position):
      return .init(
        .error, .table, "The table of keys is wrong about position \(position).", position: position,
        repair: .tables)
    }
  }

  // MARK: - Outside the database

  private func commitReview(into review: inout LedgerReview) throws(Fault) -> CommitReview? {
    do throws(Fault) {
      return CommitReview(
        try GitRepository.discover(from: project.layout.root, environment: project.environment))
    } catch {
      review.findings.append(.init(.note, .commit, "Commits and files were not looked at. \(error.message)"))
      return nil
    }
  }

  private func lookAtCommits(_ commits: inout CommitReview?, into review: inout LedgerReview)
    async throws(Fault)
  {
    var query = EventQuery()
    query.kinds = [.commitConfirmed]
    var claims: [CommitReview.Claim] = []
    for event in try await project.events(matching: query) {
      guard case .commitConfirmed(let fact)? = try? BatchEvent(event), let sha = GitID(fact.sha) else {
        continue
      }
      claims.append(.init(batch: event.batch, sha: sha, ref: fact.ref, position: event.position))
    }
    var branches = Set(claims.map(\.ref))
    if branches.isEmpty {
      // Nothing has landed as far as this ledger knows: then its batches' branches are where it would have.
      query.kinds = [.batchRegistered]
      query.limit = 1000
      for event in try await project.events(matching: query) {
        if case .batchRegistered(let registration)? = try? BatchEvent(event) {
          branches.insert(registration.branch)
        }
      }
    }
    try commits?.look(at: claims, branches: branches)
    review.findings += commits?.findings ?? []
  }

  private func lookAtObjects(_ fold: ReplayFold, into review: inout LedgerReview) throws(Fault) {
    let objects = try FileObjectStore(project.layout)
    var pruned = 0
    for (id, need) in fold.needs.sorted(by: { $0.key < $1.key }) {
      let condition = try objects.check(id)
      if condition == .sound {
        review.objects += 1
      } else if condition == .missing, !need.isOpen {
        pruned += 1
      } else {
        review.findings.append(
          .init(
            .error, .object,
            "Object \(id.hex.prefix(16)) is \(condition.rawValue): position \(need.position) of batch "
              + "\"\(fold.names[need.batch])\" names it.",
            position: nil, batch: fold.names[need.batch], path: objects.path(of: id)))
      }
    }
    if pruned > 0 {
      review.findings.append(
        .init(
          .note, .object,
          "Objects that only ended batches name, and that are gone, as `prune` does it: \(pruned)."))
    }
  }

  private func lookAtFiles(
    _ fold: ReplayFold, in repository: GitRepository, into review: inout LedgerReview
  ) throws(Fault) {
    // Only looked at: nothing private is left.
    let worktree = try FileWorktree(root: project.layout.root, token: "")
    review.findings += try FileReview(repository: repository, worktree: worktree, fold: fold).findings()
  }
}
