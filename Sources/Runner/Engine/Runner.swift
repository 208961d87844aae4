import AssetBundle
import BatchModel
import Core
import Extractors
import Files
import GitRepository
import Ledger

/// Takes batches from a manifest to one commit, and on from wherever the ledger says they were.
///
/// Every call holds the batch's lock while it works and never throws: what went wrong is in the report, and running the
/// same again resumes it.
public struct Runner: Sendable {
  let surroundings: Surroundings
  let stop: StopSignal
  let observe: @Sendable (Event) -> Void
  /// Hears, now and then, whom a command waits for that waits for another process.
  public var tellsOfWaiting: @Sendable (Fault) -> Void = { _ in }

  /// `observe` sees every event right after it is on disk, in order.
  public init(
    _ surroundings: Surroundings, stop: StopSignal = StopSignal(),
    observe: @escaping @Sendable (Event) -> Void = { _ in }
  ) {
    self.surroundings = surroundings
    self.stop = stop
    self.observe = observe
  }

  /// Registers a manifest and works to the end; the same content again resumes, changed content is a revision.
  public func run(_ request: RunRequest, options: RunOptions = RunOptions()) async -> RunReport {
    let batch = request.manifest.batchID
    return await holding(batch, waitMs: options.maxWaitMs) { state throws(Fault) in
      switch try await admission(of: request, to: state) {
      case .nothingToDo(let notes):
        var report = RunReport(batch: batch, state: state, notes: notes)
        report.isRepeated = true
        return report
      case .register: return try await register(request, state, options, revising: false)
      case .revise: return try await register(request, state, options, revising: true)
      case .goOn:
        var options = options
        options.configuration = options.configuration ?? request.configuration
        options.sources = request.manifest.sources
        return try await goOn(batch, state, options)
      }
    }
  }

  /// Resumes a batch, held ones too; nothing happens to one that has ended.
  public func resume(_ batch: BatchID, options: RunOptions = RunOptions()) async -> RunReport {
    await holding(batch, waitMs: options.maxWaitMs) { state throws(Fault) in
      guard state.registration != nil else { throw .batchUnknown(batch.text) }
      guard !state.isEnded else { return RunReport(batch: batch, state: state) }
      return try await goOn(batch, state, options)
    }
  }

  /// Opens assets again and continues: those named, or all that have failed.
  public func retry(
    _ batch: BatchID, _ request: RetryRequest, options: RunOptions = RunOptions()
  ) async -> RunReport {
    await holding(batch, waitMs: options.maxWaitMs) { state throws(Fault) in
      try refuseEnded(batch, state)
      return try await working(on: batch, state, options.retrying(request, state)) {
        run, stages throws(Fault) in
        try await settle(run, stages, batch)
        try await reopen(request, in: run, stages)
        try await revise(run, stages, by: options.change)
      }
    }
  }

  /// Ends a batch without a commit and undoes what it placed.
  public func cancel(_ batch: BatchID, why: String) async -> RunReport {
    await holding(batch) { state throws(Fault) in
      try refuseEnded(batch, state)
      return try await working(on: batch, state, RunOptions(keepsHold: true), asking: false) {
        run, stages throws(Fault) in
        try await settle(run, stages, batch)
        let earlier = try await stages.stillLeft(await run.state.leftBehind)
        let left = try await stages.takeBack(in: run) + earlier
        let asked = await run.state.openRun?.start
        let why = redactor(nil, run.options, await run.state.registration).redact(why)
        try await run.write([
          .batchCancelled(
            BatchCancellation(why: why, left: left, actor: asked?.actor, argv: asked?.argv))
        ])
      }
    }
  }

  /// Continues a batch without some of its assets; the others keep what they have.
  public func leaveOut(
    _ assets: [AssetID], of batch: BatchID, why: String, options: RunOptions = RunOptions()
  ) async -> RunReport {
    await holding(batch) { state throws(Fault) in
      try refuseEnded(batch, state)
      for asset in assets where state[asset: asset] == nil {
        throw .assetUnknown(asset.text, batch: batch.text, known: state.assets.map(\.id))
      }
      guard state.assets.contains(where: { !assets.contains($0.id) }) else { throw .everyAssetLeftOut(batch) }
      var options = options
      options.untilPackaged = options.untilPackaged || state.isHeld
      return try await working(on: batch, state, options) { run, stages throws(Fault) in
        try await settle(run, stages, batch)
        if await !run.state.placePlan.isEmpty {
          try await stages.unplace(in: run, why: "An asset is left out.")
        }
        let why = redactor(nil, run.options, await run.state.registration).redact(why)
        guard let revised = await run.state.leavingOut(assets, why: why) else { return }
        try await run.write([.batchRevised(revised)])
      }
    }
  }

  // MARK: - The frame of every call

