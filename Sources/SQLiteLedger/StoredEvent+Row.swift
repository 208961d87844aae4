import EventLog

extension StoredEvent {
  static let columns =
    "position, version, time_ms, batch, run, type, asset, stage, attempt, payload, previous, hash"

  /// The event in a statement's current row; reads every column once, for each reading is a call into SQLite.
  init(_ row: Statement) {
    self.init(
      position: row.integer(0), version: row.integer(1), timeMs: row.integer(2), batch: row.rawText(3),
      run: row.rawText(4), type: row.rawText(5), asset: row.rawOptionalText(6),
      stage: row.rawOptionalText(7), attempt: row.optionalInteger(8), payload: row.rawBlob(9),
      previous: row.rawBlob(10), hash: row.rawBlob(11))
  }
}
