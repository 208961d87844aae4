import AssetBundle
import BatchModel
import Core
import Files
import GitRepository
import Ledger

extension Runner {
  /// Plans what running a request would do. Changes nothing where the dependencies are a plan's: see
  /// `Planning`.
  func plan(_ request: RunRequest) async -> BatchPlan {
    var plan = BatchPlan(batch: request.manifest.batchID)
    do {
      let state = try await load(plan.batch)
      if state.registration != nil { plan.state = state.phase }
      switch try await admission(of: request, to: state) {
      case .nothingToDo(let notes): plan.notes = notes.map(\.message)
      case .register: try await register(request, state, .register, into: &plan)
      case .revise: try await register(request, state, .revise, into: &plan)
      case .goOn: try await goOn(request, state, into: &plan)
      }
    } catch let faults as Faults {
      plan.faults += faults.all
    } catch let fault as Fault {
      plan.faults.append(fault)
    } catch {
      plan.faults.append(.unexpected(error))
    }
    return plan
  }

  private func register(
    _ request: RunRequest, _ state: BatchState, _ action: BatchPlan.Action, into plan: inout BatchPlan
  ) async throws {
    plan.action = action
    let (images, missing) = await pinAll(request)
    plan.faults += missing
    let preflight = Preflight(
      repository: try surroundings.repository(), commit: request.configuration.commit)
    let destination: Preflight.Destination
    do throws(Faults) {
      destination = try preflight.destination(branch: request.branch ?? request.configuration.commit.branch)
    } catch {
      plan.faults += error.all
      return
    }
    plan.notes += destination.notes
    plan.notes += try outsiders(request)
    let templates = try await pinTemplates(request)
    guard missing.isEmpty else { return }
    let registration = Registration(
      manifest: request.manifest, manifestDigest: request.manifest.digest, images: images,
      configuration: request.configuration, templates: templates, branch: destination.ref,
      tip: destination.tip?.text, base: destination.base?.text, author: destination.identities.author,
      committer: destination.identities.committer, toolVersion: surroundings.process.toolVersion,
      forced: request.forced, replaced: request.replaced.isEmpty ? nil : request.replaced,
      imagesBeneath: request.imagesBeneath)
    if !request.again, action == .register {
      let repository = try surroundings.repository()
      let history = try BatchHistory(of: plan.batch, on: destination.ref, at: destination.tip, in: repository)
      if let found = try history.landing(of: registration.content, at: destination.tip, in: repository) {
        plan.action = .nothing
        plan.notes = ["The batch landed as \(found.commit.prefix(12)) (found in the history)."]
        plan.notes +=
          Self.notes(on: found.landing, of: found.commit, registration.branchName).map(\.message)
        return
      }
    }
    do throws(Fault) { try checkExtractor(request) } catch { plan.faults.append(error) }
    do { try await refuseReplacingOthers(registration) } catch let faults as Faults {
      plan.faults += faults.all
    }
    try await work(
      registered(registration, state), registration, request.configuration.execution, destination,
      into: &plan)
  }

  /// Names the images that lie outside of the repository.
  private func outsiders(_ request: RunRequest) throws(Fault) -> [String] {
    let top = try surroundings.repository().layout.topLevel
    let outside = request.manifest.assets.filter { !ProjectPath.leads($0.source, into: top) }
    if outside.isEmpty { return [] }
    let names = outside.prefix(5).map { "\"\($0.source)\"" }.joined(separator: ", ")
    return ["Images from outside of the repository: \(names)\(outside.count > 5 ? ", …" : "")."]
  }

  private func goOn(
    _ request: RunRequest, _ state: BatchState, into plan: inout BatchPlan
  ) async throws {
    plan.action = .goOn
    guard let registration = state.registration else { throw Fault.batchUnknown(plan.batch.text) }
    let preflight = Preflight(
      repository: try surroundings.repository(), commit: registration.configuration.commit)
    let destination = try preflight.destination(branch: registration.branchName)
    plan.notes += destination.notes
    let options = RunOptions(configuration: request.configuration)
    let execution = try execution(options, registration)
    do throws(Fault) { try checkExtractor(registration, execution, state) } catch {
      plan.faults.append(error)
    }
    plan.notes += try settingNotes(runStart(execution, options), options, state).map(\.message)
    try await work(state, registration, execution, destination, into: &plan)
  }

