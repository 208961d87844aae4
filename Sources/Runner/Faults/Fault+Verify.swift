import Core

extension Fault {
  static func notRepairable(_ position: Int64?) -> Fault {
    Fault(
      .notRepairable,
      "Nothing was repaired: the events themselves are not intact"
        + (position.map { " from position \($0)" } ?? "") + ", and there is nothing to rebuild them from.",
      hint: "Restore .ledger from a copy. What has been published is in the commits.")
  }

  static func pruneHeld(_ batch: String, process: Int32?) -> Fault {
    Fault(
      .pruneHeld,
      "Nothing was removed: batch \"\(batch)\" is being worked on"
        + (process.map { " by process \($0)" } ?? "") + ".",
      hint: "Run the same command again once that has ended.", batch: batch)
  }
}
