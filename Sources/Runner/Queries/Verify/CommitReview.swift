import Core
import Files
import GitRepository
import Ledger

/// Compares what the ledger says of commits with what git has, and gathers the anchors that commits are.
struct CommitReview {
  /// A commit that the ledger says was made.
  struct Claim: Hashable, Sendable {
    var batch: String
    var sha: GitID
    var ref: String
    var position: Int64
  }

  /// A head that a commit names.
  struct Anchor: Hashable, Sendable {
    var head: LedgerHead
    var sha: GitID
    var batch: String
    /// The ledger names the commit too.
    var isClaimed: Bool
  }

  let repository: GitRepository
  private(set) var findings: [LedgerReview.Finding] = []
  private(set) var anchors: [Anchor] = []

  init(_ repository: GitRepository) { self.repository = repository }

  /// Looks at every commit that the ledger names, then at every one that names a ledger in the history of the
  /// branches that batches land on. Whatever other refs lead to, anybody may have written: it proves nothing.
  mutating func look(at claims: [Claim], branches: Set<String>) throws(Fault) {
    let found = try repository.messages(of: claims.map(\.sha))
    var present: [Claim] = []
    for claim in claims {
      guard let message = found[claim.sha] else {
        findings.append(missing(claim))
        continue
      }
      present.append(claim)
      take(message, of: claim)
    }
    try lookForLeft(present)
    try lookForLostBranch(claims)
    let known = Set(anchors.map(\.sha))
    for message in try repository.messages(withLineStart: "Ledger-Head: ", in: branches)
    where !known.contains(message.id) {
      guard let head = Self.head(in: message), let batch = message.trailer("Ledger-Batch") else { continue }
      anchors.append(Anchor(head: head, sha: message.id, batch: batch, isClaimed: false))
    }
  }

