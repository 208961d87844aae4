import BatchModel
import Core
import GitRepository
import Ledger
import StrictJSON

/// What a batch took and made, asset by asset: when, how long, what was asked, and what it cost.
///
/// A fold of its events, as the state is.
public struct BatchReport: Sendable {
  public var batch: BatchID
  public var state: BatchState
  /// When it was registered, and its last event so far, in milliseconds since 1970.
  public internal(set) var startedMs: Int64 = 0
  public internal(set) var endedMs: Int64 = 0
  /// In the manifest's order.
  public internal(set) var assets: [Asset] = []
  /// What the calls cost, by currency; empty where no price is configured.
  public internal(set) var cost: [Price] = []
  /// What the calls would have cost that reuse has spared.
  public internal(set) var saved: [Price] = []

  /// One asset of the batch.
  public struct Asset: Hashable, Sendable {
    public var id: AssetID
    public var name: String
    public var category: String
    /// The image as the manifest names it.
    public var path: String
    public var score: String
    /// Where the score came from.
    public var scoreFrom = "manifest"
    public var state: AssetState.Name
    /// Milliseconds under each stage's name; stages that were reused took none.
    public var stagesMs: [Stage: Int64] = [:]
    /// How each stage came to be complete.
    public var how: [Stage: Completion] = [:]
    /// Calls to a program outside.
    public var calls = 0
    /// Time between being told to wait and continuing.
    public var waitingMs: Int64 = 0
    /// What the calls cost, where a price was configured.
    public var cost: [Price] = []
    /// Paths that the asset's bundle was placed at.
    public var files: [String] = []
  }

  /// Makes the report from a batch's events, oldest first.
  public init(_ batch: BatchID, _ events: some Sequence<StampedEvent>) {
    self.batch = batch
    var fold = Fold()
    for event in events { fold.take(event) }
    state = fold.state
    startedMs = fold.startedMs
    endedMs = fold.endedMs
    guard let registration = state.registration else { return }
    let briefs = (try? AssetBrief.all(in: registration)) ?? []
    let targets = state.placement?.targets ?? []
    for standing in state.assets {
      guard let brief = briefs.first(where: { $0.id == standing.id }) else { continue }
      var asset = Asset(
        id: standing.id, name: brief.name, category: brief.category, path: brief.path,
        score: JSONNumber(brief.score).text, state: standing.name)
      let taken = fold.taken[standing.id] ?? Fold.Taken()
      asset.stagesMs = taken.stagesMs
      asset.calls = taken.calls
      asset.waitingMs = taken.waitingMs
      asset.cost = Price.sums(taken.prices)
      for stage in Stage.ofAsset { asset.how[stage] = standing[stage].completion?.how }
      asset.files = targets.filter { $0.asset == standing.id && $0.found != .removed }.map(\.path)
      assets.append(asset)
    }
    cost = Price.sums(fold.taken.values.flatMap(\.prices))
    saved = Price.sums(fold.taken.values.flatMap(\.savedPrices))
  }

  /// How long assets waited, one counted beside another.
  public var waitingMs: Int64 { assets.reduce(0) { $0 + $1.waitingMs } }
  public var calls: Int { assets.reduce(0) { $0 + $1.calls } }
}

extension BatchReport {
  /// What the events so far tell of every asset.
  private struct Fold {
    struct Taken {
      var stagesMs: [Stage: Int64] = [:]
      var calls = 0
      var waitingMs: Int64 = 0
      var waitsSinceMs: Int64?
      var prices: [Price] = []
      var savedPrices: [Price] = []

      mutating func endWait(at timeMs: Int64) {
        guard let since = waitsSinceMs else { return }
        waitingMs += max(0, timeMs - since)
        waitsSinceMs = nil
      }
    }

    var state = BatchState()
    var taken: [AssetID: Taken] = [:]
    var startedMs: Int64 = 0
    var endedMs: Int64 = 0
    /// The latest extractions that were asked together, by their run and the time they were started.
    private var together: String?

    mutating func take(_ stamped: StampedEvent) {
      state.apply(stamped)
      endedMs = max(endedMs, stamped.timeMs)
      switch stamped.event {
      case .batchRegistered:
        taken = [:]
        startedMs = stamped.timeMs
      case .stageStarted(let ref, _): update(ref) { $0.endWait(at: stamped.timeMs) }
      case .stageCompleted(let ref, let fact):
        update(ref) { $0.endWait(at: stamped.timeMs) }
        if fact.how == .executed { spend(ref, fact.durationMs, stamped) }
        if fact.how == .reused, ref.stage == .extract, let price = price(stamped.run) {
          update(ref) { $0.savedPrices.append(price) }
        }
      case .stageFailed(let ref, let fact): spend(ref, fact.durationMs, stamped)
      case .stageDeferred(let ref, _): update(ref) { $0.waitsSinceMs = $0.waitsSinceMs ?? stamped.timeMs }
      default: break
      }
    }

    private mutating func spend(_ ref: StageRef, _ durationMs: Int64, _ stamped: StampedEvent) {
      let execution = state.execution(of: stamped.run)
      let isCall = ref.stage == .extract && execution?.extractor.kind != .local
      var isPaid = isCall
      if isCall, execution?.extractor.batch == true {
        // One call answers for all that end with it.
        let call = "\(stamped.run) \(stamped.timeMs)"
        isPaid = together != call
        together = call
      }
      let price = isPaid ? price(stamped.run) : nil
      update(ref) { taken in
        taken.stagesMs[ref.stage, default: 0] += durationMs
        if isPaid { taken.calls += 1 }
        if let price { taken.prices.append(price) }
      }
    }

    private func price(_ run: String) -> Price? {
      state.execution(of: run)?.extractor.pricePerCall.flatMap(Price.init)
    }

    private mutating func update(_ ref: StageRef, _ change: (inout Taken) -> Void) {
      if let asset = ref.asset { change(&taken[asset, default: Taken()]) }
    }
  }
}

extension Project {
  /// The report of a batch, from its events.
  public func report(of batch: BatchID) async throws(Fault) -> BatchReport {
    var stamped: [StampedEvent] = []
    for event in try await events(matching: EventQuery(batch: batch.text)) {
      do throws(UnreadableEvent) { stamped.append(try StampedEvent(event)) } catch {
        throw .unreadable(error)
      }
    }
    return BatchReport(batch, stamped)
  }
}
