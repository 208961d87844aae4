import AssetBundle
import BatchModel
import Core
import Extractors
import FileStore
import Files
import GitRepository
import Ledger

/// A manifest to run, and what a user says about it.
public struct RunRequest: Sendable {
  public var manifest: Manifest
  public var configuration: Configuration
  /// Short name of the branch; nil for the configuration's, else the one checked out.
  public var branch: String?
  /// Targets that may be overwritten although they are not ours.
  public var forced: [String]
  /// Ids of assets that may take the place of other assets; `all` stands for every id.
  public var replaced: [String]
  /// Land a batch again whose commit has left the branch.
  public var again: Bool
  /// The folder that images must lie in once all links are resolved, as the working tree for a manifest that somebody else
  /// may have written; nil takes them from anywhere.
  public var imagesBeneath: String?

  public init(
    manifest: Manifest, configuration: Configuration, branch: String? = nil, forced: [String] = [],
    replaced: [String] = [], again: Bool = false, imagesBeneath: String? = nil
  ) {
    self.manifest = manifest
    self.configuration = configuration
    self.branch = branch
    self.forced = forced
    self.replaced = replaced
    self.again = again
    self.imagesBeneath = imagesBeneath
  }

  var imageRule: ImageRule { ImageRule(configuration.policy, beneath: imagesBeneath.map { [$0] }) }
}

/// What a manifest means for a batch in its present state.
enum Admission: Hashable, Sendable {
  case register, revise, goOn
  case nothingToDo(notes: [Note])
}

extension Runner {
  /// Decides what running a manifest means for the batch.
  func admission(
    of request: RunRequest, to state: BatchState
  ) async throws(Fault) -> Admission {
    guard let registration = state.registration, state.cancellation == nil else { return .register }
    let isSame = registration.manifestDigest == request.manifest.digest
    guard let completion = state.completion else { return isSame ? .goOn : .revise }
    let isSeen = surroundings.seesCommit(state)
    if !isSeen { try await finishForgottenIndex() }
    let landing = isSeen ? .landed : try Landing.of(state, in: try surroundings.repository())
    if request.again, landing != .landed { return .register }
    guard isSame else {
      throw .batchCommitted(request.manifest.batchID, commit: completion.commit)
    }
    return .nothingToDo(
      notes: Self.notes(on: landing, of: completion.commit, registration.branchName)
        + Self.imagesChanged(since: state))
  }

  /// What there is to say of a batch that has landed and is not there any more.
  static func notes(on landing: Landing, of commit: String?, _ branch: String) -> [Note] {
    let sha = commit?.prefix(12) ?? ""
    return switch landing {
    case .landed: []
    case .reverted:
      [Note("commit_reverted", "Commit \(sha) was reverted on \(branch). Land it again with `--again`.")]
    case .gone:
      [Note("commit_gone", "Commit \(sha) is no longer on \(branch). Land it again with `--again`.")]
    }
  }

  /// Says which images have changed since a batch landed: they are not what it landed.
  private static func imagesChanged(since state: BatchState) -> [Note] {
    state.assets.compactMap { asset in
      guard let source = state.registration?.manifest.asset(asset.id)?.source,
        let found = InputFile.digest(at: source), found != asset.image.source
      else { return nil }
      return Note(
        "image_changed",
        "The image \"\(source)\" of asset \"\(asset.id)\" has changed since it landed. "
          + "Give the manifest a new `batch_id` to land it.", asset: asset.id.text)
    }
  }

  /// Pins the images, checks everything, and writes the registration down; then works on.
  func register(
    _ request: RunRequest, _ state: BatchState, _ options: RunOptions, revising: Bool
  ) async throws(Fault) -> RunReport {
    let batch = request.manifest.batchID
    try await finishForgottenIndex()
    let surveyed = SurveyedTip()
    let (registration, notes, found) = try await registration(for: request, state, surveyed)
    if let found, !revising { return .alreadyLanded(registration, found) }
    var options = options
    options.configuration = options.configuration ?? request.configuration
    if revising {
      return try await working(on: batch, state, options) { run, stages throws(Fault) in
        try await settle(run, stages, batch)
        if await !run.state.placePlan.isEmpty {
          try await stages.unplace(in: run, why: "The manifest was revised.")
        }
        var registration = registration
        registration.isAsked(by: await run.state.openRun?.start)
        try await run.write([.batchRevised(registration)])
      }
    }
    let run = makeRun(batch, state, options)
    let started = surroundings.clock.now()
    let execution = try execution(options, registration)
    try await run.write([
      .batchRegistered(registration), .runStarted(start(of: run, BatchState(), execution, options)),
    ])
    for note in notes { await run.note(note) }
    return await conclude(run, started) { () throws(Fault) in
      try await work(run, try await stages(for: registration, batch, execution, surveyed: surveyed))
    }
  }

