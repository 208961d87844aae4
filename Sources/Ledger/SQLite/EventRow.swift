import Core

/// The event in a statement's current row, its bytes where SQLite has them: gone with the next step or reset.
struct EventRow {
  let position: Int64
  let version: Int64
  let timeMs: Int64
  let attempt: Int64?
  let batch: UnsafeRawBufferPointer
  let run: UnsafeRawBufferPointer
  let type: UnsafeRawBufferPointer
  let asset: UnsafeRawBufferPointer?
  let stage: UnsafeRawBufferPointer?
  let payload: UnsafeRawBufferPointer
  let previous: UnsafeRawBufferPointer
  let hash: UnsafeRawBufferPointer

  static let columns =
    "position, version, time_ms, batch, run, type, asset, stage, attempt, payload, previous, hash"

  /// Reads every column once: each reading is a call into SQLite.
  init(_ row: Statement) {
    position = row.integer(0)
    version = row.integer(1)
    timeMs = row.integer(2)
    batch = row.rawText(3)
    run = row.rawText(4)
    type = row.rawText(5)
    asset = row.rawOptionalText(6)
    stage = row.rawOptionalText(7)
    attempt = row.optionalInteger(8)
    payload = row.rawBlob(9)
    previous = row.rawBlob(10)
    hash = row.rawBlob(11)
  }

  /// The event in memory of its own; `path` is the ledger's, for the error.
  func event(in path: String) throws(StoreError) -> Event {
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
