import BatchModel
import Core
import Extractors
import FileStore
import GitRepository
import Ledger
import StrictJSON

enum ExtractStage {
  /// What was said of the image, as it was said: a JSON object.
  static let outputName = "reply.json"
  /// The same output as 0.1 named it, with what was measured in it.
  static let outputNameOf01 = "idf.json"
  /// What is kept of a reply, in bytes; more than any reply that is taken can be.
  static let limitBytes = 4 << 20
  static let limits = JSONReader.Limits(maxBytes: limitBytes, maxDepth: 40)
  /// A call counts as in flight this long after its time-out, if nobody ends it.
  static let leaseMarginMs: Int64 = 30_000

  /// How long a call can last: a server that tells of its progress may stretch the time-out.
  static func longestCallMs(_ settings: ExtractorSettings) -> Int64 {
    let factor = settings.kind == .mcp ? MCPSettings.hardLimitFactor : 1
    return settings.timeout.milliseconds * Int64(factor)
  }
}

extension StageWork {
  /// Digest of everything the configuration says of the extractor.
  var extractorSetup: Digest { Digest.sha256(CanonicalJSON.encode(configuration.extractor.asking)) }

  /// Name of the limiter that all processes asking the same extractor share.
  var limiter: String { QuotaName.limiter(of: configuration.extractor) }

  /// The embedded extractor makes no call that a quota could count.
  var isLimited: Bool { configuration.extractor.kind != .local }

  /// Whether a start of a stage is a call that a limiter may refuse.
  func isLimited(_ stage: Stage) -> Bool { stage == .extract && isLimited }

  /// The calls that a start of `extract` debits: one for all assets where they are asked together.
  nonisolated func callStarts(
    for assets: [AssetState], run: String, isProbe: Bool = false
  ) -> [CallStart] {
    guard isLimited else { return [] }
    let limits = CallLimits(
      perMinute: configuration.limits.requestsPerMinute, inFlight: configuration.limits.inFlight)
    let calling = extractsTogether ? Array(assets.prefix(1)) : assets
    return calling.map { asset in
      CallStart(
        limiter: limiter, id: Self.callID(asset.id, run: run, starts: asset[.extract].starts + 1),
        at: surroundings.clock.now(),
        leaseMs: ExtractStage.longestCallMs(configuration.extractor) + ExtractStage.leaseMarginMs,
        limits: limits, isProbe: isProbe)
    }
  }

  /// The id of the call that an asset's latest start of `extract` debited.
  nonisolated func callID(of asset: AssetState, run: String) -> String? {
    isLimited ? Self.callID(of: asset, run: run) : nil
  }

  /// The same where the run may have asked another extractor than this one does.
  static func callID(of asset: AssetState, run: String) -> String {
    callID(asset.id, run: run, starts: asset[.extract].starts)
  }

  private static func callID(_ asset: AssetID, run: String, starts: Int) -> String {
    "\(run)/\(asset)/\(starts)"
  }

  /// What a server's refusals mean for every process that asks it.
  nonisolated func pauses(in events: [BatchEvent]) -> [LimiterPause] {
    guard isLimited else { return [] }
    return events.compactMap { event in
      guard case .stageDeferred(_, let deferral) = event, deferral.reason == .limited,
        let until = deferral.until
      else { return nil }
      return LimiterPause(limiter: limiter, until: until)
    }
  }

  /// Looks for an answer that is there already: in the manifest, or from an earlier call.
  ///
  /// The extractor itself is contacted only if what is known of it, and what it last said of itself, find nothing.
  func prepareExtract(_ asset: AssetState) async throws(Fault) -> Preparation {
    let brief = brief(of: asset.id)
    if let idf = brief.idf { return try await provided(idf, asset, brief) }
    if isLimited, let known = extractor.identityUnasked(last: try await lastIdentity()) {
      let key = StageKey.extract(asset, sent: sent(of: brief), setup: extractorSetup, identity: known)
      let found = try await answered(key, asset)
      if case .done = found { return found }
    }
    announceExtractor()
    let identity: ExtractorIdentity
    do { identity = try await extractor.identity } catch {
      return .ended(StageOutcome(error, durationMs: 0))
    }
    let key = StageKey.extract(asset, sent: sent(of: brief), setup: extractorSetup, identity: identity)
    return try await answered(key, asset)
  }

  /// Looks for an earlier answer under a key: in the ledger, then at the tip.
  private func answered(_ key: StageKey, _ asset: AssetState) async throws(Fault) -> Preparation {
    let found = try await reusable(key, of: asset, .extract)
    guard isLimited, case .needed = found, let landed = try await landed(key, of: asset) else { return found }
    return .done(landed, package: nil)
  }

  /// The identity that this configuration's extractor showed when it was last asked.
  private func lastIdentity() async throws(Fault) -> ExtractorIdentity? {
    guard isLimited else { return nil }
    let lookup = ExtractorIdentity.lookupKey(setup: extractorSetup.hex)
    let events: [Event]
    do { events = try await surroundings.store.events(underKey: lookup) } catch {
      throw Fault.ledger(error)
    }
    guard let newest = events.first, case .stageStarted(_, let start)? = try? BatchEvent(newest)
    else { return nil }
    return start.key.flatMap(ExtractorIdentity.init)
  }

  /// What of the manifest's words is sent with the call, and so is part of the key. What an asset is called is not:
  /// a corrected name costs no call.
  private func sent(of brief: AssetBrief) -> JSONValue {
    SentSpecs.of(brief.specs, to: configuration.extractor)
  }

