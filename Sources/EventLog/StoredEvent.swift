import Core

/// A stored event, its bytes where the store has them: gone when the store reads on.
package struct StoredEvent {
  package let position: Int64
  package let version: Int64
  package let timeMs: Int64
  package let attempt: Int64?
  package let batch: UnsafeRawBufferPointer
  package let run: UnsafeRawBufferPointer
  package let type: UnsafeRawBufferPointer
  package let asset: UnsafeRawBufferPointer?
  package let stage: UnsafeRawBufferPointer?
  package let payload: UnsafeRawBufferPointer
  package let previous: UnsafeRawBufferPointer
  package let hash: UnsafeRawBufferPointer

  /// Keeps the pointers as they are.
  package init(
    position: Int64, version: Int64, timeMs: Int64, batch: UnsafeRawBufferPointer,
    run: UnsafeRawBufferPointer, type: UnsafeRawBufferPointer, asset: UnsafeRawBufferPointer?,
    stage: UnsafeRawBufferPointer?, attempt: Int64?, payload: UnsafeRawBufferPointer,
    previous: UnsafeRawBufferPointer, hash: UnsafeRawBufferPointer
  ) {
    self.position = position
    self.version = version
    self.timeMs = timeMs
    self.attempt = attempt
    self.batch = batch
    self.run = run
    self.type = type
    self.asset = asset
    self.stage = stage
    self.payload = payload
    self.previous = previous
    self.hash = hash
  }

  /// The event in memory of its own; `path` is the ledger's, for the error.
  package func event(in path: String) throws(StoreError) -> Event {
    func text(_ bytes: UnsafeRawBufferPointer) -> String { String(decoding: bytes, as: UTF8.self) }
    guard previous.count == 32, hash.count == 32 else {
      throw StoreError.damaged(path: path, finding: "a hash is not 32 bytes long")
    }
    return Event(
      position: position, version: version, timeMs: timeMs, batch: text(batch), run: text(run),
      type: text(type), asset: asset.map(text), stage: stage.map(text), attempt: attempt,
      payload: Array(payload), previous: Digest(bytes: previous), hash: Digest(bytes: hash))
  }
}