  /// Takes the batch's lock and hands over its state; a fault becomes the report.
  func holding(
    _ batch: BatchID, waitMs: Int64? = nil, _ body: (BatchState) async throws(Fault) -> RunReport
  ) async -> RunReport {
    var state = BatchState()
    do throws(Fault) {
      let lock = try await acquire(batch, within: waitMs ?? 0)
      defer { lock.release() }
      state = try await load(batch)
      return try await body(state)
    } catch {
      let faults = error.all.map { fault in
        var fault = fault
        fault.batch = fault.batch ?? batch.text
        return fault
      }
      return RunReport(
        batch: batch, state: state, exit: .standing(for: faults.map(\.exit)), faults: faults)
    }
  }

  /// Takes a batch's lock, waiting as long as the user said for the process that has it.
  private func acquire(_ batch: BatchID, within waitMs: Int64) async throws(Fault) -> any BatchLock {
    let deadline = Deadline(surroundings.clock.now(), plusMs: waitMs)
    var tellsAtMs = Int64.min
    while true {
      do throws(Fault) { return try surroundings.locks.acquire(batch) } catch {
        if let status = stop.status, error.kind == .batchHeld {
          throw .stopped(batch, status, signal: stop.signal)
        }
        let now = surroundings.clock.now()
        let leftMs = deadline.remainingMs(at: now)
        guard error.kind == .batchHeld, leftMs > 0 else { throw error }
        if now.bootMs >= tellsAtMs {
          tellsOfWaiting(error)
          tellsAtMs = now.bootMs + 30_000
        }
        try? await surroundings.clock.sleep(until: Deadline(now, plusMs: min(leftMs, 250)))
      }
    }
  }

  /// Rebuilds a batch from its events.
  public func load(_ batch: BatchID) async throws(Fault) -> BatchState {
    try await BatchState.load(batch, from: surroundings.store)
  }

  private func refuseEnded(_ batch: BatchID, _ state: BatchState) throws(Fault) {
    guard state.registration != nil else { throw .batchUnknown(batch.text) }
    if state.cancellation != nil { throw .batchCancelled(batch) }
    if let completion = state.completion {
      throw .tooLate(batch, commit: completion.commit)
    }
  }

  /// Continues with a registered batch.
  private func goOn(
    _ batch: BatchID, _ state: BatchState, _ options: RunOptions
  ) async throws(Fault) -> RunReport {
    try await working(on: batch, state, options) { run, stages throws(Fault) in
      try await reopenCorrected(in: run, stages)
      try await revise(run, stages, by: options.change)
    }
  }

  /// One run: takes over from a dead one, does what `first` says, works on, and writes down how it ended.
  func working(
    on batch: BatchID, _ state: BatchState, _ options: RunOptions, asking: Bool = true,
    first: (BatchRun, StageWork) async throws(Fault) -> Void = { _, _ throws(Fault) in }
  ) async throws(Fault) -> RunReport {
    guard let registration = state.registration else { throw .batchUnknown(batch.text) }
    let run = makeRun(batch, state, options)
    let execution = asking ? try execution(options, registration) : nil
    let stages = try await stages(for: registration, batch, execution, options.sources)
    let started = surroundings.clock.now()
    let start = start(of: run, state, execution, options)
    for note in try settingNotes(start, options, state) { await run.note(note) }
    try await run.write(takeOver(state, run: run.id, start), ending: callsOfDeadRuns(state))
    return await conclude(run, started) { () throws(Fault) in
      try await finishForgottenIndex()
      try await first(run, stages)
      return try await goOn(run, execution)
    }
  }

  /// Works on under the registration in force: the check before anything costs money, then the stages.
  private func goOn(
    _ run: BatchRun, _ execution: ExecutionSettings?
  ) async throws(Fault) -> BatchRun.Ending {
    let state = await run.state
    guard !state.isEnded else { return .finished }
    guard let registration = state.registration else { throw .batchUnknown(run.batch.text) }
    let stages = try await stages(for: registration, run.batch, execution, run.options.sources)
    try checkExtractor(registration, execution, state)
    for note in try stages.changedSources(state) { await run.note(note) }
    if state.placement == nil {
      for note in try await stages.preflight(state) { await run.note(note) }
    }
    await run.passCheck()
    return try await work(run, stages)
  }

  /// Does the stages, and ends the extractor whatever becomes of them.
  func work(_ run: BatchRun, _ stages: StageWork) async throws(Fault) -> BatchRun.Ending {
    let result: Result<BatchRun.Ending, Fault>
    await surroundings.objects.sweep()
    do throws(Fault) { result = .success(try await run.work(stages)) } catch {
      result = .failure(error)
    }
    await stages.extractor.shutDown()
    return try result.get()
  }

  /// The work on a batch under its registration; without execution settings, no extractor can be asked.
  func stages(
    for registration: Registration, _ batch: BatchID, _ execution: ExecutionSettings?,
    _ sources: [AssetID: String] = [:], surveyed: SurveyedTip = SurveyedTip()
  ) async throws(Fault) -> StageWork {
    var extractor: any Extractor = NoExtractor()
    if let execution {
      extractor = try surroundings.makeExtractor(registration.configuration.executing(execution))
    }
    return try StageWork(
      batch: batch, registration: registration, execution: execution, surroundings: surroundings,
      extractor: extractor, templates: try await templates(of: registration),
      sources: sources, surveyed: surveyed)
  }

