import Core

/// How a batch's name is compared: two that differ only in upper and lower case are one.
package enum BatchName {
  package static func folded(_ batch: String) -> String { batch.lowercased() }
}

/// What every store does with a request, whatever it keeps its rows in.
extension AppendRequest {
  /// Gives the request's events their places after the ledger's head.
  package func events(after head: LedgerHead, hashing hasher: inout ChainHasher) -> [Event] {
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
}

/// What a request changes in the limiters, decided before anything is written.
package struct LimiterChanges {
  package private(set) var ended: [String] = []
  /// Limiters whose pause is forgotten, before those that are asked for count.
  package private(set) var pausesEnded: [String] = []
  /// By limiter, each the later of the pause that was and the one that is asked for.
  package private(set) var pauses: [String: Deadline] = [:]
  /// Calls that can no longer count, or were never made, to be forgotten.
  package private(set) var spent: [String] = []
  package private(set) var started: [CallStart] = []

  /// Lets all calls of the request start, or throws `StoreError.limited` for the first limiter that refuses.
  ///
  /// The calls that end, those given back and the pauses are taken into account first. The calls of one limiter are decided
  /// together, by the limits and the moment of the last among them.
  package init(
    _ request: AppendRequest, window: (String) throws(StoreError) -> CallWindow
  ) throws(StoreError) {
    ended = request.callsEnded
    spent = request.callsReturned
    pausesEnded = request.pausesEnded
    for pause in request.pauses {
      var known = pauses[pause.limiter]
      if known == nil, !pausesEnded.contains(pause.limiter) { known = try window(pause.limiter).pause }
      pauses[pause.limiter] = CallWindow.later(known, pause.until)
    }
    var decided: Set<String> = []
    for call in request.callsStarted where decided.insert(call.limiter).inserted {
      let starting = request.callsStarted.filter { $0.limiter == call.limiter }
      guard let last = starting.last else { continue }
      var known = try window(call.limiter)
      known.end(Set(ended))
      known.calls.removeAll { request.callsReturned.contains($0.id) }
      if pausesEnded.contains(call.limiter) || starting.contains(where: \.isProbe) { known.pause = nil }
      known.pause = pauses[call.limiter] ?? known.pause
      if let until = known.refusal(of: starting.count, under: last.limits, at: last.at) {
        throw StoreError.limited(limiter: call.limiter, until: until)
      }
      spent += known.spent(at: last.at)
      started += starting
    }
  }
}
