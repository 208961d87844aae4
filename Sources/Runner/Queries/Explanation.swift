import BatchModel
import Core
import Extractors
import GitRepository
import Ledger
import StrictJSON

/// Why each stage of an asset came out as it did.
public struct Explanation: Sendable {
  /// What became of a stage. Raw values are part of the contract.
  public enum Outcome: String, Hashable, Sendable, CaseIterable {
    case ran, reused, provided, skipped, failed, deferred, running
  }

  /// What decided, first of all: later differences often only follow from it.
  public enum Reason: Hashable, Sendable {
    /// No earlier event of this stage is known for the asset.
    case first
    /// This part of the key differs from that of the event before.
    case part(name: String, old: String?, new: String?)
    /// The key is that of an earlier event, whose result was taken over.
    case sameKey
    /// The key is that of an earlier event, but the stage was opened again.
    case reopened(String)
    /// The key is that of an earlier event, whose result was not sound any more, or never came.
    case resultLost
    /// The manifest brought the result.
    case manifest
    /// An earlier stage is not complete.
    case notReached(Stage)
    /// The words of a failure or a deferral.
    case said(code: String, String)
  }

  public struct StageExplanation: Hashable, Sendable {
    public var stage: Stage
    public var outcome: Outcome
    public var reason: Reason
    /// The position of the stage's last event.
    public var position: Int64?
    /// The event compared with, or whose result was taken over.
    public var comparedWith: Int64?
    public var comparedBatch: String?
    /// The commit whose bundle the result was taken from, in hexadecimal.
    public var from: String?
    public var key: Digest?
    /// Which field of the specs differs, where the specs decided.
    public var specs: SpecsDifference?
    /// Failures, postponements, interruptions, reopenings and retries before the outcome, oldest first.
    public var before: [Past] = []
  }

  /// Something that happened to a stage before it came to its present end.
  public struct Past: Hashable, Sendable {
    public var position: Int64
    /// Milliseconds since 1970.
    public var timeMs: Int64
    /// Such as `stage.failed`.
    public var type: String
    public var code: String?
    public var message: String
  }

  /// The first field in which two specs differ.
  public struct SpecsDifference: Hashable, Sendable {
    public var member: String
    public var old: JSONValue?
    public var new: JSONValue?
  }

  public var batch: BatchID
  public var asset: AssetID
  public var state: AssetState.Name
  public var stages: [StageExplanation]
}

extension Project {
  /// Explains each stage of an asset of a batch by the named parts of its key.
  public func explain(_ batch: BatchID, _ asset: AssetID) async throws(Fault) -> Explanation {
    let explainer = Explainer(project: self, batch: batch, asset: asset)
    return try await explainer.explain()
  }
}

extension Project {
  /// The same for an asset as a user names it.
  public func explain(_ batch: BatchID, named word: String) async throws(Fault) -> Explanation {
    guard let asset = AssetID(word) else {
      throw .assetUnknown(word, batch: batch.text, known: try await state(of: batch).assets.map(\.id))
    }
    return try await explain(batch, asset)
  }
}

/// Compares an asset's stages with what was before.
private struct Explainer {
  let project: Project
  let batch: BatchID
  let asset: AssetID

  func explain() async throws(Fault) -> Explanation {
    let state = try await project.state(of: batch)
    guard state.registration != nil else { throw .batchUnknown(batch.text) }
    guard let standing = state[asset: asset] else {
      throw .assetUnknown(asset.text, batch: batch.text, known: state.assets.map(\.id))
    }
    var query = EventQuery(batch: batch.text)
    let all = try await project.events(matching: query)
    let registered = all.last { $0.kind == .batchRegistered || $0.kind == .batchRevised }
    query.asset = asset.text
    let events = all.filter { $0.asset == asset.text && $0.position > registered?.position ?? 0 }
    var stages: [Explanation.StageExplanation] = []
    for stage in Stage.ofAsset {
      var explained = try await explain(
        stage, standing, events.filter { $0.stage == stage.rawValue }, events)
      explained.before = past(of: stage, among: all, current: explained.position)
      stages.append(explained)
    }
    return Explanation(batch: batch, asset: asset, state: standing.name, stages: stages)
  }

  private func past(of stage: Stage, among events: [Event], current: Int64?) -> [Explanation.Past] {
    events.compactMap { event in
      guard event.asset == asset.text, event.position != current, let fact = try? BatchEvent(event) else {
        return nil
      }
      func past(_ code: String?, _ message: String) -> Explanation.Past {
        .init(
          position: event.position, timeMs: event.timeMs, type: event.type, code: code, message: message)
      }
      if case .assetRetried(_, let retry) = fact {
        return retry.from == stage ? past(retry.reason, "retried by \(retry.by)") : nil
      }
      guard event.stage == stage.rawValue else { return nil }
      switch fact {
      case .stageFailed(_, let failure): return past(failure.code, failure.message)
      case .stageDeferred(_, let deferral): return past(deferral.code, deferral.message)
      case .stageInvalidated(_, let why): return past(why.code, why.message)
      case .stageInterrupted(_, let interruption):
        return past(
          interruption.signal, "interrupted" + (interruption.inDoubt ? ", a call may have been made" : ""))
      default: return nil
      }
    }
  }