  private func work(
    _ state: BatchState, _ registration: Registration, _ execution: ExecutionSettings,
    _ destination: Preflight.Destination, into plan: inout BatchPlan
  ) async throws {
    let stages = try await stages(for: registration, plan.batch, execution)
    // Git reads while the ledger is read; the survey reports what is in the way.
    if state.placement == nil { try? stages.askAhead(destination) }
    plan.notes += try stages.changedSources(state).map(\.message)
    if state.placement == nil { try stages.noteReplies(at: destination) }
    let now = surroundings.clock.now()
    var bundles: [AssetID: BundleManifest] = [:]
    for asset in state.assets {
      var course = AssetCourse(asset, stages, state, now: now)
      try await course.run()
      plan.assets.append(BatchPlan.AssetPlan(asset: asset.id, stages: course.inOrder))
      plan.faults += course.faults
      if course.isRendered { bundles[asset.id] = try stages.bundleManifest(of: course.asset) }
    }
    plan.faults += state.faults(batch: plan.batch).filter { fault in
      state.assets.contains { $0.id.text == fault.asset && $0.name == .failed }
    }
    plan.calls = try await calls(of: plan.assets, state, stages, now: now)
    do {
      try stages.checkTargets()
      let findings = try await targets(state, stages, destination, bundles)
      plan.taken = findings.taken
      plan.targets = Self.inOrder(findings)
    } catch let faults as Faults {
      plan.faults += faults.all
      return
    } catch let fault as Fault {
      plan.faults.append(fault)
      return
    }
    try planCommit(stages, destination, bundles, into: &plan)
  }

  private func targets(
    _ state: BatchState, _ stages: StageWork, _ destination: Preflight.Destination,
    _ bundles: [AssetID: BundleManifest]
  ) async throws -> TargetSurvey.Findings {
    if let placement = state.placement { return TargetSurvey.Findings(targets: placement.targets) }
    return try await stages.survey(destination, state).look(bundles)
  }

  /// Paths in the order in which they matter: replaced, updated, removed, created, kept.
  private static func inOrder(_ findings: TargetSurvey.Findings) -> [PlannedTarget] {
    let replaced = Set(findings.taken.filter { $0.kind == .replace }.map(\.asset))
    func rank(_ target: PlannedTarget) -> Int {
      switch target.found {
      case .replaced: replaced.contains(target.asset) ? 0 : 1
      case .removed: 2
      case .absent: 3
      case .identical: 4
      }
    }
    return findings.targets.enumerated()
      .sorted { (rank($0.element), $0.offset) < (rank($1.element), $1.offset) }.map(\.element)
  }

  private func planCommit(
    _ stages: StageWork, _ destination: Preflight.Destination, _ bundles: [AssetID: BundleManifest],
    into plan: inout BatchPlan
  ) throws(Fault) {
    let isPresent = bundles.count == plan.assets.count && plan.targets.allSatisfy { $0.found == .identical }
    let entries = try isPresent ? landed(plan.targets, at: destination.tip) : false
    if entries {
      plan.notes.append("The branch holds these bundles already: nothing would be committed.")
      return
    }
    let message = try stages.commitMessage(for: plan.targets, head: LedgerHead(position: 0, hash: .zero))
    plan.commit = BatchPlan.CommitPlan(
      ref: destination.ref, branch: stages.registration.branchName, parent: destination.parent?.text,
      message: message.replacing(
        CommitMessage.anchor(LedgerHead(position: 0, hash: .zero)), with: "POSITION:HASH"),
      author: stages.registration.author, signs: stages.configuration.commit.sign)
  }

  /// Whether a tip holds all targets, so that there is nothing to commit.
  private func landed(_ targets: [PlannedTarget], at tip: GitID?) throws(Fault) -> Bool {
    guard let tip else { return false }
    let repository = try surroundings.repository()
    let paths = targets.map { repository.layout.prefix + $0.path }
    let status = try repository.status(of: paths, at: tip)
    return paths.allSatisfy { status[$0]?.tip != nil && status[$0]?.workingMatchesTip == true }
  }

  private func calls(
    of assets: [BatchPlan.AssetPlan], _ state: BatchState, _ stages: StageWork, now: Moment
  ) async throws -> BatchPlan.Calls {
    let running = assets.count { asset in
      asset.stages.contains { $0.stage == .extract && ($0.action == .run || $0.action == .wait) }
    }
    let settings = stages.configuration.extractor
    var calls = BatchPlan.Calls(
      extractor: settings.kind.rawValue, needed: settings.batch ? min(1, running) : running)
    guard stages.isLimited, running > 0 else { return calls }
    calls.cost = settings.pricePerCall.flatMap(Price.init)?.times(calls.needed)
    let limits = CallLimits(
      perMinute: stages.configuration.limits.requestsPerMinute, inFlight: stages.configuration.limits.inFlight
    )
    let allowance: Allowance
    do {
      allowance = try await surroundings.store.allowance(of: stages.limiter, under: limits, at: now)
    } catch { throw Fault.ledger(error) }
    calls.allowed = allowance.calls
    calls.next = allowance.next
    if let paused = state.calls.binding(stages.limiter).pausedUntil, paused.remainingMs(at: now) > 0 {
      calls.allowed = 0
      calls.next = paused
    }
    return calls
  }
}
