import AssetBundle
import BatchModel
import Core
import FileStore
import GitRepository

/// Looks at every target and decides whether the batch may write there. Changes nothing.
///
/// A target may be absent, hold the same bytes, or be ours to replace: tracked at the tip, unmodified, and part of a
/// bundle of the same asset there. Everything else is the user's.
struct TargetSurvey: Sendable {
  let registration: Registration
  let briefs: [AssetBrief]
  let repository: any Repository
  let worktree: any Worktree
  /// The commit that the batch's commit will be based on; nil before a repository's first.
  let tip: GitID?
  /// False where the batch's branch is not the one checked out: then only the tip counts.
  let inWorkingTree: Bool
  /// What an earlier start of `place` found and meant to write.
  let prior: [PlannedTarget]
  /// Digests of bytes that each asset's bundle is known to consist of, before it is packaged; asked for only where
  /// there is a file.
  let known: @Sendable () async -> [AssetID: Set<Digest>]

  /// A file a bundle puts somewhere; its digest is nil before it is packaged.
  private struct Wanted {
    var asset: AssetID
    var role: PlannedTarget.Role
    var path: String
    var digest: Digest?
  }

  /// Plans every target, or throws all that is in the way.
  ///
  /// `bundles` holds the packaged bundles; without them the plan says what can be told before.
  func plan(_ bundles: [AssetID: BundleManifest]?) async throws(Faults) -> [PlannedTarget] {
    try await look(bundles).targets
  }

  /// What a survey finds: what becomes of every path, which ids are taken, and what the tip still has of replies.
  struct Findings: Sendable {
    var targets: [PlannedTarget]
    var taken: [TakenAsset] = []
    var replies: [AssetID: TipReply] = [:]
  }

  /// Plans every target and says which ids are taken, or throws all that is in the way.
  func look(_ bundles: [AssetID: BundleManifest]?) async throws(Faults) -> Findings {
    var taken: [TakenAsset] = []
    var replies: [AssetID: TipReply] = [:]
    var planned: [PlannedTarget] = []
    var faults: [Fault] = []
    do throws(Fault) {
      let earlier =
        try tip.map { tip throws(Fault) in
          try EarlierBundles(
            at: tip, of: briefs, layout: registration.configuration.layout, in: repository)
        } ?? .none
      taken = try self.taken(by: earlier)
      if let tip { replies = earlier.replies(at: tip) }
      faults += refusals(of: taken)
      let wanted = wanted(bundles)
      let leaving = leaving(earlier, wanted)
      let paths = wanted.map(\.path) + leaving.map(\.path)
      // The files are looked at before git is asked about them: whoever changes one in between is seen by git, and
      // whoever does so later changes the bytes that placing expects.
      let found = await states(of: paths)
      let facts = try repository.targetFacts(
        of: paths.map { repository.layout.prefix + $0 }, at: tip, inWorkingTree: inWorkingTree)
      faults += obstacles(facts, images: Set(wanted.filter { $0.role == .image }.map(\.path)))
      let states = try found.get()
      let isAnythingThere = states.values.contains { if case .regular = $0 { true } else { false } }
      let known = isAnythingThere ? await known() : [:]
      for target in wanted + leaving {
        do throws(Fault) {
          let plan = try plan(
            target, leaves: !wanted.contains { $0.path == target.path },
            earlier.files[target.asset]?[target.path], states[target.path],
            facts.status[repository.layout.prefix + target.path], known: known[target.asset] ?? [])
          if let plan { planned.append(plan) }
        } catch { faults.append(error) }
      }
    } catch {
      faults.append(error)
    }
    guard faults.isEmpty else { throw Faults(faults) }
    return Findings(targets: planned, taken: taken, replies: replies)
  }

  /// Throws what the tip has of the batch's ids that nobody allowed to be replaced.
  func refuseReplacing() throws(Faults) {
    var faults: [Fault] = []
    do throws(Fault) {
      guard let tip else { return }
      let earlier = try EarlierBundles(
        at: tip, of: briefs, layout: registration.configuration.layout, in: repository)
      faults = refusals(of: try taken(by: earlier))
    } catch {
      faults = error.all
    }
    if !faults.isEmpty { throw Faults(faults) }
  }

  private func wanted(_ bundles: [AssetID: BundleManifest]?) -> [Wanted] {
    briefs.flatMap { brief in
      brief.targets.all.map { path in
        Wanted(
          asset: brief.id, role: path == brief.targets.production ? .image : .bundle, path: path,
          digest: bundles?[brief.id]?.entries.first { $0.path == path }?.digest)
      }
    }
  }

  /// Files of earlier bundles that no asset's bundle goes to any more.
  private func leaving(_ earlier: EarlierBundles, _ wanted: [Wanted]) -> [Wanted] {
    let kept = Set(wanted.map(\.path))
    return briefs.flatMap { brief in
      (earlier.files[brief.id] ?? [:]).sorted { $0.key < $1.key }
        .filter { !kept.contains($0.key) }
        .map { Wanted(asset: brief.id, role: $0.value.role, path: $0.key, digest: nil) }
    }
  }