  private func explain(
    _ stage: Stage, _ standing: AssetState, _ own: [Event], _ events: [Event]
  ) async throws(Fault) -> Explanation.StageExplanation {
    var explained = Explanation.StageExplanation(stage: stage, outcome: .skipped, reason: .first)
    switch standing[stage].progress {
    case .completed(let completion):
      let event = own.last { $0.kind == .stageCompleted }
      explained.position = event?.position
      explained.key = completion.key?.digest
      switch completion.how {
      case .executed: explained.outcome = .ran
      case .provided: explained.outcome = .provided
      case .reused: explained.outcome = .reused
      }
      try await decide(completion, at: event, events, into: &explained)
    case .started(let start, _):
      let event = own.last { $0.kind == .stageStarted }
      explained.outcome = .running
      explained.position = event?.position
      explained.key = start.key?.digest
      try await compare(start.key, before: event, events, into: &explained)
    case .failed(let failure):
      explained.outcome = .failed
      explained.position = own.last { $0.kind == .stageFailed }?.position
      explained.key = standing[stage].lastKey?.digest
      explained.reason = .said(code: failure.code, failure.message)
    case .deferred(let deferral, _):
      explained.outcome = .deferred
      explained.position = own.last { $0.kind == .stageDeferred }?.position
      explained.key = standing[stage].lastKey?.digest
      explained.reason = .said(code: deferral.code, deferral.message)
    case .waiting:
      explained.reason = reasonOfWaiting(stage, standing)
    }
    return explained
  }

  private func reasonOfWaiting(_ stage: Stage, _ standing: AssetState) -> Explanation.Reason {
    if let current = standing.currentStage, current < stage { return .notReached(current) }
    if let why = standing[stage].invalidation { return .reopened(why.message) }
    return .first
  }

  private func decide(
    _ completion: StageCompletion, at event: Event?, _ events: [Event],
    into explained: inout Explanation.StageExplanation
  ) async throws(Fault) {
    switch completion.how {
    case .reused:
      explained.reason = .sameKey
      explained.comparedWith = completion.source
      explained.from = completion.from
      if let source = completion.source {
        explained.comparedBatch = try await self.event(at: source)?.batch
      }
    case .provided:
      explained.reason = .manifest
    case .executed:
      try await compare(completion.key, before: event, events, into: &explained)
    }
  }

  /// Finds the first part of the key that differs from the last completion before an event.
  private func compare(
    _ key: StageKey?, before event: Event?, _ events: [Event],
    into explained: inout Explanation.StageExplanation
  ) async throws(Fault) {
    guard let key, let event else { return }
    guard let (earlier, old) = try await earlierCompletion(of: explained.stage, before: event) else { return }
    explained.comparedWith = earlier.position
    explained.comparedBatch = earlier.batch
    if let difference = old.firstDifference(to: key) {
      explained.reason = .part(name: difference.name, old: difference.old, new: difference.new)
      if difference.name == "specs" || difference.name == "sent" {
        explained.specs = try await specsDifference(
          from: earlier, to: event, asSent: difference.name == "sent")
      }
      return
    }
    let reopening = events.last { found in
      found.kind == .stageInvalidated && found.position < event.position
        && found.position > earlier.position
        && (found.stage.flatMap(Stage.init(rawValue:)) ?? .commit) <= explained.stage
    }
    if let reopening, case .stageInvalidated(_, let why)? = try? BatchEvent(reopening) {
      explained.reason = .reopened(why.message)
    } else {
      explained.reason = .resultLost
    }
  }

  private func earlierCompletion(
    of stage: Stage, before event: Event
  ) async throws(Fault) -> (Event, StageKey)? {
    var query = EventQuery()
    query.asset = asset.text
    query.stages = [stage.rawValue]
    query.kinds = [.stageCompleted]
    query.reversed = true
    query.after = event.position
    query.limit = 1
    guard let found = try await project.events(matching: query).first,
      case .stageCompleted(_, let completion)? = try? BatchEvent(found), let key = completion.key
    else { return nil }
    return (found, key)
  }

  private func event(at position: Int64) async throws(Fault) -> Event? {
    var query = EventQuery()
    query.after = position - 1
    query.upTo = position
    return try await project.events(matching: query).first
  }

  private func specsDifference(
    from earlier: Event, to event: Event, asSent: Bool
  ) async throws(Fault) -> Explanation.SpecsDifference? {
    guard let old = try await specs(at: earlier, asSent: asSent),
      let new = try await specs(at: event, asSent: asSent)
    else { return nil }
    let names = (old.members ?? []).map(\.name) + (new.members ?? []).map(\.name)
    for name in names where old[name] != new[name] {
      return Explanation.SpecsDifference(member: name, old: old[name], new: new[name])
    }
    return nil
  }

  /// The specs that were in force for the asset when an event was appended: all of them, or those that the extractor is
  /// told and whose change costs a call.
  private func specs(at event: Event, asSent: Bool) async throws(Fault) -> JSONValue? {
    guard let batch = BatchID(event.batch) else { return nil }
    let state = try await project.state(of: batch, asOf: .position(event.position))
    guard let registration = state.registration, let specs = registration.manifest.asset(asset)?.specs
    else { return nil }
    return asSent ? SentSpecs.of(specs, to: registration.configuration.extractor).canonical : specs.canonical
  }
}

extension StageKey {
  /// The first part in which another key differs, in the order in which keys are made.
  func firstDifference(to other: StageKey) -> (name: String, old: String?, new: String?)? {
    for part in other.parts {
      let old = parts.first { $0.name == part.name }?.value
      if old != part.value { return (part.name, old, part.value) }
    }
    for part in parts where !other.parts.contains(where: { $0.name == part.name }) {
      return (part.name, part.value, nil)
    }
    return nil
  }
}
