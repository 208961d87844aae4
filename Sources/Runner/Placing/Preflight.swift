import BatchModel
import Core
import Files
import GitRepository
import Ledger

/// The check before any work: whether the batch could be placed and committed here. Changes nothing.
struct Preflight: Sendable {
  let repository: any Repository
  /// How the commit is to be made.
  let commit: Configuration.Commit

  /// Where a batch's commit would go, and by whom.
  struct Destination: Hashable, Sendable {
    /// Full name of the branch.
    var ref: String
    /// Its tip; nil where the branch does not exist yet.
    var tip: GitID?
    /// What a branch that does not exist yet starts from; nil before a repository's first commit.
    var base: GitID?
    var inWorkingTree: Bool
    var identities: Identities
    var notes: [String]

    /// The commit that would be the parent of the batch's own.
    var parent: GitID? { tip ?? base }
  }

  /// Finds the branch and checks the repository; throws all that speaks against working here.
  ///
  /// `branch` is a short name, or nil for the one checked out.
  func destination(branch: String?) throws(Faults) -> Destination {
    var faults: [Fault] = []
    func collecting<Value>(_ body: () throws(Fault) -> Value) -> Value? {
      do throws(Fault) { return try body() } catch {
        faults.append(error)
        return nil
      }
    }
    if let operation = repository.operationUnderWay() { faults.append(.operationUnderWay(operation)) }
    if let folder = repository.unwritableFolder() { faults.append(.gitNotWritable(folder)) }
    let standing = repository.standing()
    let identities = collecting(standing.identities.get)
    let place = collecting { () throws(Fault) in try self.place(branch: branch, head: standing.head.get()) }
    let signing = commit.sign ? collecting { () throws(Fault) in try repository.signing() } : nil
    if let place, !place.inWorkingTree,
      let path = collecting({ () throws(Fault) in try repository.checkedOutElsewhere(place.ref) })
        .flatMap({ $0 })
    {
      faults.append(.branchElsewhere(place.ref, path: path))
    }
    guard faults.isEmpty, let identities, let place else { throw Faults(faults) }
    let notes = [Self.note(on: repository.hooksPresent(), run: commit.hooks), signing?.text].compactMap { $0 }
    return Destination(
      ref: place.ref, tip: place.tip, base: place.base, inWorkingTree: place.inWorkingTree,
      identities: identities, notes: notes)
  }

  /// Branches that a tool rebuilds all the time, out of others: a commit on one would be lost.
  private static let madeByTools: Set = [
    "refs/heads/gitbutler/workspace", "refs/heads/gitbutler/integration",
  ]

  /// Names the hooks that are there and do not run, in one line; nil where there are none.
  ///
  /// `run` says that the configuration asks for hooks.
  static func note(on hooks: [PresentHook], run isAsked: Bool) -> String? {
    func names(_ hooks: [PresentHook]) -> String { hooks.map(\.name).sorted().joined(separator: ", ") }
    var sentences: [String] = []
    let idle = hooks.filter { $0.isExecutable && !(isAsked && $0.runsWhereAsked) }
    if !idle.isEmpty { sentences.append("Hooks that are there and not run: \(names(idle)).") }
    // A hook that is switched off by its mode is news only to whoever asks for hooks.
    let lame = hooks.filter { isAsked && $0.runsWhereAsked && !$0.isExecutable }
    if !lame.isEmpty { sentences.append("Hooks that are not executable and not run: \(names(lame)).") }
    return sentences.isEmpty ? nil : sentences.joined(separator: " ")
  }

  private func place(
    branch: String?, head: HeadState
  ) throws(Fault) -> (ref: String, tip: GitID?, base: GitID?, inWorkingTree: Bool) {
    guard let branch, !branch.isEmpty else {
      switch head {
      case .branch(let ref, _) where Self.madeByTools.contains(ref): throw .branchOfATool(ref)
      case .branch(let ref, let tip): return (ref, tip, nil, true)
      case .detached(let commit): throw .headDetached(commit)
      }
    }
    guard try repository.isBranchName(branch) else { throw .branchNameRefused(branch) }
    let ref = "refs/heads/\(branch)"
    switch head {
    case .branch(ref, let tip): return (ref, tip, nil, true)
    case .branch(_, let base):
      return (ref, try repository.tip(of: ref), base, false)
    case .detached(let base): return (ref, try repository.tip(of: ref), base, false)
    }
  }
}

extension StageWork {
  /// Checks a batch that is to continue; returns notes for the user.
  func preflight(_ state: BatchState) async throws(Fault) -> [String] {
    do {
      let preflight = Preflight(
        repository: try surroundings.repository(), commit: configuration.commit)
      let destination = try preflight.destination(branch: registration.branchName)
      let found = try await survey(destination, state).look(nil)
      surveyed.note(found.replies)
      return destination.notes + found.taken.compactMap(\.line)
    } catch {
      throw Fault(error)
    }
  }

  /// The survey of this batch's targets, seen from a destination.
  func survey(
    _ destination: Preflight.Destination, _ state: BatchState
  ) throws(Fault) -> TargetSurvey {
    TargetSurvey(
      registration: registration,
      briefs: briefsInOrder,
      repository: try surroundings.repository(), worktree: worktree,
      tip: destination.parent, inWorkingTree: destination.inWorkingTree, prior: state.placePlan,
      known: { await knownDigests(state.assets) })
  }

  /// Has git begin with what the survey will ask.
  func askAhead(_ destination: Preflight.Destination) throws(Fault) {
    try EarlierBundles.askAhead(
      at: destination.parent, inWorkingTree: destination.inWorkingTree,
      of: briefsInOrder, layout: configuration.layout, in: surroundings.repository())
  }

  /// As the manifest has them.
  var briefsInOrder: [AssetBrief] { registration.manifest.assets.map { brief(of: $0.id) } }

  /// Digests that the assets' bundles are known to consist of, from this batch and earlier ones.
  func knownDigests(_ assets: [AssetState]) async -> [AssetID: Set<Digest>] {
    var known: [AssetID: Set<Digest>] = [:]
    for asset in assets {
      var digests: Set = [asset.image.digest]
      var query = EventQuery()
      query.asset = asset.id.text
      query.stages = [Stage.render.rawValue]
      query.kinds = [.stageCompleted]
      query.reversed = true
      query.limit = 20
      for event in (try? await surroundings.store.events(matching: query)) ?? [] {
        guard case .stageCompleted(_, let completion)? = try? BatchEvent(event) else { continue }
        digests.formUnion(completion.outputs.map(\.digest))
      }
      known[asset.id] = digests
    }
    return known
  }

  /// Says which images have changed since they were pinned; the batch continues with the pinned bytes.
  func changedSources(_ state: BatchState) throws(Fault) -> [Note] {
    var notes: [Note] = []
    for image in state.assets.map(\.image) {
      let source = brief(of: image.asset).source
      guard let found = InputFile.digest(at: source), found != image.source else { continue }
      notes.append(
        Note(
          "image_changed",
          "The image \"\(source)\" of asset \"\(image.asset)\" has changed since it was registered; "
            + "the batch continues with the registered bytes. "
            + "Take the new ones with `ledgerctl retry \(batch) \(image.asset) --from validate`.",
          asset: image.asset.text))
    }
    return notes
  }
}

extension Faults {
  /// The first fault, which carries the others with it.
  var first: Fault {
    guard var first = all.first else {
      preconditionFailure("Faults are thrown only where there is at least one.")
    }
    first.others += all.dropFirst()
    return first
  }
}