  /// What a run says of itself at its start.
  func start(
    of run: BatchRun, _ state: BatchState, _ execution: ExecutionSettings?, _ options: RunOptions
  ) -> RunStart {
    var start = runStart(execution, options, state.registration)
    start.hold = run.isHolding ? true : state.holds ? false : nil
    return start
  }

  func makeRun(_ batch: BatchID, _ state: BatchState, _ options: RunOptions) -> BatchRun {
    BatchRun(
      batch: batch, id: surroundings.newRunID(), state: state, surroundings: surroundings,
      options: options, stop: stop, observe: observe)
  }

  /// Runs the body and writes its end down, unless the ledger itself is what failed.
  func conclude(
    _ run: BatchRun, _ started: Moment,
    _ body: () async throws(Fault) -> BatchRun.Ending
  ) async -> RunReport {
    var faults: [Fault] = []
    var ending: BatchRun.Ending?
    await withTaskGroup(of: Void.self) { group in
      group.addTask { await run.noteStop() }
      group.addTask { await run.leaveIfUrgent() }
      do throws(Fault) { ending = try await body() } catch { faults = error.all }
      group.cancelAll()
    }
    if let left = await run.leftBehind { return left }
    if await run.isHeldAtEnd, await run.keepsHoldUnasked {
      await run.note(
        "Batch \"\(run.batch)\" stays held: nothing is placed or committed before `ledgerctl resume \(run.batch)`."
      )
    }
    let now = surroundings.clock.now()
    var report = await self.report(run, ending, faults, now: now)
    guard !report.faults.contains(where: \.isOfLedger) else { return report }
    let finish = RunFinish(
      exit: report.exit, code: report.faults.first?.code, retryAt: report.retryAt,
      durationMs: max(0, now.bootMs - started.bootMs), held: await run.isHeldAtEnd,
      signal: report.exit == .interrupted || report.exit == .terminated ? stop.signal : nil)
    do throws(Fault) {
      try await run.write([.runFinished(finish)])
      try await surroundings.publishHead()
    } catch {
      report.faults.append(error)
      report.exit = .standing(for: report.faults.map(\.exit))
    }
    report.state = await run.state
    return report
  }

  private func report(
    _ run: BatchRun, _ ending: BatchRun.Ending?, _ faults: [Fault], now: Moment
  ) async -> RunReport {
    let state = await run.state
    var report = RunReport(
      batch: run.batch, state: state, faults: faults, notes: await run.notes)
    switch ending {
    case .finished, .packaged, nil: break
    case .failed: report.faults += state.faults(batch: run.batch)
    case .waitsTooLong(let until):
      report.retryAt = until
      report.faults += state.faults(batch: run.batch)
      report.faults.append(.waitsTooLong(run.batch, remainingMs: until.remainingMs(at: now)))
    case .stopped(let status): report.faults.append(.stopped(run.batch, status, signal: stop.signal))
    }
    report.retryAt = report.retryAt ?? state.earliestRetry(at: now)
    report.exit = .standing(for: report.faults.map(\.exit))
    return report
  }

  /// The templates a batch was registered with, from the objects.
  private func templates(of registration: Registration) async throws(Fault) -> BundleTemplates {
    var templates = BundleTemplates.builtIn
    if let digest = registration.templates[BundleTemplates.contextFile],
      digest != templates.context.digest
    {
      templates.context.bytes = try await surroundings.objects.read(digest, limitBytes: 1 << 20)
    }
    if let digest = registration.templates[BundleTemplates.usageFile],
      digest != templates.usage.digest
    {
      templates.usage.bytes = try await surroundings.objects.read(digest, limitBytes: 1 << 20)
    }
    for name in BundleTemplates.moreFiles(among: registration.templates.keys) {
      guard let digest = registration.templates[name] else { continue }
      let bytes = try await surroundings.objects.read(digest, limitBytes: 1 << 20)
      templates.more.append(.init(name: name, source: .init(file: name, bytes: bytes)))
    }
    return templates
  }
}

extension BatchState {
  /// The earliest time at which something deferred is worth another try.
  fileprivate func earliestRetry(at now: Moment) -> Deadline? {
    assets.compactMap { asset -> Deadline? in
      guard let stage = asset.currentStage, case .deferred(let deferral, _) = asset[stage].progress
      else { return nil }
      return deferral.until
    }.min { $0.remainingMs(at: now) < $1.remainingMs(at: now) }
  }
}

extension Fault {
  /// The ledger can take no more events: overtaken, unknown or broken.
  fileprivate var isOfLedger: Bool {
    let codes: Set<FaultCode?> = [
      .overtaken, .ledgerUnknown, .ledgerFailed, .ledgerDiskFull, .ledgerNotPermitted, .ledgerTailLost,
      .ledgerBusy, .ledgerDamaged,
    ]
    return codes.contains(kind)
  }
}