  /// Makes the registration: pins images and templates, and checks that the batch could land here.
  func registration(
    for request: RunRequest, _ state: BatchState, _ surveyed: SurveyedTip
  ) async throws(Fault) -> (Registration, notes: [String], found: FoundLanding?) {
    let images = try await pin(request)
    let preflight = Preflight(
      repository: try surroundings.repository(), commit: request.configuration.commit)
    let chosen = request.branch ?? request.configuration.commit.branch
    do {
      let destination = try preflight.destination(branch: chosen)
      var registration = Registration(
        manifest: request.manifest, manifestDigest: request.manifest.digest, images: images,
        configuration: request.configuration, templates: try await pinTemplates(request),
        branch: destination.ref, tip: destination.tip?.text, base: destination.base?.text,
        author: destination.identities.author, committer: destination.identities.committer,
        toolVersion: surroundings.process.toolVersion, forced: request.forced,
        replaced: request.replaced.isEmpty ? nil : request.replaced, imagesBeneath: request.imagesBeneath)
      let repository = try surroundings.repository()
      let history = try BatchHistory(
        of: request.manifest.batchID, on: destination.ref, at: destination.tip, in: repository)
      if !request.again,
        let found = try history.landing(of: registration.content, at: destination.tip, in: repository)
      {
        return (registration, [], found)
      }
      try checkExtractor(request)
      registration.elsewhere = try await commitsOfOthers(history, request.manifest.batchID)
      let stages = try StageWork(
        batch: request.manifest.batchID, registration: registration, surroundings: surroundings,
        extractor: NoExtractor(), templates: .builtIn)
      try stages.checkTargets()
      try await refuseReplacingOthers(registration)
      let found = try await stages.survey(destination, registered(registration, state)).look(nil)
      surveyed.note(found.replies)
      return (registration, destination.notes + found.taken.compactMap(\.line), nil)
    } catch {
      throw Fault(error)
    }
  }

  /// Those of a batch's commits that this ledger did not make: `verify` must not hold them against it.
  private func commitsOfOthers(_ history: BatchHistory, _ batch: BatchID) async throws(Fault) -> [String]? {
    if history.commits.isEmpty { return nil }
    var query = EventQuery(batch: batch.text)
    query.kinds = [.commitIntended]
    let events: [Event]
    do { events = try await surroundings.store.events(matching: query) } catch { throw .ledger(error) }
    let ours = events.compactMap { event -> String? in
      guard case .commitIntended(let intent)? = try? BatchEvent(event) else { return nil }
      return intent.new
    }
    let others = history.commits.map(\.id.text).filter { !ours.contains($0) }
    return others.isEmpty ? nil : others
  }

  /// The state as a registration would leave it, with what was placed before.
  func registered(_ registration: Registration, _ state: BatchState) -> BatchState {
    var next = state
    next.apply(StampedEvent(.batchRegistered(registration), timeMs: 0, run: ""))
    next.placePlan = state.isEnded ? [] : state.placePlan
    return next
  }

  /// Copies every image into the objects; tells of all that are missing at once.
  private func pin(_ request: RunRequest) async throws(Fault) -> [PinnedImage] {
    let (images, faults) = await pinAll(request)
    if !faults.isEmpty { throw Faults(faults).first }
    return images
  }

  /// Copies every image into the objects that can be, and says what is wrong with the others.
  func pinAll(_ request: RunRequest) async -> ([PinnedImage], [Fault]) {
    var images: [PinnedImage] = []
    var faults: [Fault] = []
    for asset in request.manifest.assets {
      do throws(Fault) {
        let pinned = try await surroundings.objects.pinImage(asset.source, under: request.imageRule)
        try pinned.check(against: asset.sha256, of: asset.id, at: asset.path)
        images.append(PinnedImage(pinned, of: asset.id))
      } catch {
        var fault = error
        fault.asset = asset.id.text
        faults.append(fault)
      }
    }
    return (images, faults)
  }

