import AssetBundle
import BatchModel
import Core
import Extractors
import FileStore
import Ledger

/// Does what the stages of assets are about. Holds no state of the batch: it is handed what it works on.
struct StageWork: Sendable {
  let batch: BatchID
  let registration: Registration
  /// What the batch was registered with, but for how this run works.
  let configuration: Configuration
  let briefs: [AssetID: AssetBrief]
  let surroundings: Surroundings
  let extractor: any Extractor
  let templates: BundleTemplates
  let worktree: any Worktree
  let surveyed: SurveyedTip

  /// `sources` say where images lie that are not where the registration has them, `surveyed` what was seen of the tip
  /// before.
  init(
    batch: BatchID, registration: Registration, execution: ExecutionSettings? = nil,
    surroundings: Surroundings, extractor: any Extractor, templates: BundleTemplates,
    sources: [AssetID: String] = [:], surveyed: SurveyedTip = SurveyedTip()
  ) throws(Fault) {
    self.surveyed = surveyed
    self.batch = batch
    self.registration = registration
    configuration = execution.map(registration.configuration.executing) ?? registration.configuration
    self.surroundings = surroundings
    self.extractor = extractor
    self.templates = templates
    worktree = try surroundings.worktree(surroundings.mark.token(of: batch))
    briefs = Dictionary(
      uniqueKeysWithValues: try AssetBrief.all(in: registration).map { brief in
        var brief = brief
        brief.source = sources[brief.id] ?? brief.source
        return (brief.id, brief)
      })
  }

  var objects: any ObjectStore { surroundings.objects }
  var policy: RetryPolicy { RetryPolicy(maxAttempts: configuration.limits.maxAttempts) }

  /// Whether one call asks for all pending assets.
  var extractsTogether: Bool { configuration.extractor.batch && extractor is any BatchExtractor }

  func brief(of asset: AssetID) -> AssetBrief {
    guard let brief = briefs[asset] else {
      preconditionFailure("Every asset of a batch is in its registration.")
    }
    return brief
  }

  /// Looks whether a stage's result is there already, and whether what it reads is sound.
  func prepare(_ stage: Stage, of asset: AssetState) async throws -> Preparation {
    do throws(Fault) {
      if let damage = try await damage(before: stage, of: asset) { return damage }
      switch stage {
      case .validate: return try await reusable(.validate(asset), of: asset, stage)
      case .extract: return try await prepareExtract(asset)
      case .render:
        guard let reply = asset[.extract].completion?.facts else {
          preconditionFailure("render is planned after extract.")
        }
        let measured = asset[.validate].completion?.output(ValidateStage.measuredName)
        let key = StageKey.render(
          asset, brief(of: asset.id), measured: measured?.digest, reply: reply.digest,
          asked: asset.asked, trust: configuration.extractor.trust, templates: registration.templates)
        return try await reusable(key, of: asset, stage)
      case .package:
        let rendered = asset[.render].completion?.outputs ?? []
        return try await reusable(
          .package(asset, brief(of: asset.id), rendered: rendered), of: asset, stage)
      case .place, .commit: preconditionFailure("'\(stage.rawValue)' is not a stage of an asset.")
      }
    } catch {
      return .ended(StageOutcome(error, durationMs: 0))
    }
  }

  /// Does a stage of the assets given; several only for an extraction of all at once. A call is made only while its
  /// grant is good.
  func execute(
    _ stage: Stage, of work: [(AssetState, StageKey)], under grant: CallStart? = nil
  ) async -> [(AssetID, StageOutcome)] {
    if stage == .extract, extractsTogether { return await extractTogether(work, under: grant) }
    var outcomes: [(AssetID, StageOutcome)] = []
    for (asset, key) in work {
      let started = surroundings.clock.now()
      outcomes.append((asset.id, await execute(stage, of: asset, key, under: grant, started: started)))
    }
    return outcomes
  }

  private func execute(
    _ stage: Stage, of asset: AssetState, _ key: StageKey, under grant: CallStart?, started: Moment
  ) async -> StageOutcome {
    do throws(Fault) {
      switch stage {
      case .validate: return try await validate(asset, key, started: started)
      case .extract: return try await extract(asset, key, under: grant, started: started)
      case .render: return try await render(asset, key, started: started)
      case .package: return try await package(asset, key, started: started)
      case .place, .commit: preconditionFailure("'\(stage.rawValue)' is not a stage of an asset.")
      }
    } catch {
      return StageOutcome(error, durationMs: elapsedMs(since: started))
    }
  }

  /// Milliseconds since a moment, by the clock nobody sets.
  func elapsedMs(since start: Moment) -> Int64 {
    max(0, surroundings.clock.now().bootMs - start.bootMs)
  }

  // MARK: - Reuse

  /// Finds the newest completed event under a key whose outputs are all sound.
  func reusable(
    _ key: StageKey, of asset: AssetState, _ stage: Stage
  ) async throws(Fault) -> Preparation {
    let events: [Event]
    do { events = try await surroundings.store.events(underKey: key.digest) } catch {
      throw Fault.ledger(error)
    }
    for stored in events {
      guard case .stageCompleted(_, let earlier)? = try? BatchEvent(stored),
        earlier.key?.digest == key.digest, try await areSound(earlier.outputs)
      else { continue }
      let completion = StageCompletion(
        how: .reused, key: key, outputs: earlier.outputs, durationMs: 0, source: stored.position)
      return .done(completion, package: package(stage, earlier.outputs))
    }
    return .needed(key)
  }

  func package(_ stage: Stage, _ outputs: [StageOutput]) -> AssetPackage? {
    guard stage == .package, let bundle = outputs.first else { return nil }
    return AssetPackage(bundle: bundle.digest)
  }

  private func areSound(_ outputs: [StageOutput]) async throws(Fault) -> Bool {
    for output in outputs where try await objects.check(output.digest) != .sound { return false }
    return true
  }

  /// Checks what a stage is about to read; a missing or damaged object opens the stage that made it again.
  func damage(before stage: Stage, of asset: AssetState) async throws(Fault) -> Preparation? {
    if stage == .validate || stage == .extract || stage == .package {
      try await ensureImage(of: asset)
    }
    for earlier in Stage.ofAsset where earlier < stage {
      for output in asset[earlier].completion?.outputs ?? [] {
        let condition = try await objects.check(output.digest)
        guard condition != .sound else { continue }
        return .damaged(
          earlier,
          StageInvalidation(
            code: "output_\(condition.rawValue)",
            message: "The object of \"\(output.name)\" is \(condition.rawValue): "
              + "expected \(output.digest.hex)."))
      }
    }
    return nil
  }

  /// What images must keep to that are taken after the registration; the working tree may have been moved since.
  var imageRule: ImageRule {
    let top = try? surroundings.repository().layout.topLevel
    return ImageRule(
      registration.configuration.policy,
      beneath: registration.imagesBeneath.map { [$0] + (top.map { [$0] } ?? []) })
  }

  /// Makes sure that the pinned image is intact; a lost one is taken again from its source while that still holds it.
  private func ensureImage(of asset: AssetState) async throws(Fault) {
    guard let object = asset.image.object, try await objects.check(object) != .sound else { return }
    let source = brief(of: asset.id).source
    let again = try? await objects.pinImage(source, under: imageRule)
    guard again?.id == asset.image.digest else {
      throw Fault.pinnedImageLost(asset.id, digest: asset.image.digest, source: source)
    }
  }
}