  private func provided(
    _ idf: JSONValue, _ asset: AssetState, _ brief: AssetBrief
  ) async throws(Fault) -> Preparation {
    let started = surroundings.clock.now()
    let output = try await keep(idf)
    return .done(
      StageCompletion(
        how: .provided, key: .extract(asset, provided: idf), outputs: [output],
        durationMs: elapsedMs(since: started)), package: nil)
  }

  /// Says which program asking the extractor starts.
  private func announceExtractor() {
    if configuration.extractor.kind != .local { surroundings.announceExtractor(configuration) }
  }

  /// Asks the extractor for one asset.
  func extract(
    _ asset: AssetState, _ key: StageKey, under grant: CallStart?, started: Moment
  ) async throws(Fault) -> StageOutcome {
    let (request, copy) = try await request(for: asset, key)
    defer { copy?.remove() }
    guard isGood(grant) else { return .lapsed }
    announceExtractor()
    do throws(ExtractorRefusal) {
      let reply = try await extractor.extract(request)
      return await outcome(of: reply, key, started: started)
    } catch {
      return StageOutcome(error, durationMs: elapsedMs(since: started))
    }
  }

  /// Whether a call may still begin: a process that was asleep since its grant must ask again.
  private func isGood(_ grant: CallStart?) -> Bool {
    grant.map { $0.isGood(at: surroundings.clock.now()) } ?? true
  }

  /// Asks once for all assets; an answer is each asset's own.
  func extractTogether(
    _ work: [(AssetState, StageKey)], under grant: CallStart?
  ) async -> [(AssetID, StageOutcome)] {
    let started = surroundings.clock.now()
    guard let extractor = extractor as? any BatchExtractor else {
      preconditionFailure("Only a batch extractor is asked for several assets.")
    }
    var outcomes: [(AssetID, StageOutcome)] = []
    var requests: [ExtractionRequest] = []
    var copies: [PrivateCopy] = []
    defer { for copy in copies { copy.remove() } }
    for (asset, key) in work {
      do {
        let (request, copy) = try await request(for: asset, key)
        requests.append(request)
        if let copy { copies.append(copy) }
      } catch {
        outcomes.append((asset.id, StageOutcome(error, durationMs: 0)))
      }
    }
    guard isGood(grant) else { return outcomes + requests.map { ($0.asset, .lapsed) } }
    announceExtractor()
    let replies = await extractor.extractAll(requests)
    for (asset, key) in work where requests.contains(where: { $0.asset == asset.id }) {
      switch replies[asset.id] {
      case .success(let reply):
        outcomes.append((asset.id, await outcome(of: reply, key, started: started)))
      case .failure(let refusal):
        let durationMs = elapsedMs(since: started)
        outcomes.append((asset.id, StageOutcome(refusal, durationMs: durationMs)))
      case nil:
        let refusal = ExtractorRefusal.badReply(
          message: "The aggregated answer has nothing for asset \"\(asset.id)\".", raw: nil,
          retryable: true)
        let durationMs = elapsedMs(since: started)
        outcomes.append((asset.id, StageOutcome(refusal, durationMs: durationMs)))
      }
    }
    return outcomes
  }

  /// What is asked, and the copy of the image that a program outside gets: its own, gone when the call has ended.
  private func request(
    for asset: AssetState, _ key: StageKey
  ) async throws(Fault) -> (ExtractionRequest, PrivateCopy?) {
    let brief = brief(of: asset.id)
    let measured = isLimited ? try await measurement(of: asset) : nil
    // Programs outside tell an image by its name's ending.
    let copy =
      isLimited
      ? try await objects.copy(of: asset.image.digest, named: asset.id.text.lowercased() + ".png") : nil
    let request = ExtractionRequest(
      asset: asset.id, imagePath: copy?.path ?? objects.path(of: asset.image.digest),
      fileName: String(brief.path.split(separator: "/").last ?? ""), image: asset.image.digest,
      measured: measured?.idf,
      specs: brief.specs, idempotencyKey: key.digest.hex)
    return (request, copy)
  }

  private func outcome(
    of reply: ExtractionReply, _ key: StageKey, started: Moment
  ) async -> StageOutcome {
    let durationMs = elapsedMs(since: started)
    do throws(Fault) {
      let output = try await keep(reply.said)
      return .completed(
        StageCompletion(
          how: .executed, key: key, outputs: [output], durationMs: durationMs, reply: reply.raw,
          notes: reply.notes.isEmpty ? nil : reply.notes))
    } catch {
      return StageOutcome(error, durationMs: durationMs)
    }
  }

  func keep(_ said: JSONValue) async throws(Fault) -> StageOutput {
    let bytes = JSONWriter.canonical(said)
    let digest = try await objects.put(bytes)
    return StageOutput(name: ExtractStage.outputName, digest: digest, sizeBytes: bytes.count)
  }
}

extension StageCompletion {
  /// The output of `extract`, under its name of today or that of 0.1.
  var facts: StageOutput? { output(ExtractStage.outputName) ?? output(ExtractStage.outputNameOf01) }
}

extension ExtractorIdentity {
  /// Reads an identity back from the key parts it went into.
  init?(_ key: StageKey) {
    let prefix = "extractor."
    let own = key.parts.filter { $0.name.hasPrefix(prefix) && $0.name != "extractor.setup" }
    guard let kind = own.first(where: { $0.name == "extractor.kind" })?.value else { return nil }
    let parts = own.filter { $0.name != "extractor.kind" }
      .map { (String($0.name.dropFirst(prefix.count)), $0.value) }
    self.init(kind: kind, parts: Dictionary(parts, uniquingKeysWith: { first, _ in first }))
  }
}
