/// How a batch's name is compared: two that differ only in upper and lower case are one.
enum BatchName {
  static func folded(_ batch: String) -> String { batch.lowercased() }
}

/// What every store does with a request, whatever it keeps its rows in.
extension AppendRequest {
  /// Gives the request's events their places after the ledger's head.
  func events(after head: LedgerHead, hashing hasher: inout ChainHasher) -> [Event] {
    var placed: [Event] = []
    placed.reserveCapacity(events.count)
    var previous = head.hash
    for (offset, new) in events.enumerated() {
      let position = head.position + 1 + Int64(offset)
      let version = expecting + 1 + Int64(offset)
      let hash = hasher.hash(
        of: new, in: batch, position: position, version: version, previous: previous)
      placed.append(
        Event(
          position: position, version: version, timeMs: new.timeMs, batch: batch, run: new.run,
          type: new.type, asset: new.asset, stage: new.stage, attempt: new.attempt,
          payload: new.payload, previous: previous, hash: hash))
      previous = hash
    }
    return placed
  }

  /// Lets all calls of the request start, or throws `StoreError.limited` for the first limiter that refuses.
  ///
  /// The calls of one limiter are decided together, by the limits and the moment of the last among them. Records
  /// that can no longer count are removed.
  func admit(
    window: (String) throws(StoreError) -> CallWindow,
    record: (CallStart) throws(StoreError) -> Void,
    remove: (String) throws(StoreError) -> Void
  ) throws(StoreError) {
    var decided: Set<String> = []
    for call in callsStarted where decided.insert(call.limiter).inserted {
      let starting = callsStarted.filter { $0.limiter == call.limiter }
      guard let last = starting.last else { continue }
      let known = try window(call.limiter)
      if let until = known.refusal(of: starting.count, under: last.limits, at: last.at) {
        throw StoreError.limited(limiter: call.limiter, until: until)
      }
      for id in known.spent(at: last.at) { try remove(id) }
      for start in starting { try record(start) }
    }
  }
}
