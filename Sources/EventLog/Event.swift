import Core

/// A fact about a batch as the ledger keeps it: appended once, never changed.
public struct Event: Hashable, Sendable {
  /// Place among all events of the ledger, from 1, without gaps.
  public let position: Int64
  /// Place within the batch's stream, from 1, without gaps. The version is the fence.
  public let version: Int64
  /// Milliseconds since 1970, UTC.
  public let timeMs: Int64
  public let batch: String
  public let run: String
  public let type: String
  public let asset: String?
  public let stage: String?
  public let attempt: Int64?
  /// JSON, kept as the exact bytes that were hashed.
  public let payload: [UInt8]
  /// Hash of the event before this one in the ledger; `Digest.zero` for the first.
  public let previous: Digest
  /// This event's hash: see `HashChain`.
  public let hash: Digest

  public init(
    position: Int64, version: Int64, timeMs: Int64, batch: String, run: String, type: String,
    asset: String?, stage: String?, attempt: Int64?, payload: [UInt8], previous: Digest,
    hash: Digest
  ) {
    self.position = position
    self.version = version
    self.timeMs = timeMs
    self.batch = batch
    self.run = run
    self.type = type
    self.asset = asset
    self.stage = stage
    self.attempt = attempt
    self.payload = payload
    self.previous = previous
    self.hash = hash
  }
}

/// An event before it has its place: what a caller hands to `EventStore.append`.
public struct NewEvent: Hashable, Sendable {
  public var timeMs: Int64
  public var run: String
  public var type: String
  public var asset: String?
  public var stage: String?
  public var attempt: Int64?
  public var payload: [UInt8]
  /// Content key under which `EventStore.events(underKey:)` finds this event again; not part of what is hashed.
  public var key: Digest?

  public init(
    timeMs: Int64, run: String, type: String, asset: String? = nil, stage: String? = nil,
    attempt: Int64? = nil, payload: [UInt8], key: Digest? = nil
  ) {
    self.timeMs = timeMs
    self.run = run
    self.type = type
    self.asset = asset
    self.stage = stage
    self.attempt = attempt
    self.payload = payload
    self.key = key
  }
}

/// Where the ledger ends: position and hash of its last event; position 0 and `Digest.zero` when empty.
public struct LedgerHead: Hashable, Sendable {
  public var position: Int64
  public var hash: Digest
  /// How many of the hash's hexadecimal digits are known: all 64, or those that a commit names.
  public let digits: Int

  public init(position: Int64, hash: Digest) {
    self.position = position
    self.hash = hash
    digits = 64
  }

  /// Takes a hash of which only the first digits are known, 40 or more; nil for any other text.
  public init?(position: Int64, hashPrefix: some StringProtocol) {
    let zeros = String(repeating: "0", count: max(0, 64 - hashPrefix.utf8.count))
    guard hashPrefix.utf8.count >= Self.shownDigits, let hash = Digest(hex: hashPrefix + zeros) else {
      return nil
    }
    self.position = position
    self.hash = hash
    digits = hashPrefix.utf8.count
  }

  /// How many digits of the hash a commit names: with any position its line fits 80 columns.
  public static let shownDigits = 40

  /// The digits of the hash that are known.
  public var knownHash: Substring { hash.hex.prefix(digits) }

  /// Whether a whole hash begins with what is known of this one.
  public func matches(_ other: Digest) -> Bool { other.hex.hasPrefix(knownHash) }
}