  /// What git itself has against the paths, whatever is there.
  private func obstacles(_ facts: TargetFacts, images: Set<String>) -> [Fault] {
    let prefix = repository.layout.prefix
    var faults: [Fault] = []
    for path in facts.ignored.sorted() { faults.append(.targetIgnored(path)) }
    for (path, attributes) in facts.attributes.sorted(by: { $0.key < $1.key }) {
      let isImage = images.contains { prefix + $0 == path }
      // A PNG begins with CR LF; our own text files hold none.
      for attribute in attributes where attribute != .lfs && (attribute != .text || isImage) {
        let source = try? repository.attributeSource(attribute, of: path, at: inWorkingTree ? nil : tip)
        faults.append(.targetAttribute(path, attribute, source: source ?? nil))
      }
    }
    for (path, obstacle) in facts.obstacles.sorted(by: { $0.key < $1.key }) {
      faults.append(.targetObstacle(path, obstacle))
    }
    return faults
  }

  private func states(of paths: [String]) async -> Result<[String: TargetState], Fault> {
    guard inWorkingTree else { return .success([:]) }
    var states: [String: TargetState] = [:]
    do throws(Fault) {
      for path in paths { states[path] = try await worktree.inspect(TargetPath(checking: path)) }
    } catch {
      return .failure(error)
    }
    return .success(states)
  }

  /// Decides about one path; nil where an earlier file that leaves is gone already.
  private func plan(
    _ target: Wanted, leaves: Bool, _ earlier: EarlierBundles.File?, _ state: TargetState?,
    _ status: PathStatus?, known: Set<Digest>
  ) throws(Fault) -> PlannedTarget? {
    guard let state else { return try planAtTip(target, leaves: leaves, earlier) }
    func planned(_ found: PlannedTarget.Found, old: Digest?) -> PlannedTarget {
      PlannedTarget(
        path: target.path, asset: target.asset, role: target.role, found: found,
        digest: target.digest, old: old)
    }
    let before = prior.first { $0.path == target.path }
    switch state {
    case .absent:
      if leaves {
        if let before, before.found == .removed { return before }
        return earlier == nil ? nil : planned(.removed, old: nil)
      }
      if let status, status.staged != .absent, status.tip == nil {
        throw .targetStaged(target.path)
      }
      return planned(.absent, old: nil)
    case .regular(let digest, _, _):
      // Ours as it is; what is to go there instead may not be known yet.
      if let before, before.digest == digest, target.digest == nil || target.digest == digest {
        return before
      }
      if let before, before.old == digest { return planned(leaves ? .removed : .replaced, old: digest) }
      if digest == target.digest { return planned(.identical, old: nil) }
      if isOurs(digest, earlier, status) || registration.forced.contains(target.path) {
        return planned(leaves ? .removed : .replaced, old: digest)
      }
      if target.digest == nil, known.contains(digest) {
        return planned(.identical, old: nil)
      }
      throw .targetNotOurs(
        target.path, asset: target.asset, isTracked: status?.tip != nil, isBundle: earlier != nil)
    default:
      throw .targetInTheWay(
        try TargetPath(checking: target.path), state, expected: "no file, or one that an earlier batch placed"
      )
    }
  }

  private func isOurs(_ digest: Digest, _ earlier: EarlierBundles.File?, _ status: PathStatus?) -> Bool {
    guard let earlier, let status, status.isUnmodified else { return false }
    // A checkout without Git LFS's program leaves its pointer where the bytes belong.
    return earlier.expected == nil || earlier.expected == digest || earlier.expected == status.pointer?.digest
  }

  /// Decides by the tip alone, where nothing goes to the working tree.
  private func planAtTip(
    _ target: Wanted, leaves: Bool, _ earlier: EarlierBundles.File?
  ) throws(Fault) -> PlannedTarget? {
    func planned(_ found: PlannedTarget.Found) -> PlannedTarget {
      PlannedTarget(
        path: target.path, asset: target.asset, role: target.role, found: found,
        digest: target.digest, old: nil)
    }
    if leaves { return planned(.removed) }
    let path = repository.layout.prefix + target.path
    guard let tip, let entry = try repository.entries(at: tip, [path])[path] else {
      return planned(.absent)
    }
    if let digest = target.digest,
      let bytes = try repository.blobs([entry.id], limitBytes: 1 << 30)[entry.id],
      LargeFilePointer(bytes)?.digest ?? Digest.sha256(bytes) == digest
    {
      return planned(.identical)
    }
    if earlier != nil || registration.forced.contains(target.path) { return planned(.replaced) }
    throw .targetNotOurs(target.path, asset: target.asset, isTracked: true, isBundle: false)
  }
}
