import Core

/// What a fold needs of an event, read from the bytes that the chain hashes.
///
/// Good only within the call that it is handed to: the payload lies where the leaf does.
public struct EventOutline {
  /// The number of the event's batch: from 0, in the order of their first events.
  public let batch: Int
  public let position: Int64
  public let version: Int64
  public let timeMs: Int64
  public let attempt: Int64?
  public let type: String
  public let asset: String?
  public let stage: String?
  public let payload: UnsafeRawBufferPointer
  private let batchBytes: UnsafeRawBufferPointer

  /// The batch's name; decoded at each call.
  public var batchName: String { String(decoding: batchBytes, as: UTF8.self) }

  /// Reads a leaf, made as `LeafPage` makes it.
  package init(_ leaf: UnsafeRawBufferPointer, batch: Int) {
    var reader = LeafReader(rest: leaf)
    self.batch = batch
    _ = reader.bytes()
    position = reader.integer()
    version = reader.integer()
    timeMs = reader.integer()
    attempt = reader.isThere() ? reader.integer() : nil
    batchBytes = reader.bytes()
    _ = reader.bytes()
    asset = reader.isThere() ? reader.text() : nil
    stage = reader.isThere() ? reader.text() : nil
    type = reader.text()
    payload = reader.bytes()
  }
}

/// Follows all batches at once, event by event in the ledger's order.
public protocol OutlineFold: SendableMetatype {
  /// Takes the next event; returns the content key that it has.
  mutating func take(_ event: EventOutline) -> DigestWords?
  /// What the batch table must show for each batch, by its number, after the last event.
  var states: [String] { get }
}

extension Event {
  /// Hands over what a fold gets of the event, as one of the batch with this number.
  public func withOutline<Result>(
    batch number: Int = 0, _ body: (EventOutline) throws -> Result
  ) rethrows -> Result {
    var page = LeafPage(capacity: 1024)
    page.add(
      NewEvent(
        timeMs: timeMs, run: run, type: type, asset: asset, stage: stage, attempt: attempt, payload: payload),
      in: batch, number: number, position: position, version: version)
    return try body(EventOutline(page.last, batch: number))
  }
}

/// Reads a leaf's fields one after another.
private struct LeafReader {
  private(set) var rest: UnsafeRawBufferPointer

  mutating func integer() -> Int64 {
    let number = Int64(bigEndian: rest.loadUnaligned(as: Int64.self))
    take(8)
    return number
  }

  mutating func isThere() -> Bool {
    let tag = rest[0]
    take(1)
    return tag == 1
  }

  mutating func bytes() -> UnsafeRawBufferPointer {
    let count = Int(integer())
    let bytes = UnsafeRawBufferPointer(rebasing: rest[..<count])
    take(count)
    return bytes
  }

  mutating func text() -> String { String(decoding: bytes(), as: UTF8.self) }

  private mutating func take(_ count: Int) { rest = UnsafeRawBufferPointer(rebasing: rest[count...]) }
}
