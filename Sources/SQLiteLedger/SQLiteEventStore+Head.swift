import EventLog

extension SQLiteEventStore {
  /// Writes `.ledger/head`, and moves the log into the database, so that the lone file is a fair copy of the ledger.
  ///
  /// For the end of a run. A head that contradicts the ledger is evidence and stays: that is `StoreError.tailLost`.
  public func publishHead() async throws(StoreError) {
    let folder = folder
    let head = try await read { reader throws(StoreError) in
      try reader.requireHead(in: folder)
      return try reader.head()
    }
    try LedgerHeadFile.write(head, in: folder)
    await emptyLog()
  }
}

extension LedgerReader {
  /// Holds `.ledger/head` against the events: what it names must be there, or the ledger has lost its tail.
  func requireHead(in folder: LedgerFolder) throws(StoreError) {
    guard let known = try LedgerHeadFile.read(in: folder), known.position > 0 else { return }
    var query = EventQuery()
    query.after = known.position - 1
    query.limit = 1
    guard let event = try events(matching: query).first, event.position == known.position,
      event.hash == known.hash
    else {
      throw StoreError.tailLost(path: folder.head, named: known.position, end: try head().position)
    }
  }
}