  private mutating func take(_ message: GitRepository.Message, of claim: Claim) {
    let batch = message.trailer("Ledger-Batch")
    guard batch == claim.batch, let head = Self.head(in: message) else {
      findings.append(
        .init(
          .error, .commit,
          "Commit \(claim.sha.text.prefix(12)) does not carry the trailers of its batch: expected "
            + "\"Ledger-Batch: "
            + "\(claim.batch)\" and a \"Ledger-Head:\", found \(batch.map { "\"\($0)\"" } ?? "none").",
          position: claim.position, batch: claim.batch))
      return
    }
    anchors.append(Anchor(head: head, sha: claim.sha, batch: claim.batch, isClaimed: true))
  }

  private func missing(_ claim: Claim) -> LedgerReview.Finding {
    let why =
      repository.layout.isShallow ? "this clone is shallow" : "its history was rewritten or thrown away"
    return .init(
      .note, .commit,
      "Commit \(claim.sha.text.prefix(12)) of batch \"\(claim.batch)\" is not in the repository: \(why).",
      batch: claim.batch)
  }

  private mutating func lookForLeft(_ claims: [Claim]) throws(Fault) {
    let byRef = Dictionary(grouping: claims, by: \.ref).sorted { $0.key < $1.key }
    for (ref, claims) in byRef {
      guard let tip = try repository.tip(of: ref) else {
        let lost = try repository.outside(claims.map(\.sha), historyOf: nil)
        for claim in claims where lost.contains(claim.sha) {
          findings.append(
            .init(
              .note, .ref,
              "No branch leads to commit \(claim.sha.text.prefix(12)) of batch \"\(claim.batch)\" any more: "
                + "\"\(ref)\" is gone.", batch: claim.batch))
        }
        continue
      }
      let left = try repository.outside(claims.map(\.sha), historyOf: tip)
      for claim in claims where left.contains(claim.sha) {
        findings.append(
          .init(
            .note, .commit,
            "Commit \(claim.sha.text.prefix(12)) of batch \"\(claim.batch)\" has left \(ref).",
            batch: claim.batch))
      }
    }
  }

  /// The branch that is checked out must exist once a batch has landed on it: a power cut can take its ref.
  private mutating func lookForLostBranch(_ claims: [Claim]) throws(Fault) {
    guard case .branch(let ref, nil) = try repository.head(), let last = claims.last(where: { $0.ref == ref })
    else {
      return
    }
    var target = last.sha
    if let known = repository.lastKnown(ref), try repository.isAncestor(last.sha, of: known) {
      target = known
    }
    findings.append(
      .init(
        .error, .ref,
        "The branch \"\(ref)\" is checked out and gone: expected it at \(target.text.prefix(12)) or later, "
          + "where batch \"\(last.batch)\" landed.",
        position: last.position, batch: last.batch, repair: .ref(ref, sha: target.text)))
  }

  /// Position and hash of a commit's anchor, all of its digits as before 0.2 or the first of them; nil for a string
  /// that is not one.
  static func head(in message: GitRepository.Message) -> LedgerHead? {
    let parts = message.trailer("Ledger-Head")?.split(separator: ":") ?? []
    guard parts.count == 2, let position = Int64(parts[0]), position > 0 else { return nil }
    return LedgerHead(position: position, hashPrefix: parts[1])
  }

  // MARK: - Anchors

  /// Says what anchors mean that do not hold, given where the chain is right up to.
  ///
  /// A commit whose batch this ledger has never seen may be another ledger's: of a sub-folder of the same
  /// repository, or
  /// one that was thrown away; `elsewhere` are those of which this ledger says itself that another made them. It counts against this one only if other commits prove that it anchors this
  /// one.
  func judge(
    _ verification: LedgerVerification, batches: Set<String>, elsewhere: Set<GitID>
  ) throws(Fault) -> [LedgerReview.Finding] {
    var held: Set<LedgerHead> = []
    for anchor in verification.anchors where anchor.holds { held.insert(anchor.head) }
    let isOurs = anchors.contains { held.contains($0.head) }
    var findings: [LedgerReview.Finding] = []
    let strange = anchors.filter { anchor in
      isOurs && !held.contains(anchor.head) && !anchor.isClaimed && !batches.contains(anchor.batch)
    }
    let paths = try repository.changedPaths(of: strange.map(\.sha))
    for anchor in anchors where !held.contains(anchor.head) {
      // Where the chain breaks, what comes later can't hold: the break is what counts.
      if let broken = verification.finding, anchor.head.position >= broken.position { continue }
      let isCut = anchor.head.position > verification.head.position
      let short = anchor.sha.text.prefix(12)
      let isKnown = anchor.isClaimed || batches.contains(anchor.batch)
      let isToldElsewhere = elsewhere.contains(anchor.sha) && !anchor.isClaimed
      let isElsewhere =
        isToldElsewhere ? true : isKnown ? false : isOurs ? isForeign(paths[anchor.sha] ?? []) : true
      if isElsewhere {
        findings.append(
          .init(
            .note, .anchor,
            "Commit \(short) of batch \"\(anchor.batch)\" is anchored in another ledger, or in one that "
              + "is gone.",
            batch: anchor.batch))
      } else if isCut {
        findings.append(
          .init(
            .error, .anchor,
            "The ledger's tail is missing: commit \(short) of batch \"\(anchor.batch)\" names position "
              + "\(anchor.head.position), and the ledger ends at \(verification.head.position).",
            position: verification.head.position + 1, batch: anchor.batch))
      } else {
        findings.append(
          .init(
            .error, .anchor,
            "The ledger is not the one that was published: commit \(short) of batch \"\(anchor.batch)\" "
              + "names "
              + "\(anchor.head.knownHash) for position \(anchor.head.position), and the ledger has another "
              + "hash there.",
            position: anchor.head.position, batch: anchor.batch))
      }
    }
    return Self.capped(findings)
  }

  /// The most findings of commits that are reported.
  private static let toldAtMost = 100

  private static func capped(_ findings: [LedgerReview.Finding]) -> [LedgerReview.Finding] {
    guard findings.count > toldAtMost else { return findings }
    let inOrder = findings.filter { $0.level == .error } + findings.filter { $0.level == .note }
    let rest = inOrder.dropFirst(toldAtMost)
    let more = LedgerReview.Finding(
      rest.contains { $0.level == .error } ? .error : .note, .anchor,
      "\(rest.count) more commits are like these.")
    return Array(inOrder.prefix(toldAtMost)) + [more]
  }

  /// What an empty ledger means where the branch that is checked out has commits of this project's batches.
  ///
  /// `isMissing` says that there is no ledger at all.
  func absence(isMissing: Bool = false) throws(Fault) -> LedgerReview.Finding? {
    let messages = try repository.messages(withLineStart: "Ledger-Head: ", in: ["HEAD"])
    let paths = try repository.changedPaths(of: messages.map(\.id))
    let own = messages.filter { Self.head(in: $0) != nil && !isForeign(paths[$0.id] ?? []) }
    guard let latest = own.first, let head = Self.head(in: latest) else { return nil }
    return .init(
      .error, .anchor,
      "\(isMissing ? "There is no ledger here" : "The ledger is empty"), and \(own.count) \(own.count == 1 ? "commit" : "commits") on this branch "
        + "\(own.count == 1 ? "is" : "are") anchored in one that is not here: \(latest.id.text.prefix(12)) of batch "
        + "\"\(latest.trailer("Ledger-Batch") ?? "")\" names position \(head.position).",
      position: 1, batch: latest.trailer("Ledger-Batch"))
  }

  /// Whether a commit's files lie in the folder of another project, one with a ledger of its own.
  private func isForeign(_ paths: [String]) -> Bool {
    let prefix = repository.layout.prefix
    guard paths.contains(where: { $0.hasPrefix(prefix) }) else { return true }
    return paths.contains { path in
      var folder = path.dropFirst(prefix.count)
      while let slash = folder.lastIndex(of: "/") {
        folder = folder[..<slash]
        let inner = "\(repository.layout.topLevel)/\(prefix)\(folder)/\(ProjectLayout.folderName)"
        if ProjectPath.kind(of: inner) != nil { return true }
      }
      return false
    }
  }
}
