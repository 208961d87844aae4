/// Puts a broken history into words: its seed, its shortest form, and what happened in that.
package enum Report {
  package static func of(_ history: History, _ property: Property) -> String {
    let shortest = history.shrunk(property)
    let outcome = shortest.play(keepingTrace: true)
    let misfortunes = shortest.plan.misfortunes.map { "  \($0)\n" }.joined()
    return """
      seed \(history.seed) breaks: \(property.rawValue)
      injected faults of the shortest history:
      \(misfortunes)what happened:
      \(outcome.trace.joined(separator: "\n"))
      violations: \(outcome.violations.map(\.description).joined(separator: "; "))
      """
  }
}

/// Adds up what many histories came to.
package struct Tally: Sendable {
  package private(set) var histories = 0
  package private(set) var broken = 0
  package private(set) var operations = 0
  package private(set) var processes = 0
  package private(set) var struck = 0
  package private(set) var committed = 0
  package private(set) var cancelled = 0
  /// Injected faults that struck, by their kind.
  package private(set) var kinds: [String: Int] = [:]

  package init() {}

  package mutating func add(_ outcome: History.Outcome) {
    histories += 1
    broken += outcome.violations.isEmpty ? 0 : 1
    operations += outcome.operations
    processes += outcome.processes
    struck += outcome.struck.count
    for misfortune in outcome.struck { kinds[misfortune.kind.name, default: 0] += 1 }
    committed += outcome.endings.count { $0 == .committed }
    cancelled += outcome.endings.count { $0 == .cancelled }
  }

  package var summary: String {
    "\(histories) histories, \(broken) broken; \(operations) operations, \(processes) processes, "
      + "\(struck) injected faults, \(committed) batches committed, \(cancelled) cancelled"
  }

  /// How often each kind of injected fault struck, the most frequent first.
  package var misfortunes: String {
    kinds.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { "\($0.key) \($0.value)" }
      .joined(separator: ", ")
  }

  package func summary(in time: Duration) -> String {
    let seconds = Double(time.components.seconds) + Double(time.components.attoseconds) / 1e18
    let rate = Int((Double(histories) / max(seconds, 0.001)).rounded())
    return "\(summary); \(rate) a second"
  }
}
