/// What a fold needs of an event, read without the chain's hashes and without what only the chain covers.
public struct EventOutline: Hashable, Sendable {
  public var position: Int64
  public var version: Int64
  public var timeMs: Int64
  public var type: String
  public var asset: String?
  public var stage: String?
  public var attempt: Int64?
  public var payload: [UInt8]

  public init(
    position: Int64, version: Int64, timeMs: Int64, type: String, asset: String?, stage: String?,
    attempt: Int64?, payload: [UInt8]
  ) {
    self.position = position
    self.version = version
    self.timeMs = timeMs
    self.type = type
    self.asset = asset
    self.stage = stage
    self.attempt = attempt
    self.payload = payload
  }

  /// What a fold needs of a whole event.
  public init(_ event: Event) {
    self.init(
      position: event.position, version: event.version, timeMs: event.timeMs, type: event.type,
      asset: event.asset, stage: event.stage, attempt: event.attempt, payload: event.payload)
  }
}

/// The 32 bytes of a digest as four words: hashed, compared and summed without memory of its own.
public struct DigestWords: Hashable, Sendable {
  private var words: (UInt64, UInt64, UInt64, UInt64)

  /// Takes 32 bytes from a place in memory.
  init(_ bytes: UnsafeRawBufferPointer) {
    func word(_ index: Int) -> UInt64 { bytes.loadUnaligned(fromByteOffset: index * 8, as: UInt64.self) }
    words = (word(0), word(1), word(2), word(3))
  }

  public init(_ digest: Digest) { self = digest.bytes.withUnsafeBytes { DigestWords($0) } }

  /// Reads 64 hexadecimal digits; nil for anything else.
  public init?(hexDigits digits: UnsafeRawBufferPointer) {
    guard digits.count == 64 else { return nil }
    var isHex = true
    let bytes = withUnsafeTemporaryAllocation(byteCount: 32, alignment: 8) { bytes in
      for index in 0..<32 {
        let (high, low) = (Self.value(digits[index * 2]), Self.value(digits[index * 2 + 1]))
        isHex = isHex && high < 16 && low < 16
        bytes[index] = high << 4 | low & 15
      }
      return DigestWords(UnsafeRawBufferPointer(bytes))
    }
    guard isHex else { return nil }
    self = bytes
  }

  public var digest: Digest { Digest(bytes: withUnsafeBytes(of: words) { Array($0) }) }

  public static func == (left: DigestWords, right: DigestWords) -> Bool { left.words == right.words }

  public func hash(into hasher: inout Hasher) { hasher.combine(words.0) }

  /// One number made of the digest and a position, well mixed.
  func mixed(with position: Int64) -> UInt64 {
    var mixed = UInt64(bitPattern: position) &* 0x9E37_79B9_7F4A_7C15
    for word in [words.0, words.1, words.2, words.3] {
      mixed = (mixed ^ word) &* 0xBF58_476D_1CE4_E5B9
      mixed ^= mixed >> 29
    }
    return mixed
  }

  private static func value(_ digit: UInt8) -> UInt8 {
    switch digit {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): digit &- UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): digit &- UInt8(ascii: "a") &+ 10
    default: 255
    }
  }
}

/// Follows all batches at once, event by event in the ledger's order.
public protocol OutlineFold: Sendable {
  /// Takes the next event; returns the content key that it has.
  func take(_ batch: String, _ event: EventOutline) -> DigestWords?
  /// What the batch table must show for each batch, after the last event.
  func states() -> [String: String]
}

/// What the events of every batch say, compared with the derived tables.
public struct TableReview: Hashable, Sendable {
  /// Rows of the batch table that say something else than the events, beside those that are missing or too many.
  public var disagreements: [TableDisagreement] = []
  /// Events up to the position asked for that the index of batches leads to.
  public var indexed: Int64 = 0
  /// Whether the table of keys holds exactly the keys of the events.
  public var keysAgree = true
}

extension SQLiteEventStore {
  /// Compares the derived tables with what a fold makes of the events, up to a position.
  ///
  /// Holds one event at a time. The keys are compared by a sum over all of them, so that a million cost no memory;
  /// which of them differ, a rebuild tells.
  public func reviewTables(
    upTo position: Int64, with fold: some OutlineFold
  ) async throws(StoreError) -> TableReview {
    try await read { reader throws(StoreError) in
      try BatchOutlines(connection: reader.connection).review(upTo: position, fold)
    }
  }
}

/// Goes through a ledger event by event.
struct BatchOutlines {
  let connection: Connection

  /// So many events a read, so that checkpoints get through.
  private static let eventsAtOnce = 16_384

  private static let sql =
    """
    SELECT position, version, time_ms, batch, type, asset, stage, attempt, payload FROM events
    NOT INDEXED WHERE position > ?1 AND position <= ?2 ORDER BY position LIMIT \(eventsAtOnce)
    """

  func review(upTo position: Int64, _ fold: some OutlineFold) throws(StoreError) -> TableReview {
    var review = TableReview()
    let expected = try follow(upTo: position, fold)
    let states = fold.states()
    for found in try LedgerReader.batchRows(of: connection.prepare(LedgerReader.batchesSQL)) {
      guard found.position <= position, let state = states[found.batch], state != found.state else {
        continue
      }
      var expected = found
      expected.state = state
      review.disagreements.append(.batch(expected: expected, found: found))
    }
    review.indexed = try count(upTo: position)
    review.keysAgree = try storedKeys(upTo: position) == expected
    return review
  }

  private func follow(upTo position: Int64, _ fold: some OutlineFold) throws(StoreError) -> KeySum {
    var sum = KeySum()
    let selection = try connection.prepare(Self.sql)
    var after: Int64 = 0
    while true {
      selection.bind(1, after)
      selection.bind(2, position)
      var hasRead = false
      while try selection.step() {
        hasRead = true
        after = selection.integer(0)
        let event = EventOutline(
          position: after, version: selection.integer(1), timeMs: selection.integer(2),
          type: selection.text(4),
          asset: selection.optionalText(5), stage: selection.optionalText(6),
          attempt: selection.optionalInteger(7), payload: selection.blob(8))
        if let key = fold.take(selection.text(3), event) { sum.add(key, after) }
      }
      selection.reset()
      guard hasRead else { return sum }
    }
  }

  private func count(upTo position: Int64) throws(StoreError) -> Int64 {
    let statement = try connection.prepare(
      "SELECT count(*) FROM events INDEXED BY events_batch WHERE batch >= '' AND position <= ?1")
    statement.bind(1, position)
    defer { statement.reset() }
    return try statement.step() ? statement.integer(0) : 0
  }

  private func storedKeys(upTo position: Int64) throws(StoreError) -> KeySum {
    var sum = KeySum()
    let keys = try connection.prepare("SELECT key, position FROM event_keys")
    while try keys.step() {
      let found = keys.integer(1)
      let key = keys.rawBlob(0)
      if found <= position, key.count == 32 { sum.add(DigestWords(key), found) }
    }
    return sum
  }
}

/// A sum over keys and positions that does not depend on their order: equal for equal sets.
private struct KeySum: Equatable {
  private var count: Int64 = 0
  private var sum: UInt64 = 0

  mutating func add(_ key: DigestWords, _ position: Int64) {
    count += 1
    sum &+= key.mixed(with: position)
  }
}