  /// Keeps the templates' bytes, so that the batch renders with them whatever becomes of the files.
  func pinTemplates(_ request: RunRequest) async throws(Fault) -> [String: Digest] {
    let templates = try BundleTemplates.load(
      from: request.configuration.templates, beneath: surroundings.root)
    // Ours are sound, and reading a template takes milliseconds.
    if templates != .builtIn { try templates.check() }
    let named =
      [
        (BundleTemplates.contextFile, templates.context.bytes),
        (BundleTemplates.usageFile, templates.usage.bytes),
      ]
      + templates.more.map { ($0.name, $0.source.bytes) }
    let digests = try await surroundings.objects.putAll(named.map(\.1))
    return Dictionary(uniqueKeysWithValues: zip(named.map(\.0), digests))
  }
}

extension StageWork {
  /// Refuses targets that no checkout could hold side by side.
  func checkTargets() throws(Fault) {
    var paths: [TargetPath] = []
    for asset in registration.manifest.assets {
      for path in brief(of: asset.id).targets.all { paths.append(try TargetPath(checking: path)) }
    }
    if let clash = TargetClash.all(among: paths).first { throw .targetsClash(clash) }
  }
}

extension BundleTemplates {
  /// Reads the templates of a folder of the project, each where it is there, the shipped one where not; nil is no
  /// folder. No link is followed, and nothing outside of the project is read.
  static func load(from folder: String?, beneath root: String) throws(Fault) -> BundleTemplates {
    var templates = builtIn
    guard let folder else { return templates }
    guard !folder.split(separator: "/").contains("..") else { throw .templatesOutside(folder) }
    var found = 0
    for (name, path) in [
      (contextFile, \BundleTemplates.context), (usageFile, \BundleTemplates.usage),
    ] {
      let file = ProjectPath.appending([folder, name], to: root)
      do throws(Fault) {
        let bytes = try InputFile.bytes(at: folder + "/" + name, beneath: root, limitBytes: 1 << 20)
        templates[keyPath: path] = Source(file: file, bytes: bytes)
        found += 1
      } catch  where error.kind == .inputMissing {}
    }
    for name in try moreFiles(in: ProjectPath.appending([folder], to: root)) {
      let file = ProjectPath.appending([folder, name], to: root)
      let bytes = try InputFile.bytes(at: folder + "/" + name, beneath: root, limitBytes: 1 << 20)
      templates.more.append(More(name: name, source: Source(file: file, bytes: bytes)))
      found += 1
    }
    guard found > 0 else { throw .templatesMissing(ProjectPath.appending([folder], to: root)) }
    return templates
  }
}

extension BundleTemplates {
  /// The most templates that a folder can add to a bundle.
  static let moreLimit = 16

  /// Names of the files in a templates' folder that become files of every bundle, sorted. Hidden files are
  /// passed over; a name that no checkout could hold, or that a bundle has already, is refused.
  static func moreFiles(in folder: String) throws(Fault) -> [String] {
    let names: [String]
    do throws(FileError) { names = try OpenFile.names(inFolder: folder) } catch {
      if error.meansMissing { return [] }
      throw .file("read", folder, error)
    }
    let more = moreFiles(among: names.filter { !$0.hasPrefix(".") })
    for name in more {
      let isFit = name.wholeMatch(of: /[A-Za-z0-9][A-Za-z0-9._-]{0,63}/) != nil && !name.hasSuffix(".")
      guard isFit, !BundleTargets.documentNames.contains(name.lowercased()) else {
        throw .templateNameUnfit(folder + "/" + name)
      }
    }
    guard more.count <= moreLimit else {
      throw .templatesTooMany(folder, count: more.count, limit: moreLimit)
    }
    return more
  }
}

/// Takes an extractor's place where nothing is asked.
struct NoExtractor: Extractor {
  var identity: ExtractorIdentity { ExtractorIdentity(kind: "none", parts: [:]) }
  func extract(_ request: ExtractionRequest) async throws(ExtractorRefusal) -> ExtractionReply {
    throw .cancelled
  }
  func shutDown() async {}
}
