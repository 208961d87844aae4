import Core
import EventLog
import StrictJSON

/// A stored event that this version cannot read.
public struct UnreadableEvent: Error, Hashable, Sendable {
  public var position: Int64
  public var type: String
  /// What the decoder missed; never the payload itself.
  public var finding: String

  public init(position: Int64, type: String, finding: String) {
    self.position = position
    self.type = type
    self.finding = finding
  }
}

extension Event {
  /// What happened; nil for a name that this version does not know.
  package var kind: BatchEvent.Kind? { BatchEvent.Kind(rawValue: type) }
}

extension EventQuery {
  /// The types as kinds.
  package var kinds: [BatchEvent.Kind] {
    get { types.compactMap(BatchEvent.Kind.init) }
    set { types = newValue.map(\.rawValue) }
  }
}

extension BatchEvent {
  /// Makes the stored form: columns, and the payload as JSON with its keys sorted.
  public func stored(timeMs: Int64, run: String) -> NewEvent {
    var columns = NewEvent(timeMs: timeMs, run: run, type: typeName, payload: [])
    switch self {
    case .batchRegistered(let fact), .batchRevised(let fact): columns.payload = CanonicalJSON.encode(fact)
    case .runStarted(let fact): columns.payload = CanonicalJSON.encode(fact)
    case .runFinished(let fact): columns.payload = CanonicalJSON.encode(fact)
    case .runInterrupted(let fact): columns.payload = CanonicalJSON.encode(fact)
    case .stageStarted(let ref, let fact):
      columns.fill(ref, CanonicalJSON.encode(fact), key: fact.key.flatMap { Self.identityKey(of: ref, $0) })
    case .stageCompleted(let ref, let fact):
      columns.fill(ref, CanonicalJSON.encode(fact), key: fact.key?.digest)
    case .stageFailed(let ref, let fact): columns.fill(ref, CanonicalJSON.encode(fact))
    case .stageDeferred(let ref, let fact): columns.fill(ref, CanonicalJSON.encode(fact))
    case .stageInterrupted(let ref, let fact): columns.fill(ref, CanonicalJSON.encode(fact))
    case .stageInvalidated(let ref, let fact): columns.fill(ref, CanonicalJSON.encode(fact))
    case .assetPackaged(let asset, let fact):
      columns.asset = asset.text
      columns.payload = CanonicalJSON.encode(fact)
    case .assetRetried(let asset, let fact):
      columns.asset = asset.text
      columns.payload = CanonicalJSON.encode(fact)
    case .batchPlaced(let fact): columns.payload = CanonicalJSON.encode(fact)
    case .commitIntended(let fact): columns.payload = CanonicalJSON.encode(fact)
    case .commitConfirmed(let fact): columns.payload = CanonicalJSON.encode(fact)
    case .commitSuperseded(let fact): columns.payload = CanonicalJSON.encode(fact)
    case .batchCompleted(let fact): columns.payload = CanonicalJSON.encode(fact)
    case .batchCancelled(let fact): columns.payload = CanonicalJSON.encode(fact)
    case .batchReverted(let fact): columns.payload = CanonicalJSON.encode(fact)
    }
    return columns
  }

  /// Reads a stored event.
  public init(_ event: Event) throws(UnreadableEvent) {
    try event.requireBounds()
    do {
      self = try Self.decode(event)
    } catch let unreadable as UnreadableEvent {
      throw unreadable
    } catch {
      throw UnreadableEvent(
        position: event.position, type: event.type, finding: Self.finding(of: error))
    }
  }

  private static func decode(_ event: Event) throws -> BatchEvent {
    guard let kind = Kind(rawValue: event.type) else {
      throw UnreadableEvent(
        position: event.position, type: event.type, finding: "no event type of this version")
    }
    return switch kind {
    case .batchRegistered: .batchRegistered(try fact(event))
    case .batchRevised: .batchRevised(try fact(event))
    case .runStarted: .runStarted(try fact(event))
    case .runFinished: .runFinished(try fact(event))
    case .runInterrupted: .runInterrupted(try fact(event))
    case .stageStarted: .stageStarted(try ref(event), try fact(event))
    case .stageCompleted: .stageCompleted(try ref(event), try fact(event))
    case .stageFailed: .stageFailed(try ref(event), try fact(event))
    case .stageDeferred: .stageDeferred(try ref(event), try fact(event))
    case .stageInterrupted: .stageInterrupted(try ref(event), try fact(event))
    case .stageInvalidated: .stageInvalidated(try ref(event), try fact(event))
    case .assetPackaged: .assetPackaged(try asset(event), try fact(event))
    case .assetRetried: .assetRetried(try asset(event), try fact(event))
    case .batchPlaced: .batchPlaced(try fact(event))
    case .commitIntended: .commitIntended(try fact(event))
    case .commitConfirmed: .commitConfirmed(try fact(event))
    case .commitSuperseded: .commitSuperseded(try fact(event))
    case .batchCompleted: .batchCompleted(try fact(event))
    case .batchCancelled: .batchCancelled(try fact(event))
    case .batchReverted: .batchReverted(try fact(event))
    }
  }

  private static func fact<Fact: Decodable>(_ event: Event) throws -> Fact {
    try JSONTapeDecoder.decode(Fact.self, from: event.payload)
  }

  private static func ref(_ event: Event) throws -> StageRef {
    do throws(StageRef.Unreadable) {
      return try StageRef(asset: event.asset, stage: event.stage, attempt: event.attempt)
    } catch {
      throw UnreadableEvent(position: event.position, type: event.type, finding: error.rawValue)
    }
  }

  private static func asset(_ event: Event) throws -> AssetID {
    guard let asset = event.asset.flatMap(AssetID.init) else {
      throw UnreadableEvent(
        position: event.position, type: event.type, finding: "no asset id where one belongs")
    }
    return asset
  }

  private static func finding(of error: any Error) -> String {
    func path(_ keys: [any CodingKey]) -> String { keys.map(\.stringValue).joined(separator: ".") }
    return switch error {
    case DecodingError.keyNotFound(let key, let context):
      "no field '\(path(context.codingPath + [key]))'"
    case DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context),
      DecodingError.dataCorrupted(let context):
      "field '\(path(context.codingPath))' is not as expected"
    default: "the payload is not valid JSON"
    }
  }

  /// Under which key an extract's start is found again, to learn which identity an extractor last showed.
  private static func identityKey(of ref: StageRef, _ key: StageKey) -> Digest? {
    guard ref.stage == .extract, let part = key.parts.first(where: { $0.name == "extractor.setup" })
    else { return nil }
    return ExtractorIdentity.lookupKey(setup: part.value)
  }
}

extension StampedEvent {
  /// Reads a stored event.
  package init(_ event: Event) throws(UnreadableEvent) {
    self.init(try BatchEvent(event), timeMs: event.timeMs, run: event.run)
  }
}

extension StageRef {
  /// Why an event's columns name no stage.
  package enum Unreadable: String, Error {
    case stage = "no known stage or no attempt"
    case asset = "no asset id where one belongs"
    case pair = "an asset's stage without an asset, or a batch's with one"
  }

  /// Reads an event's columns.
  package init(asset: String?, stage: String?, attempt: Int64?) throws(Unreadable) {
    guard let stage = stage.flatMap(Stage.init(rawValue:)), let attempt else { throw .stage }
    guard Stage.ofAsset.contains(stage) == (asset != nil) else { throw .pair }
    var id: AssetID?
    if let asset {
      id = AssetID(asset)
      if id == nil { throw .asset }
    }
    self.init(id, stage, attempt: Int(attempt))
  }
}

extension ExtractorIdentity {
  /// The key under which the starts of an extractor's calls are kept, by the digest of its configuration.
  package static func lookupKey(setup: String) -> Digest {
    StageKey([.init("lookup", "extractor identity"), .init("extractor.setup", setup)]).digest
  }
}

extension NewEvent {
  fileprivate mutating func fill(_ ref: StageRef, _ payload: [UInt8], key: Digest? = nil) {
    asset = ref.asset?.text
    stage = ref.stage.rawValue
    attempt = Int64(ref.attempt)
    self.payload = payload
    self.key = key
  }
}
